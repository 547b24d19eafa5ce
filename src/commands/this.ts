import { isatty } from 'node:tty'
import { defineCommand } from '../cli/command.ts'
import { exitCode, messageOf, NtfyError } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { startInBackground } from '../process/background.ts'
import { type ProcessStat, terminalOf } from '../process/proc.ts'
import { hookedShells } from '../shell/hooked.ts'
import { cancelMark, markCommand } from '../shell/marks.ts'
import { busyShell, markedShell, runningIn } from './choose-shell.ts'
import { watchMarked } from './watch-marked.ts'

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
  flags: {
    cancel: { kind: 'boolean', description: 'take the mark away' },
    watch: { kind: 'text', value: 'MARK', hidden: true, description: 'wait for the end of what is marked' },
  },
  maxWords: 1,
  takes: [],
  async run({ flags, words: [word], global }) {
    if (flags.watch !== undefined) return watchMarked(Number(word), flags.watch, global)
    if (process.platform !== 'linux') {
      throw new NtfyError('this: only Linux shows what runs in another pane (ntfy done --pid PID)', exitCode.refused)
    }
    const shell = await (flags.cancel ? markedShell(word) : busyShell(word))
    try {
      if (flags.cancel) {
        const was = cancelMark(shell)
        if (isatty(2)) say.warning(`${nameOf(shell)}: ${cancelled(was)}`)
        return exitCode.ok
      }
      const mark = markCommand(shell)
      const isHooked = hookedShells().some(({ pid }) => pid === shell.pid)
      if (!isHooked) startInBackground(['this', '--watch', mark, String(shell.pid)])
      if (isatty(2)) say.warning(`${nameOf(shell)}: ${marked(shell, isHooked)}`)
    } catch (error) {
      throw new NtfyError(`this: the mark could not be written: ${messageOf(error)}`, exitCode.io)
    }
    return exitCode.ok
  },
})

function nameOf(shell: ProcessStat): string {
  return terminalOf(shell)?.replace('/dev/', '') ?? `process ${shell.pid}`
}

function marked(shell: ProcessStat, isHooked: boolean): string {
  const how = isHooked ? '' : ' (without its status: the shell has no hooks)'
  return `you will be notified when this ends${how}: ${runningIn(shell) ?? 'its command'}`
}

function cancelled(was: boolean): string {
  return was ? 'its command is not marked any more' : 'no mark that its shell had not taken; suspended jobs lose theirs'
}
