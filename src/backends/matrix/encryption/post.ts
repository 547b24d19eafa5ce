import { ConfigError, PermanentError } from '../../../platform/errors.ts'
import type { Context } from '../../contract/backend.ts'
import type { Call } from '../call.ts'
import type { Account } from '../session.ts'
import { deviceOf, openDevice } from './device.ts'
import { rememberEncrypted } from './encrypted-rooms.ts'
import { engineError, type Library, loadLibrary, userIds } from './library.ts'
import type { Machine } from './machine.ts'
import { alone, fileName } from './place.ts'
import { chooseRecipients } from './recipients.ts'
import { fulfil, settle } from './requests.ts'
import { encryptionSettings, roomFacts } from './room.ts'
import { type Device, readState, rememberSent, type State, stateName } from './state.ts'
import { changesSince, receive } from './sync.ts'

/** Who posts what to which room. */
export interface Post {
  account: Account
  /** The room's id. */
  room: string
  /** The content of its `m.room.encryption`, empty if the homeserver has none any more. */
  encryption: Record<string, unknown>
  transaction: string
  content: unknown
  recipients: 'signed' | 'all'
}

type World = Pick<Context, 'cache' | 'now' | 'signal' | 'debug' | 'warn'>

const algorithm = 'm.megolm.v1.aes-sha2'

/**
 * Posts to an encrypted room. What was encrypted is kept until the homeserver has it: no attempt encrypts anew what an
 * earlier one may have sent, and no key is used for two messages.
 *
 * @returns the id of the event
 */
export async function postEncrypted(call: Call, post: Post, context: World): Promise<string> {
  const { account, room, encryption, transaction } = post
  if ((encryption['algorithm'] ?? algorithm) !== algorithm)
    throw new ConfigError(`the room is encrypted by ${encryption['algorithm']}, which ntfy does not know`)
  await rememberEncrypted(account.homeserver, room)
  // It takes its time, and is needed last.
  loadLibrary().catch(() => {})
  const device = await deviceOf(call, account, context)
  const key = fileName(transaction, room)
  const content = await alone(stateName(device), context.signal, async () => {
    const state = readState(device)
    return state?.outgoing[key]?.content ?? encrypt(device, state, { ...post, call, key }, context)
  })
  try {
    const path = ['rooms', room, 'send', 'm.room.encrypted', transaction]
    const answer = await call('PUT', path, { json: JSON.parse(content), proof: 'event_id' })
    rememberSent(device, key)
    return String(answer['event_id'])
  } catch (error) {
    if (error instanceof PermanentError) rememberSent(device, key)
    throw error
  }
}

/** Encrypts for everybody in the room, and keeps what comes of it before anybody sees it. */
async function encrypt(
  device: Device,
  state: State | undefined,
  post: Post & { call: Call; key: string },
  context: World,
): Promise<string> {
  const { call, account, room, key } = post
  // A device that has keys asks while the engine starts.
  const changes = state && changesSince(call, state.since)
  const members = state && roomFacts(call, room)
  for (const asked of [changes, members]) asked?.catch(() => {})
  const machine = await openDevice(device, state, { call, account, context })
  const { library } = machine
  try {
    const [facts] = await Promise.all([members ?? roomFacts(call, room), receive(machine, call, changes)])
    await chooseRecipients(machine, post.recipients)
    const users = () => userIds(library, facts.members)
    await machine.olm.updateTrackedUsers(users())
    await settle(machine, call, context.debug)
    warnOfChanged(machine, facts.members, context)
    await share(machine, call, room, users, encryptionSettings(library, facts, post.encryption))
    const content = await machine.olm.encryptRoomEvent(
      new library.RoomId(room),
      'm.room.message',
      JSON.stringify(post.content),
    )
    machine.state.outgoing[key] = { content, at: context.now().getTime() }
    await machine.save()
    return content
  } catch (error) {
    throw engineError(error)
  } finally {
    machine.close()
  }
}

/** Gives the room's key to the devices that lack it. */
async function share(
  machine: Machine,
  call: Call,
  room: string,
  users: () => Library.UserId[],
  settings: Library.EncryptionSettings,
): Promise<void> {
  const { olm, library } = machine
  const claim = await olm.getMissingSessions(users())
  if (claim) await fulfil(machine, call, claim)
  const requests = await olm.shareRoomKey(new library.RoomId(room), users(), settings)
  // The ratchets between the devices have moved, and the engine sends the same again after a crash.
  if (requests.length > 0) await machine.save()
  for (const request of requests) await fulfil(machine, call, request)
}

/** Whose identity changed may be somebody else: only a person can know. */
function warnOfChanged({ state }: Machine, members: string[], { warn }: World): void {
  const changed = members.filter((user) => state.changed.includes(user))
  for (const user of changed) {
    warn(`${user} has another master key than before, and gets no keys: ntfy matrix verify --accept ${user}`)
  }
}
