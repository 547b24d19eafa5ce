import { isatty } from 'node:tty'
import type { ChalkInstance } from 'chalk'

/** What is set off in a text for people, by what it means. */
export interface Style {
  /** What is wrong. */
  bad(text: string): string
  /** What is well. */
  good(text: string): string
  /** What deserves a look. */
  doubtful(text: string): string
  /** What is there for completeness. */
  faint(text: string): string
  heading(text: string): string
}

export const colorModes = ['auto', 'always', 'never'] as const
export type ColorMode = (typeof colorModes)[number]

const same = (text: string) => text
const plain: Style = { bad: same, good: same, doubtful: same, faint: same, heading: same }

/** What stdout and stderr show; plain text until `loadStyle` has found that they are to have colours. */
export const style: { stdout: Style; stderr: Style } = { stdout: plain, stderr: plain }

/** Decides on the colours of both streams. chalk, a millisecond, is loaded only where there are any. */
export async function loadStyle(mode: ColorMode): Promise<void> {
  const [onStdout, onStderr] = [isColored(mode, 1), isColored(mode, 2)]
  if (!onStdout && !onStderr) return
  const { Chalk } = await import('chalk')
  const colored = styleOf(new Chalk({ level: 1 }))
  style.stdout = onStdout ? colored : plain
  style.stderr = onStderr ? colored : plain
}

/**
 * In this order: the option, NO_COLOR (https://no-color.org), FORCE_COLOR (as Node has it), CLICOLOR_FORCE
 * (https://bixense.com/clicolors), and else a terminal that is not dumb.
 */
function isColored(mode: ColorMode, descriptor: number): boolean {
  if (mode !== 'auto') return mode === 'always'
  const { NO_COLOR = '', FORCE_COLOR, CLICOLOR_FORCE = '', TERM } = process.env
  if (NO_COLOR !== '') return false
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR)
  if (!['', '0'].includes(CLICOLOR_FORCE)) return true
  return TERM !== 'dumb' && isatty(descriptor)
}

function styleOf(chalk: ChalkInstance): Style {
  return { bad: chalk.red, good: chalk.green, doubtful: chalk.yellow, faint: chalk.dim, heading: chalk.bold }
}
