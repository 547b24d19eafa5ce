import type { TerminalReference } from '../notification.ts'
import { tmux } from './tmux.ts'
import type { Answer, Elsewhere, Source, View } from './view.ts'
import { x11 } from './x11.ts'

export interface Away {
  /** yes: nobody is looking at the terminal. */
  answer: Answer
  /** Who said so. */
  source: string
}

/** All that can be asked takes no longer than this, milliseconds. */
const patience = 300

/** In the order in which they are asked; the first sure answer counts. */
const sources: readonly Source[] = [tmux, x11]

/**
 * Whether nobody is looking at a terminal.
 *
 * @param signal ends the search; then, and 300 ms after its start at the latest, the answer is unknown
 */
export async function away(terminal: TerminalReference | undefined, signal: AbortSignal): Promise<Away> {
  const unknown: Away = { answer: 'unknown', source: 'nobody' }
  if (terminal?.tty === undefined) return unknown
  // Not AbortSignal.any, which forgets a timeout that the garbage collector has found (Node 20).
  const controller = new AbortController()
  const end = () => controller.abort()
  const late = new Promise<Away>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(unknown), { once: true })
  })
  const limit = setTimeout(end, patience)
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  try {
    return await Promise.race([late, ask({ tty: terminal.tty, pid: terminal.shellPid }, controller.signal, 0)])
  } finally {
    clearTimeout(limit)
    signal.removeEventListener('abort', end)
  }
}

/** More multiplexers within each other than anybody has. */
const maxDepth = 5

async function ask(view: View, signal: AbortSignal, depth: number): Promise<Away> {
  for (const source of sources) {
    const finding = await source.ask(view, signal).catch(() => 'unknown' as const)
    const answer = typeof finding === 'string' ? finding : await askThere(finding, signal, depth)
    if (answer !== 'unknown') return { answer, source: source.name }
  }
  return { answer: 'unknown', source: 'nobody' }
}

async function askThere({ views, otherwise }: Elsewhere, signal: AbortSignal, depth: number): Promise<Answer> {
  if (depth === maxDepth) return otherwise
  const found = await Promise.all(views.map((view) => ask(view, signal, depth + 1)))
  const answers = found.map(({ answer }) => answer)
  if (answers.includes('no')) return 'no'
  return answers.every((answer) => answer === 'yes') ? 'yes' : otherwise
}
