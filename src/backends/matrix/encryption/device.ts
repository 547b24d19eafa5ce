import { ConfigError } from '../../../platform/errors.ts'
import { asObject, field } from '../../../platform/json.ts'
import type { Context } from '../../contract/backend.ts'
import type { Call } from '../call.ts'
import { type Account, keepsKeys, sessionCache, sessionIn } from '../session.ts'
import { loadLibrary } from './library.ts'
import { type Machine, openMachine } from './machine.ts'
import { fileName } from './place.ts'
import type { Device, State } from './state.ts'

/** Which device the calls of an account are made by: that of its login, or that of the token. */
export async function deviceOf(call: Call, account: Account, context: Pick<Context, 'cache'>): Promise<Device> {
  const { homeserver, token } = account
  const session = token === undefined ? sessionIn(sessionCache(account, context).read(), homeserver) : undefined
  if (session !== undefined && session.device !== '') return { homeserver, user: session.user, id: session.device }
  const cache = token === undefined ? undefined : context.cache(`owner ${fileName(homeserver, token)}`)
  const known = asObject(cache?.read()) ?? {}
  if (typeof known['user'] === 'string' && typeof known['id'] === 'string')
    return { homeserver, user: known['user'], id: known['id'] }
  const { user_id: user, device_id: id } = await call('GET', ['account', 'whoami'], { proof: 'user_id' })
  if (typeof id !== 'string')
    throw new ConfigError(`the access token of ${user} belongs to no device: ntfy matrix login ${user} makes one`)
  cache?.write({ user, id })
  return { homeserver, user: String(user), id }
}

/**
 * Opens the engine of a device; one that has no keys at all gets some.
 *
 * @param state what was kept of it
 * @throws ConfigError it has keys, but they are not here
 */
export async function openDevice(
  device: Device,
  state: State | undefined,
  { call, account, context }: { call: Call; account: Account; context: Pick<Context, 'cache' | 'now'> },
): Promise<Machine> {
  if (state === undefined) {
    // An upload of new keys is refused, but replaces the published ones all the same.
    if ((await publishedKey(call, device)) !== undefined) throw new ConfigError(foreignKeys(device, account))
    await keepsKeys(account, context)
  }
  return openMachine(await loadLibrary(), device, state, context.now)
}

/** The key that others know a device by; nothing if it has published none. */
export async function publishedKey(call: Call, { user, id }: Device): Promise<string | undefined> {
  const answer = await call('POST', ['keys', 'query'], { json: { device_keys: { [user]: [id] } }, optional: true })
  if (answer['device_keys'] === undefined) throw new NoEncryption('the homeserver knows no encryption')
  const key = field(answer, 'device_keys', user, id, 'keys', `ed25519:${id}`)
  return typeof key === 'string' ? key : undefined
}

export class NoEncryption extends ConfigError {}

function foreignKeys({ user, id }: Device, { token }: Account): string {
  return token === undefined
    ? `the keys of device ${id} of ${user} are lost: ntfy matrix login ${user} makes a new device`
    : `the access token is that of device ${id} of ${user}, whose keys another program has, and a device cannot have ` +
        `two: ntfy matrix login ${user} makes a device for ntfy, which is used without access_token`
}
