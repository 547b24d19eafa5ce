import { asObject, field } from '../../../platform/json.ts'
import type { Call } from '../call.ts'
import { userIds } from './library.ts'
import type { Machine } from './machine.ts'

/** As many messages to a device come with one sync (Synapse); where there are so many, there may be more. */
const page = 100

const mostPages = 20

/** Nothing but what concerns devices: messages to this one, and whose have changed. */
const filter = JSON.stringify({
  room: { rooms: [] },
  presence: { not_types: ['*'] },
  account_data: { not_types: ['*'] },
})

/** Client-server API, "Extensions to /sync": what happened since the last time. */
export function changesSince(call: Call, since: string | undefined): Promise<Record<string, unknown>> {
  const query = { filter, timeout: '0', ...(since !== undefined && { since }) }
  return call('GET', ['sync'], { query, proof: 'next_batch' })
}

/**
 * Takes what happened since the last time.
 *
 * @param first the answer to that question, if it was asked before
 */
export async function receive(
  machine: Machine,
  call: Call,
  first = changesSince(call, machine.state.since),
): Promise<void> {
  let answer = await first
  for (let pages = 0; ; pages++) {
    await take(machine, answer)
    machine.state.since = String(answer['next_batch'])
    const events = field(answer, 'to_device', 'events')
    if (!Array.isArray(events) || events.length < page || pages === mostPages) return
    // Asking for more says that these were read.
    await machine.save()
    answer = await changesSince(call, machine.state.since)
  }
}

async function take({ library, olm }: Machine, answer: Record<string, unknown>): Promise<void> {
  const users = (name: string) => {
    const list = field(answer, 'device_lists', name)
    return userIds(library, Array.isArray(list) ? list.map(String) : [])
  }
  const counts = Object.entries(asObject(answer['device_one_time_keys_count']) ?? {})
  const unused = answer['device_unused_fallback_key_types']
  await olm.receiveSyncChanges(
    JSON.stringify(field(answer, 'to_device', 'events') ?? []),
    new library.DeviceLists(users('changed'), users('left')),
    new Map(counts.map(([name, count]) => [name, Number(count)])),
    Array.isArray(unused) ? new Set(unused.map(String)) : undefined,
  )
}
