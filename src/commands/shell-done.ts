import { findVerb, quickInvocation, splitArguments } from '../arguments.ts'
import { defineCommand, type GlobalOptions, type Invocation } from '../command.ts'
import { followUp } from '../delivery/flusher.ts'
import { defaultIgnore, isIgnored, isSilenced } from '../delivery/ignore.ts'
import { situationFor, tellHere } from '../delivery/tell.ts'
import { exitCode, UsageError } from '../errors.ts'
import { readInput } from '../input.ts'
import type { Outcome, TerminalReference } from '../notification.ts'
import { say } from '../output.ts'
import { signalOf } from '../process/end.ts'
import { readStat } from '../process/proc.ts'
import { splitWords } from '../simple-commands.ts'

/** Most that a hook sends of a command, in bytes. */
const longestText = 256 * 1024
/** What bash, zsh and fish show for Ctrl-C. */
const interrupted = 130

const hookFlags = {
  shell: { kind: 'text', value: 'SHELL', description: 'bash, zsh or fish' },
  'shell-pid': { kind: 'text', value: 'PID', description: 'the process of the shell' },
  tty: { kind: 'text', value: 'PATH', description: 'its terminal' },
  status: { kind: 'text', value: 'N', description: "the command's status" },
  'duration-ms': { kind: 'text', value: 'N', description: 'how long it ran, in milliseconds' },
  private: { kind: 'boolean', description: 'tell that it ended, and not what it was' },
  focus: { kind: 'text', value: 'yes|no', choices: ['yes', 'no'], description: 'what the terminal said' },
  'foreground-too': { kind: 'boolean', description: 'also if somebody is looking' },
  ignore: { kind: 'text', value: 'LIST', description: 'programs that are not told about' },
  opts: { kind: 'text', value: 'STRING', description: 'options of ntfy: AUTO_NTFY_DONE_OPTS' },
} as const

export default defineCommand({
  name: 'shell-done',
  words: '',
  summary: 'what the hooks of a shell call; the command and its last simple command come by stdin',
  flags: hookFlags,
  maxWords: 0,
  hidden: true,
  async run(invocation) {
    if (!(await tell(invocation))) followUp([])
    return exitCode.ok
  },
})

/** @returns whether there was something to tell */
async function tell({ flags, global }: Invocation<typeof hookFlags>): Promise<boolean> {
  const status = numberFrom('--status', flags.status)
  const durationMs = numberFrom('--duration-ms', flags['duration-ms'])
  const [typed = '', expanded = ''] = flags.private ? [] : readInput(longestText).text.split('\0')
  const deciding = expanded.trim() === '' ? typed : expanded
  if (status === interrupted || process.env['NTFY'] === 'off' || isSilenced(typed)) return false
  if (isIgnored(deciding, flags.ignore ?? defaultIgnore)) return false
  const terminal: TerminalReference = {
    ...(flags.tty !== undefined && { tty: flags.tty }),
    ...(flags['shell-pid'] !== undefined && { shellPid: Number(flags['shell-pid']) }),
  }
  const options = optionsFrom(flags.opts, global)
  const situation = await situationFor(options)
  if (!flags['foreground-too']) {
    const { away } = await import('../away/index.ts')
    const focus = flags.focus as 'yes' | 'no' | undefined
    const { answer, source } = await away(terminal, new AbortController().signal, { ...situation.config.away, focus })
    say.debug(`away: ${answer} (${source})`)
    if (answer === 'no') return false
    if (answer === 'unknown') terminal.unlessFocused = true
  }
  const signal = signalOf(status)
  const outcome: Outcome = { ...(signal ? { signal } : { status }), durationMs }
  if (!flags.private && typed !== '') outcome.command = typed
  await tellHere({ source: 'hook', outcome, terminal, ...threadOf(terminal.shellPid) }, situation, options)
  return true
}

function numberFrom(flag: string, text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text)) throw new UsageError(`shell-done ${flag}: a number was expected`)
  return Number(text)
}

/** A shell's notification replaces its last one; the start time tells shells with the same number apart. */
function threadOf(shellPid: number | undefined): { thread?: string } {
  const start = shellPid === undefined ? undefined : readStat(shellPid)?.startTicks
  return start === undefined ? {} : { thread: `shell-${shellPid}-${start}` }
}

/** AUTO_NTFY_DONE_OPTS holds options as they would stand in front of `done`. */
function optionsFrom(text: string | undefined, global: GlobalOptions): GlobalOptions {
  if (text === undefined || text.trim() === '') return global
  const argv = [...splitWords(text), 'shell-done']
  const none = defineCommand({ name: 'shell-done', words: '', summary: '', flags: {}, run: async () => 0 })
  return quickInvocation(splitArguments(argv, findVerb(argv), none), none)?.global ?? global
}
