import { randomBytes } from 'node:crypto'
import { ConfigError } from '../../../platform/errors.ts'
import { asObject, field } from '../../../platform/json.ts'
import type { Call } from '../call.ts'
import type { Machine } from './machine.ts'
import { keyIn } from './recipients.ts'
import { writeRecoveryKey } from './recovery-key.ts'
import { fulfil } from './requests.ts'
import { readSecret, writeSecrets } from './secret-storage.ts'

/** What others see of a device. */
export interface Standing {
  /** The account has an identity, with which its owner can sign devices. */
  hasIdentity: boolean
  isSigned: boolean
}

/** Asks the homeserver how a device stands. */
export async function standingOf(machine: Machine, call: Call): Promise<Standing> {
  const { library, olm } = machine
  const { user, id } = machine.state.device
  await fulfil(machine, call, olm.queryKeysForUsers([new library.UserId(user)]))
  const device = await olm.getDevice(new library.UserId(user), new library.DeviceId(id))
  const hasIdentity = (await olm.getIdentity(new library.UserId(user))) !== undefined
  return { hasIdentity, isSigned: hasIdentity && device?.isCrossSignedByOwner() === true }
}

/**
 * Makes an identity for an account that has none, and signs the device with it. Afterwards its keys are in the
 * account's secret storage alone: the machine has them, and must not be saved.
 *
 * @param how.show gets the recovery key, which opens that storage, as soon as the identity is there
 */
export async function makeIdentity(
  machine: Machine,
  call: Call,
  { password, show }: { password: string | undefined; show: (recoveryKey: string) => void },
): Promise<void> {
  const { olm, state } = machine
  const { user } = state.device
  const { uploadSigningKeysRequest, uploadSignaturesRequest } = await olm.bootstrapCrossSigning(true)
  const keys = await olm.exportCrossSigningKeys()
  const key = randomBytes(32)
  // First: an identity whose keys nobody has could never sign anything again.
  await writeSecrets(call, user, key, {
    'm.cross_signing.master': keys?.masterKey ?? '',
    'm.cross_signing.self_signing': keys?.self_signing_key ?? '',
    'm.cross_signing.user_signing': keys?.userSigningKey ?? '',
  })
  await publishIdentity(call, JSON.parse(uploadSigningKeysRequest.body), { user, password })
  show(writeRecoveryKey(key))
  await publishSignatures(call, uploadSignaturesRequest.body)
}

/**
 * Signs the device with the identity of its account. As above, the machine must not be saved.
 *
 * @param key what a recovery key stands for
 * @returns the master key of the identity
 */
export async function signDevice(machine: Machine, call: Call, key: Buffer): Promise<string> {
  const { library, olm } = machine
  const { user, id } = machine.state.device
  await standingOf(machine, call)
  const identity = await olm.getIdentity(new library.UserId(user))
  if (identity === undefined) throw new ConfigError(`${user} has no identity yet: ntfy matrix login ${user} makes one`)
  const [master, selfSigning] = await Promise.all([
    readSecret(call, user, key, 'm.cross_signing.master'),
    readSecret(call, user, key, 'm.cross_signing.self_signing'),
  ])
  if (selfSigning === undefined)
    throw new ConfigError(`${user} keeps no key to sign devices with: verify this one with another client`)
  const status = await olm.importCrossSigningKeys(master ?? null, selfSigning, null)
  const device = await olm.getDevice(new library.UserId(user), new library.DeviceId(id))
  if (!status.hasSelfSigning || device === undefined)
    throw new ConfigError(`the stored keys of ${user} are not those of its identity, which was made anew`)
  await publishSignatures(call, (await device.verify()).body)
  return keyIn(identity.masterKey)
}

/** Client-server API, "POST /keys/device_signing/upload": the first time most homeservers want no further proof. */
async function publishIdentity(
  call: Call,
  keys: Record<string, unknown>,
  { user, password }: { user: string; password: string | undefined },
): Promise<void> {
  const upload = (more: Record<string, unknown> = {}) =>
    call('POST', ['keys', 'device_signing', 'upload'], { json: { ...keys, ...more }, interactive: true })
  const refusal = (answer: Record<string, unknown>) =>
    new ConfigError(`${user}: its identity was refused: ${answer['error'] ?? 'the homeserver wants another proof'}`)
  const first = await upload()
  if (first['flows'] === undefined && first['errcode'] === undefined) return
  if (password === undefined || first['flows'] === undefined) throw refusal(first)
  const identifier = { type: 'm.id.user', user }
  const auth = { type: 'm.login.password', identifier, password, session: first['session'] }
  const second = await upload({ auth })
  if (second['flows'] !== undefined || second['errcode'] !== undefined) throw refusal(second)
}

async function publishSignatures(call: Call, body: string): Promise<void> {
  const { failures } = await call('POST', ['keys', 'signatures', 'upload'], { json: JSON.parse(body) })
  const [failure] = Object.values(asObject(failures) ?? {}).flatMap((devices) => Object.values(asObject(devices) ?? {}))
  if (failure !== undefined)
    throw new ConfigError(`the signature was refused: ${field(failure, 'error') ?? 'no reason'}`)
}
