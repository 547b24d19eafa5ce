import { field } from '../../platform/json.ts'
import { pause } from '../../platform/retry.ts'
import type { Call } from './call.ts'

/** What happened in a room, the oldest event first. */
export interface Timeline {
  room: string
  events: unknown[]
  /** Where what lies between this and the last answer begins, if the homeserver has left something out. */
  gap?: string
}

/**
 * Client-server API, "Syncing": only what is said in rooms.
 *
 * @param kinds types of events
 * @param timeout how long the homeserver may hold the answer back, milliseconds
 */
export function sync(
  call: Call,
  kinds: string[],
  { since, timeout, rooms }: { since?: string; timeout: number; rooms?: string[] },
): Promise<Record<string, unknown>> {
  const filter = JSON.stringify({
    presence: { types: [] },
    account_data: { types: [] },
    room: {
      ...(rooms && { rooms }),
      timeline: { types: kinds, limit: since === undefined ? 1 : 100 },
      ...{ state: { types: [] }, ephemeral: { types: [] }, account_data: { types: [] } },
    },
  })
  const query = { filter, timeout: String(timeout), ...(since !== undefined && { since }) }
  return call('GET', ['sync'], { query, proof: 'next_batch' })
}

/** One that answers at once with nothing, as if it had waited, is asked again after so long, in milliseconds. */
const haste = 1000

/** Waits for a request that was to be held back and was not, so that nobody asks without end. */
export async function slowDown(begun: number, signal: AbortSignal): Promise<void> {
  if (performance.now() - begun < haste) await pause(haste, signal)
}

/** What an answer holds of each room. */
export function timelinesIn(answer: Record<string, unknown>): Timeline[] {
  return Object.entries(field(answer, 'rooms', 'join') ?? {}).map(([room, state]) => {
    const events = field(state, 'timeline', 'events')
    const start = field(state, 'timeline', 'prev_batch')
    const isGap = field(state, 'timeline', 'limited') === true && typeof start === 'string'
    return { room, events: Array.isArray(events) ? events : [], ...(isGap && { gap: start }) }
  })
}

/** Client-server API, "Getting events for a room": what lies before a place, the oldest event first. */
export async function eventsBefore(
  call: Call,
  room: string,
  place: string,
  kinds: string[],
  isWanted: (event: unknown) => boolean,
  until?: string,
): Promise<unknown[]> {
  const events: unknown[] = []
  for (let from = place, pages = 0; pages < mostPages; pages++) {
    const query = {
      dir: 'b',
      from,
      limit: '100',
      filter: JSON.stringify({ types: kinds }),
      ...(until && { to: until }),
    }
    const { chunk, end } = await call('GET', ['rooms', room, 'messages'], { query })
    const found = Array.isArray(chunk) ? chunk : []
    events.push(...found.filter(isWanted))
    if (typeof end !== 'string' || end === from || found.some((event) => !isWanted(event))) break
    from = end
  }
  return events.reverse()
}

/** Nobody reads more than so many hundred at once. */
const mostPages = 100
