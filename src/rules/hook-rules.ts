import { beginsWith, commandPattern, patternWords } from '../command-line/command-pattern.ts'
import { innerWords } from '../command-line/inner-command.ts'
import { simpleCommands } from '../command-line/simple-commands.ts'
import type { Config } from '../config/types.ts'
import { localTime } from '../platform/local-time.ts'
import { defaultIgnore, isIgnored, isSilenced } from './ignore.ts'
import { offNow } from './off.ts'

/** What bash, zsh and fish show for Ctrl-C. */
const interrupted = 130

/** A command that a hook saw. */
export interface SeenCommand {
  /** As it was typed. */
  typed: string
  /** With its aliases expanded. */
  expanded: string
  status: number
  shellPid: number | undefined
  /** It was under the threshold: the hook asks because of `always`. */
  short: boolean
  /** The list that replaces the built-in one. */
  ignore: string | undefined
}

/** Why a command does not notify at all, and by which word of the configuration. */
export interface Silence {
  rule: string
  reason: string
}

/** The first reason for silence, in this order: off, interrupted, not listed, ignored, too short. `always` ends the search. */
export function whySilent(seen: SeenCommand, config: Pick<Config, 'ignore' | 'always' | 'only'>): Silence | undefined {
  const { typed, expanded, status, shellPid, short } = seen
  const off = whyOff(typed, shellPid)
  if (off !== undefined) return { rule: 'off', reason: off }
  if (status === interrupted) return { rule: 'interrupted', reason: 'it was interrupted (status 130)' }
  if (isAlways([typed, expanded], status, config.always)) return undefined
  // An alias or a function may be named, as well as the program that it runs.
  const lines = [typed, expanded]
  const listed = config.only.find((pattern) => lines.some(commandPattern(pattern)))
  if (config.only.length > 0 && listed === undefined) {
    return { rule: 'only', reason: `it is not one of the commands that notify (${config.only.join(', ')})` }
  }
  // Who names an interactive program there wants to hear of it.
  const list = listed === undefined ? seen.ignore : ''
  const ignored = whyIgnored(typed, list, config.ignore) ?? whyIgnored(expanded, list, config.ignore)
  if (ignored !== undefined) return ignored
  return short ? { rule: 'longer_than', reason: 'it was under the threshold' } : undefined
}

function whyOff(typed: string, shellPid: number | undefined): string | undefined {
  if (process.env['NTFY'] === 'off' || isSilenced(typed)) return 'NTFY is off'
  const off = offNow(shellPid)
  if (off === undefined) return undefined
  const until = off.until === undefined ? '' : ` until ${localTime(off.until.toISOString())}`
  return `the hooks are off${off.where === 'here' ? ' in this shell' : ''}${until} (ntfy on)`
}

function isAlways(lines: string[], status: number, always: string[]): boolean {
  return always.some((pattern) => {
    if (pattern === 'failure') return status !== 0
    return lines.some((line) => commandPattern(pattern)(line))
  })
}

/** The last simple command decides; a regular expression sees the whole line. */
function whyIgnored(line: string, list: string | undefined, patterns: string[]): Silence | undefined {
  if (isIgnored(line, list ?? defaultIgnore)) {
    if (list === undefined) return { rule: 'built-in ignore list', reason: 'interactive program' }
    return { rule: 'AUTO_NTFY_DONE_IGNORE', reason: 'it is ignored' }
  }
  const last = simpleCommands(line).findLast(({ words }) => words.length > 0)
  const found = patterns.find((pattern) => {
    const words = patternWords(pattern)
    if (words === undefined) return commandPattern(pattern)(line)
    return last !== undefined && beginsWith(innerWords(last), words)
  })
  return found === undefined ? undefined : { rule: 'ignore', reason: `it is ignored (${found})` }
}
