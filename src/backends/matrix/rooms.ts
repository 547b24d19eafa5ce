import { ConfigError, messageOf, NtfyError, PermanentError, TransientError } from '../../platform/errors.ts'
import { type Call, Forbidden } from './call.ts'
import { wasEncrypted } from './encryption/encrypted-rooms.ts'

/**
 * Posts to a room, by its id and, if it is encrypted, what it says of that.
 *
 * @returns the id of the event
 */
export type Put = (room: string, encryption: Record<string, unknown> | undefined) => Promise<string>

/**
 * Posts to a room, and joins it first if that is what is missing.
 *
 * @returns the id of the event
 */
export async function post(call: Call, homeserver: string, room: string, put: Put): Promise<string> {
  const id = await roomId(call, room)
  // The homeserver would take plain text for an encrypted room.
  const send = async () => put(id, await encryptionOf(call, homeserver, id))
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

/**
 * What a room says of its encryption; nothing if it is not encrypted. One that is stays so, whatever is said later; one
 * that is not may become encrypted, so this is checked each time.
 */
export async function encryptionOf(
  call: Call,
  homeserver: string,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const state = await call('GET', ['rooms', id, 'state', 'm.room.encryption'], { optional: true })
  return typeof state['algorithm'] === 'string' || (await wasEncrypted(homeserver, id)) ? state : undefined
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

export async function describeRoom(call: Call, homeserver: string, id: string): Promise<Room> {
  const state = (type: string) => call('GET', ['rooms', id, 'state', type], { optional: true })
  const [{ name }, { alias }, encryption] = await Promise.all([
    state('m.room.name'),
    state('m.room.canonical_alias'),
    encryptionOf(call, homeserver, id),
  ])
  return {
    room_id: id,
    ...(typeof name === 'string' && name !== '' && { name }),
    ...(typeof alias === 'string' && alias !== '' && { alias }),
    encrypted: encryption !== undefined,
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
