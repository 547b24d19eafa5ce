import { ConfigError, messageOf, NtfyError, PermanentError, TransientError } from '../../platform/errors.ts'
import { type Call, Forbidden } from './call.ts'

/** Why nothing goes into an encrypted room. */
const encryptedRoom =
  'the room is encrypted, and ntfy cannot encrypt: its members would get the message with a warning, or not at all; ' +
  'use a room without encryption, or set allow_unencrypted: true'

/**
 * Posts to a room, and joins it first if that is what is missing.
 *
 * @returns the id of the event
 * @throws ConfigError also for an encrypted room, unless that is allowed
 */
export async function post(
  call: Call,
  room: string,
  { transaction, content, allowUnencrypted }: { transaction: string; content: unknown; allowUnencrypted: boolean },
): Promise<string> {
  const id = await roomId(call, room)
  const send = async () => {
    // The homeserver would take it.
    if (!allowUnencrypted && (await isEncrypted(call, id))) throw new ConfigError(encryptedRoom)
    // The transaction id makes the server drop a second copy; its scope is the device and this very path.
    const path = ['rooms', id, 'send', 'm.room.message', transaction]
    return String((await call('PUT', path, { json: content, proof: 'event_id' }))['event_id'])
  }
  try {
    return await send()
  } catch (error) {
    if (!(error instanceof Forbidden)) throw error
    await join(call, room).catch((reason: unknown) => {
      throw reason instanceof TransientError ? reason : error
    })
    return send().catch(async (reason: unknown) => {
      throw reason instanceof Forbidden ? await withReplacement(call, id, reason) : reason
    })
  }
}

/** Joins a room by its id or an alias. @returns its id */
export async function join(call: Call, room: string): Promise<string> {
  return String((await call('POST', ['join', room], { json: {}, proof: 'room_id' }))['room_id'])
}

/** The id of a room; those of room version 12 name no server (`!id`). */
export async function roomId(call: Call, room: string): Promise<string> {
  if (!/^[!#]./.test(room)) throw new ConfigError(`rooms: ${room}: expected a room id (!...) or an alias (#...:server)`)
  if (room.startsWith('!')) return room
  return String((await call('GET', ['directory', 'room', room], { proof: 'room_id' }))['room_id'])
}

/** A room that is encrypted stays so; one that is not may become encrypted, so this is checked each time. */
export async function isEncrypted(call: Call, id: string): Promise<boolean> {
  const state = await call('GET', ['rooms', id, 'state', 'm.room.encryption'], { optional: true })
  return typeof state['algorithm'] === 'string'
}

/** The ids of the rooms that the account is in. */
export async function joinedRooms(call: Call): Promise<string[]> {
  const { joined_rooms: rooms } = await call('GET', ['joined_rooms'])
  return Array.isArray(rooms) ? rooms.map(String) : []
}

/** A room as its members know it. */
export interface Room {
  room_id: string
  name?: string
  alias?: string
  encrypted: boolean
}

export async function describeRoom(call: Call, id: string): Promise<Room> {
  const state = (type: string) => call('GET', ['rooms', id, 'state', type], { optional: true })
  const [{ name }, { alias }, encrypted] = await Promise.all([
    state('m.room.name'),
    state('m.room.canonical_alias'),
    isEncrypted(call, id),
  ])
  return {
    room_id: id,
    ...(typeof name === 'string' && name !== '' && { name }),
    ...(typeof alias === 'string' && alias !== '' && { alias }),
    encrypted,
  }
}

/** After a part of the rooms has got it only the others are tried again, whatever kept them from it. */
export function failureOf(failures: Map<string, unknown>, reached: string[]): unknown {
  const errors = [...failures.values()]
  const bug = errors.find((error) => !(error instanceof NtfyError))
  if (bug !== undefined) return bug
  const [first] = errors
  if (failures.size === 1 && reached.length === 0) return first
  const words = [...failures].map(([room, error]) => `${room}: ${messageOf(error)}`).join('; ')
  const text = reached.length > 0 ? `${words} (posted to ${reached.join(', ')})` : words
  const again = [...failures].filter(([, error]) => !(error instanceof PermanentError))
  if (again.length === 0) return new PermanentError(text)
  const transient = errors.filter((error) => error instanceof TransientError)
  if (reached.length === 0 && again.length === failures.size && transient.length === 0) return new ConfigError(text)
  const waits = transient.flatMap(({ retryAfter }) => retryAfter ?? [])
  const rooms = again.map(([room]) => room)
  return new TransientError(text, waits.length > 0 ? Math.max(...waits) : undefined, { rooms })
}

/** In a room that was upgraded nobody may speak any more (client-server API, "Room upgrades"). */
async function withReplacement(call: Call, id: string, error: Forbidden): Promise<Error> {
  const state = await call('GET', ['rooms', id, 'state', 'm.room.tombstone'], { optional: true }).catch(() => undefined)
  const next = state?.['replacement_room']
  return typeof next === 'string' ? new ConfigError(`${error.message}; the room was replaced by ${next}`) : error
}
