import { ConfigError } from '../../../platform/errors.ts'
import { asObject, field } from '../../../platform/json.ts'
import type { Call } from '../call.ts'
import type { Library } from './library.ts'

/** What decides who gets the keys of a room, and for how long. */
export interface RoomFacts {
  members: string[]
  visibility: string
}

const hour = 60 * 60_000
const week = 7 * 24 * hour

/** The members of a room: those who are invited, too, where they may read what was said before they joined. */
export async function roomFacts(call: Call, room: string): Promise<RoomFacts> {
  const [{ chunk }, { history_visibility: visibility = 'shared' }] = await Promise.all([
    call('GET', ['rooms', room, 'members'], { query: { not_membership: 'leave' } }),
    call('GET', ['rooms', room, 'state', 'm.room.history_visibility'], { optional: true }),
  ])
  if (!Array.isArray(chunk)) throw new ConfigError('the homeserver does not say who is in the room')
  const memberships = visibility === 'joined' ? ['join'] : ['join', 'invite']
  const members = chunk
    .map(asObject)
    .filter((event) => memberships.includes(String(field(event, 'content', 'membership'))))
    .map((event) => String(event?.['state_key']))
  return { members: [...new Set(members)], visibility: String(visibility) }
}

/**
 * When the key of a room is replaced: as the room wants it, within bounds, so that nobody who may change its state can
 * make a key last for ever, or each message cost one.
 */
export function encryptionSettings(
  library: typeof Library,
  { visibility }: RoomFacts,
  state: Record<string, unknown>,
): Library.EncryptionSettings {
  const settings = new library.EncryptionSettings()
  const { Invited, Joined, Shared, WorldReadable } = library.HistoryVisibility
  const known: Record<string, Library.HistoryVisibility> = { invited: Invited, joined: Joined, shared: Shared }
  settings.historyVisibility = visibility === 'world_readable' ? WorldReadable : (known[visibility] ?? Shared)
  settings.rotationPeriodMessages = BigInt(within(state['rotation_period_msgs'], 1, 100))
  settings.rotationPeriod = BigInt(within(state['rotation_period_ms'], hour, week)) * 1000n
  // Who is left out was marked before.
  settings.sharingStrategy = library.CollectStrategy.allDevices()
  return settings
}

function within(value: unknown, least: number, most: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.round(Math.min(Math.max(value, least), most)) : most
}
