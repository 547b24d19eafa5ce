import { defineCommand } from '../cli/command.ts'
import { exitCode, messageOf, NtfyError } from '../platform/errors.ts'
import { callingShell } from '../process/proc.ts'
import { switchOn } from '../rules/off.ts'
import { sayHooks } from './say-hooks.ts'

export default defineCommand({
  name: 'on',
  words: '',
  summary: 'turn the hooks back on',
  group: 'everyday',
  examples: [['ntfy on', 'everywhere, and in this shell']],
  flags: { here: { kind: 'boolean', description: 'only in this shell' } },
  maxWords: 0,
  takes: [],
  async run({ flags }) {
    try {
      switchOn(callingShell())
      if (!flags.here) switchOn(undefined)
    } catch (error) {
      throw new NtfyError(`the hooks could not be turned on: ${messageOf(error)}`, exitCode.io)
    }
    sayHooks(callingShell())
    return exitCode.ok
  },
})
