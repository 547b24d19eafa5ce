import { defineCommand } from '../command.ts'
import { threadOfShell } from '../delivery/shell.ts'
import { withdrawOnLinux } from '../desktop/linux.ts'
import { exitCode, messageOf } from '../errors.ts'
import { say } from '../output.ts'

export default defineCommand({
  name: 'shell-next',
  words: '',
  summary: 'what the hooks of a shell call when a command starts while a notification about the last one may be shown',
  flags: { 'shell-pid': { kind: 'text', value: 'PID', description: 'the process of the shell' } },
  maxWords: 0,
  hidden: true,
  async run({ flags }) {
    const thread = threadOfShell(Number(flags['shell-pid']))
    try {
      if (thread !== undefined) await withdrawOnLinux(thread, new AbortController().signal)
    } catch (error) {
      say.debug(`the last notification stays: ${messageOf(error)}`)
    }
    return exitCode.ok
  },
})
