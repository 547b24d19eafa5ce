import { isatty } from 'node:tty'
import { defineCommand } from '../cli/command.ts'
import { exitCode, messageOf, NtfyError } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { statePlace } from '../platform/paths.ts'
import { type ProcessStat, terminalOf } from '../process/proc.ts'
import { cancelMark, markCommand } from '../shell/marks.ts'
import { busyShell, markedShell, runningIn } from './choose-shell.ts'

export default defineCommand({
  name: 'this',
  words: '[PID|TTY]',
  summary: 'notify when the command of another pane ends, in any case',
  group: 'scripts',
  examples: [
    ['ntfy this', 'of the only other pane where a command runs'],
    ['ntfy this pts/3', 'of the shell on that terminal'],
    ['ntfy this --cancel pts/3', 'not any more'],
    ['ntfy fg', 'in the same pane, after Ctrl-Z: marks the job and resumes it'],
  ],
  flags: { cancel: { kind: 'boolean', description: 'take the mark away' } },
  maxWords: 1,
  takes: [],
  async run({ flags, words: [word] }) {
    if (process.platform !== 'linux') {
      throw new NtfyError('this: only Linux shows what runs in another pane (ntfy done --pid PID)', exitCode.refused)
    }
    const shell = await (flags.cancel ? markedShell(word) : busyShell(word))
    try {
      const was = flags.cancel ? cancelMark(shell) : markCommand(shell)
      if (isatty(2)) say.warning(`${nameOf(shell)}: ${flags.cancel ? cancelled(was === true) : marked(shell)}`)
    } catch (error) {
      throw new NtfyError(`this: the mark could not be written: ${messageOf(error)}`, exitCode.io)
    }
    const { instead } = statePlace()
    if (instead !== undefined) say.debug(instead)
    return exitCode.ok
  },
})

function nameOf(shell: ProcessStat): string {
  return terminalOf(shell)?.replace('/dev/', '') ?? `process ${shell.pid}`
}

function marked(shell: ProcessStat): string {
  return `you will be notified when this ends: ${runningIn(shell) ?? 'its command'}`
}

function cancelled(was: boolean): string {
  return was ? 'its command is not marked any more' : 'no mark that its shell had not taken; suspended jobs lose theirs'
}
