import { ConfigError } from '../../../platform/errors.ts'
import type { Context } from '../../contract/backend.ts'
import type { Call } from '../call.ts'
import type { Account } from '../session.ts'
import { deviceOf, NoEncryption, publishedKey } from './device.ts'
import { standingOf } from './identity.ts'
import { engineError, loadLibrary } from './library.ts'
import { openMachine } from './machine.ts'
import { type Device, readState } from './state.ts'

/** What can be said of the device that writes to encrypted rooms. */
export interface Description {
  device: Device
  fingerprint: string
  isSigned: boolean
  hasIdentity: boolean
  /** Others whose identity is not what it was, and who get no keys. */
  changed: string[]
}

/**
 * Looks at the device of an account; nothing is changed.
 *
 * @returns nothing if it has no keys yet, or its homeserver knows no encryption
 * @throws ConfigError its keys are not here
 */
export async function describeDevice(
  call: Call,
  account: Account,
  context: Pick<Context, 'cache' | 'now'>,
): Promise<Description | undefined> {
  const device = await deviceOf(call, account, context)
  const state = readState(device)
  if (state === undefined) {
    const published = await publishedKey(call, device).catch((error: unknown) => {
      if (error instanceof NoEncryption) return undefined
      throw error
    })
    if (published === undefined) return undefined
    throw new ConfigError(`device ${device.id} has keys that are not here: nothing goes to encrypted rooms`)
  }
  const library = await loadLibrary()
  const machine = await openMachine(library, device, state, context.now)
  try {
    const standing = await standingOf(machine, call)
    return { device, fingerprint: state.fingerprint, ...standing, changed: machine.state.changed }
  } catch (error) {
    throw engineError(error)
  } finally {
    machine.close()
  }
}

/** A device on one line. */
export function wordsFor({ device, fingerprint, isSigned, changed }: Description): string {
  const others = changed.length > 0 ? `; no keys for ${changed.join(', ')}, whose master key has changed` : ''
  return `device ${device.id}, fingerprint ${fingerprint}, signed by its owner: ${isSigned ? 'yes' : 'no'}${others}`
}

/** What Element does instead of reading the recovery key. */
export function elementCommand({ device, fingerprint }: Pick<Description, 'device' | 'fingerprint'>): string {
  return `/verify ${device.id} ${fingerprint}`
}
