import { isatty } from 'node:tty'
import {
  type Description,
  describeDevice,
  elementCommand,
  wordsFor,
} from '../../backends/matrix/encryption/describe.ts'
import { readRecoveryKey } from '../../backends/matrix/encryption/recovery-key.ts'
import type { GlobalOptions } from '../../cli/command.ts'
import { messageOf } from '../../platform/errors.ts'
import { readInput } from '../../platform/input.ts'
import { hideSecret } from '../../platform/masking.ts'
import { printJson, printLine, say } from '../../platform/output.ts'
import { oneLine } from '../../platform/text.ts'
import type { Caller } from './account.ts'

const longestKey = 4096

/** Shows the device that writes to encrypted rooms, if there is one. */
export async function showDevice({ call, account, context }: Caller, { json }: GlobalOptions): Promise<void> {
  try {
    const found = await describeDevice(call, account, context)
    if (found === undefined) return
    if (json) printJson(fieldsOf(found))
    else printLine(`# ${wordsFor(found)}`)
  } catch (error) {
    say.warning(messageOf(error))
  }
}

/** What JSON says of a device. */
export function fieldsOf({ device, fingerprint, isSigned, changed }: Description): Record<string, unknown> {
  return {
    ...{ user_id: device.user, device_id: device.id, fingerprint, signed: isSigned },
    ...(changed.length > 0 && { changed }),
  }
}

/** Says what an unsigned device means, and what can be done. */
export function warnOfUnsigned(found: Description): void {
  const { device, isSigned } = found
  if (isSigned) return
  say.warning(
    `device ${device.id} of ${device.user} is not signed by its owner: clients show its encrypted messages with a ` +
      `warning, or not at all (ntfy matrix verify, with the recovery key; or in Element: ${elementCommand(found)})`,
  )
}

/**
 * The recovery key as somebody types it, or from stdin.
 *
 * @returns nothing if none was given
 * @throws UsageError it is none
 */
export async function askRecoveryKey(user: string): Promise<Buffer | undefined> {
  const typed = isatty(0)
    ? await (await import('../../terminal/ask.ts')).askHidden(`recovery key of ${oneLine(user)} (or Enter): `)
    : readInput(longestKey).text
  const text = typed?.trim()
  if (!text) return undefined
  hideSecret(text)
  return readRecoveryKey(text)
}
