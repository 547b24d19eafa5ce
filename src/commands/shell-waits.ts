import { basename } from 'node:path'
import { away } from '../away/index.ts'
import { defineCommand } from '../cli/command.ts'
import { destinationsFor } from '../delivery/destinations.ts'
import { notifyHere } from '../delivery/index.ts'
import type { Outcome, TerminalReference } from '../notification/index.ts'
import { runningMessage } from '../notification/message.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { readCommandLine, readStat, readUptime, terminalOf } from '../process/proc.ts'
import { commandText } from '../process/quote.ts'
import { whySilent } from '../rules/hook-rules.ts'
import { isInteractiveShell, isShell } from '../running/watch/interactive-shell.ts'
import { phraseOfQuestion } from '../running/watch/phrases.ts'
import { threadOfShell } from '../shell/threads.ts'

/** Programs that ask for a password on behalf of what they run. */
const askers = /^(sudo|doas|su|pkexec|run0)$/

export default defineCommand({
  name: 'shell-waits',
  words: 'SHELL PID WANTS',
  summary: 'called by attend: a command of a shell waits for an answer',
  flags: {},
  maxWords: 3,
  hidden: true,
  /** @returns 75 if somebody is looking */
  async run({ words: [shell, leader, wants = ''], global }) {
    const [shellPid, pid] = [Number(shell), Number(leader)]
    if (!shellPid || !pid) throw new UsageError('shell-waits: expected a shell, a process and what it waits for')
    const [stat, own] = [readStat(pid), readStat(shellPid)]
    const argv = readCommandLine(pid) ?? []
    const command = commandText(argv)
    if (stat === undefined || own === undefined) return exitCode.ok
    const situation = await destinationsFor(global)
    const { config } = situation
    const seen = { typed: command, expanded: command, status: 0, shellPid, short: false, ignore: undefined }
    const silent = whySilent(seen, { ...config, always: [] })
    if (silent && !(silent.rule !== 'off' && isNoneOfThem(argv, wants))) return exitCode.ok
    const tty = terminalOf(own)
    const terminal: TerminalReference = { shellPid, ...(tty !== undefined && { tty }) }
    const found = await away(terminal, new AbortController().signal, { ...config.away, busy: true })
    if (found.answer === 'no') return exitCode.unavailable
    if (found.answer === 'unknown') terminal.unlessFocused = true
    const outcome: Outcome = { command, durationMs: Math.max(0, (readUptime() ?? 0) - stat.startTicks * 10) }
    const thread = threadOfShell(shellPid)
    const sentence = (shown: Outcome) => runningMessage(undefined, phraseOfQuestion(wants), shown)
    await notifyHere(
      { source: 'hook', outcome, terminal, away: found, sentence, priority: 'high', ...(thread && { thread }) },
      situation,
      global,
    )
    return exitCode.ok
  },
})

/** What is on the list waits for somebody by nature. A script does not, whatever runs it, nor does who asks for a password in front of it. */
function isNoneOfThem([program = '', ...words]: string[], wants: string): boolean {
  if (askers.test(basename(program))) return wants === 'password'
  return isShell(program) && !isInteractiveShell([program, ...words])
}
