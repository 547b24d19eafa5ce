import type { Away } from '../away/index.ts'
import { findVerb, quickInvocation, splitArguments } from '../cli/arguments.ts'
import { defineCommand, type GlobalOptions, type Invocation } from '../cli/command.ts'
import { splitWords } from '../command-line/simple-commands.ts'
import { thresholdOf } from '../config/threshold.ts'
import type { Config } from '../config/types.ts'
import { destinationsFor } from '../delivery/destinations.ts'
import { notifyHere } from '../delivery/index.ts'
import { followUp } from '../delivery/keep-flushing.ts'
import { recordDecision } from '../delivery/record-decision.ts'
import { keepRun, keyOfLine, withUsual } from '../delivery/usual.ts'
import { originHere } from '../notification/create.ts'
import type { Outcome, TerminalReference } from '../notification/index.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { readInput } from '../platform/input.ts'
import { say } from '../platform/output.ts'
import { signalOf } from '../process/end.ts'
import { whySilent } from '../rules/hook-rules.ts'
import { isOfCommand } from '../shell/marks.ts'
import { forgetGoneShells, threadOfShell } from '../shell/threads.ts'

/** Most that a hook sends of a command, in bytes. */
const longestText = 256 * 1024

const hookFlags = {
  shell: { kind: 'text', value: 'SHELL', description: 'bash, zsh, fish, nushell, elvish, xonsh or powershell' },
  'shell-pid': { kind: 'text', value: 'PID', description: 'the process of the shell' },
  tty: { kind: 'text', value: 'PATH', description: 'its terminal' },
  status: { kind: 'text', value: 'N', description: "the command's status" },
  'duration-ms': { kind: 'text', value: 'N', description: 'how long it ran, in milliseconds' },
  turn: {
    kind: 'text',
    value: 'N',
    description: 'how many commands of the shell have notified, this one included',
  },
  private: { kind: 'boolean', description: 'notify that it ended, without its text' },
  focus: { kind: 'text', value: 'yes|no', choices: ['yes', 'no'], description: 'what the terminal reported' },
  'foreground-too': { kind: 'boolean', description: 'even if somebody is looking' },
  ignore: { kind: 'text', value: 'LIST', description: 'programs that do not notify, instead of the built-in list' },
  'threshold-ms': { kind: 'text', value: 'N', description: 'the threshold of the shell, in milliseconds' },
  short: { kind: 'boolean', description: 'it was under the threshold: only what always notifies' },
  marked: { kind: 'text', value: 'MARK', description: 'what was found at the place of marks: notify in any case' },
  job: { kind: 'boolean', description: 'it ran in the background' },
  unsure: { kind: 'boolean', description: 'the configuration is newer than the threshold that the hook knows' },
  opts: { kind: 'text', value: 'STRING', description: 'options of ntfy: AUTO_NTFY_DONE_OPTS' },
} as const

export default defineCommand({
  name: 'shell-done',
  words: '',
  summary: 'called by the shell hooks, with the command and its last simple command on stdin',
  flags: hookFlags,
  maxWords: 0,
  hidden: true,
  async run(invocation) {
    if (!(await notify(invocation))) followUp([])
    return exitCode.ok
  },
})

/** @returns whether there was something to notify of */
async function notify({ flags, global }: Invocation<typeof hookFlags>): Promise<boolean> {
  const status = flags.job && flags.status === 'unknown' ? undefined : numberFrom('--status', flags.status)
  const durationMs = numberFrom('--duration-ms', flags['duration-ms'])
  const [text = '', lastCommand = ''] = flags.private ? [] : readInput(longestText).text.split('\0')
  // The hooks keep it back themselves; a script of an older installation may not.
  const secret = flags.private || /^\s/.test(text)
  const [typed, expanded] = secret ? ['', ''] : [text, lastCommand]
  const signal = status === undefined ? undefined : signalOf(status)
  const outcome: Outcome = { ...(signal ? { signal } : status !== undefined && { status }), durationMs }
  if (typed !== '') outcome.command = typed
  const terminal: TerminalReference = {
    ...(flags.tty !== undefined && { tty: flags.tty }),
    ...(flags['shell-pid'] !== undefined && { shellPid: Number(flags['shell-pid']) }),
    ...(flags.turn !== undefined && { turn: numberFrom('--turn', flags.turn) }),
  }
  const { shellPid } = terminal
  const options = optionsFrom(flags.opts, global)
  const situation = await destinationsFor(options)
  const { config } = situation
  if (secret && !flags.private && config.private === 'drop') return false
  const thresholdMs =
    flags['threshold-ms'] === undefined ? undefined : numberFrom('--threshold-ms', flags['threshold-ms'])
  const threshold = shellPid === undefined || thresholdMs === undefined ? undefined : { shellPid, thresholdMs }
  const ended = { source: 'hook', outcome, ...(threshold && { threshold }) } as const
  // Only because of a mark, which the hook cannot judge, what is short gets here.
  const isShort = flags.short || (flags.marked !== undefined && durationMs < (thresholdMs ?? 0))
  const isMarked = flags.marked !== undefined && isOfCommand(flags.marked, shellPid, durationMs)
  if (flags.marked !== undefined && !isMarked && flags.private) return false
  const short = flags.unsure ? durationMs < (await thresholdOf(options.config)).milliseconds : isShort
  const silent = isMarked
    ? undefined
    : whySilent({ typed, expanded, status: status ?? 0, shellPid, short, ignore: flags.ignore }, config)
  if (silent) {
    // What is under the threshold gets here only because of `always`: no debug line about every command.
    if (!short) await recordDecision({ ...ended, config: config.path, silent })
    return false
  }
  const key = config.stats && !secret ? keyOfLine(expanded || typed, originHere().cwd) : undefined
  Object.assign(outcome, withUsual(outcome, key))
  const found = flags['foreground-too'] || isMarked ? undefined : await lookedAt(terminal, flags.focus, config)
  if (found?.answer === 'no') {
    const reason = `somebody was looking (${found.source})`
    await recordDecision({ ...ended, config: config.path, away: found, silent: { rule: 'away', reason } })
    return false
  }
  if (found?.answer === 'unknown') terminal.unlessFocused = true
  // A job has ended beside the commands of its shell: their notifications have nothing to do with its own.
  const thread = shellPid === undefined || flags.job ? undefined : threadOfShell(shellPid)
  const news = { ...ended, terminal, ...(thread !== undefined && { thread }), ...(found && { away: found }) }
  if (!flags.job) keepRun(outcome, key)
  await notifyHere(news, situation, options)
  forgetGoneShells()
  return true
}

/** @param focus what the terminal itself said */
async function lookedAt(terminal: TerminalReference, focus: string | undefined, config: Config): Promise<Away> {
  const { away } = await import('../away/index.ts')
  const known = focus === 'yes' || focus === 'no' ? focus : undefined
  const found = await away(terminal, new AbortController().signal, { ...config.away, focus: known })
  say.debug(`away: ${found.answer} (${found.source})`)
  return found
}

function numberFrom(flag: string, text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text)) throw new UsageError(`shell-done ${flag}: expected a number`)
  return Number(text)
}

/** AUTO_NTFY_DONE_OPTS holds options as they would stand in front of `done`. */
function optionsFrom(text: string | undefined, global: GlobalOptions): GlobalOptions {
  if (text === undefined || text.trim() === '') return global
  const argv = [...splitWords(text), 'shell-done']
  const none = defineCommand({ name: 'shell-done', words: '', summary: '', flags: {}, run: async () => 0 })
  return quickInvocation(splitArguments(argv, findVerb(argv), none), none)?.global ?? global
}
