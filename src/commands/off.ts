import { defineCommand } from '../cli/command.ts'
import { parseDuration } from '../platform/duration.ts'
import { exitCode, messageOf, NtfyError, UsageError } from '../platform/errors.ts'
import { callingShell } from '../process/proc.ts'
import { switchOff } from '../rules/off.ts'
import { sayHooks } from './say-hooks.ts'

export default defineCommand({
  name: 'off',
  words: '[DURATION]',
  summary: 'silence the hooks, for a time or until `ntfy on`',
  group: 'everyday',
  examples: [['ntfy off 1h', 'in every shell, for an hour']],
  flags: { here: { kind: 'boolean', description: 'only in this shell' } },
  maxWords: 1,
  takes: [],
  async run({ flags, words: [word] }) {
    const span = word === undefined ? undefined : parseDuration(word)
    if (word !== undefined && !span) {
      throw new UsageError(`off ${word}: expected seconds or a duration (90, 5m, 1h30m)`)
    }
    try {
      switchOff(flags.here ? callingShell() : undefined, span ? new Date(Date.now() + span) : undefined)
    } catch (error) {
      throw new NtfyError(`the hooks could not be turned off: ${messageOf(error)}`, exitCode.io)
    }
    sayHooks(callingShell())
    return exitCode.ok
  },
})
