import { isatty } from 'node:tty'
import {
  type Description,
  describeDevice,
  elementCommand,
  wordsFor,
} from '../../backends/matrix/encryption/describe.ts'
import { acceptUser, type Owner, signOwnDevice } from '../../backends/matrix/encryption/own-device.ts'
import type { GlobalOptions } from '../../cli/command.ts'
import { ConfigError, exitCode, UsageError } from '../../platform/errors.ts'
import { printJson, printLine } from '../../platform/output.ts'
import { callerOf } from './account.ts'
import { askRecoveryKey, fieldsOf, warnOfUnsigned } from './device.ts'
import type { Verb } from './verb.ts'

/** Signs the device with the account's recovery key, or accepts what others have as their identity now. */
export const verifyDevice: Verb = async (words, { global, recoveryKey, accept }) => {
  if (words.length > 0) throw new UsageError(`matrix verify: ${words[0]}: unexpected argument`)
  if (recoveryKey !== undefined && recoveryKey !== '-')
    throw new UsageError('matrix verify: --recovery-key: expected -: on the command line others could read the key')
  const wrong = accept.find((user) => !/^@[^:\s]*:\S+$/.test(user))
  if (wrong !== undefined) throw new UsageError(`matrix verify: --accept ${wrong}: expected a user (@name:server)`)
  const owner = await callerOf(global)
  for (const user of accept) {
    await acceptUser(owner, user)
    if (!global.json) printLine(`${user} gets keys for what is encrypted from now on`)
  }
  const found =
    recoveryKey === undefined && accept.length > 0 ? await describe(owner) : await sign(owner, recoveryKey, global)
  if (global.json) printJson(fieldsOf(found))
  else printLine(wordsFor(found))
  if (!found.isSigned) warnOfUnsigned(found)
  return exitCode.ok
}

/** Nobody is asked for the recovery key where nobody sits at a terminal. */
async function sign(owner: Owner, given: string | undefined, global: GlobalOptions): Promise<Description> {
  const { call, account, context } = owner
  const before = await describeDevice(call, account, context)
  if (given === undefined && before?.isSigned) return before
  const user = before?.device.user ?? account.user ?? 'the account'
  const key = given !== undefined || isatty(0) ? await askRecoveryKey(user) : undefined
  // Somebody who types takes longer than requests may.
  if (key !== undefined) return (await signOwnDevice(await callerOf(global), key)) ?? describe(owner)
  const element = before === undefined ? '' : `, or in Element: ${elementCommand(before)}`
  throw new UsageError(`matrix verify: expected the recovery key (--recovery-key - reads it from stdin)${element}`)
}

async function describe({ call, account, context }: Owner): Promise<Description> {
  const found = await describeDevice(call, account, context)
  if (found === undefined) throw new ConfigError('the device has no keys yet: ntfy matrix login makes some')
  return found
}
