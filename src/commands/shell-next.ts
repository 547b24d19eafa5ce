import { defineCommand } from '../cli/command.ts'
import { loadConfig } from '../config/index.ts'
import { withdrawOnLinux } from '../desktop/linux.ts'
import { exitCode, messageOf } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { threadOfShell } from '../shell/threads.ts'

export default defineCommand({
  name: 'shell-next',
  words: '',
  summary: 'called by the shell hooks when a command starts while the last notification may still be shown',
  flags: {
    'shell-pid': { kind: 'text', value: 'PID', description: 'the process of the shell' },
    settings: {
      kind: 'boolean',
      description: 'only write what the hooks need of the configuration, which has changed',
    },
  },
  maxWords: 0,
  hidden: true,
  async run({ flags }) {
    if (flags.settings) {
      await loadConfig(undefined)
      return exitCode.ok
    }
    const thread = threadOfShell(Number(flags['shell-pid']))
    try {
      if (thread !== undefined) await withdrawOnLinux(thread, new AbortController().signal)
    } catch (error) {
      say.debug(`the last notification stays: ${messageOf(error)}`)
    }
    return exitCode.ok
  },
})
