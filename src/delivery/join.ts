import { loadBackend } from '../backends/index.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { finishAll, put, release } from '../outbox/index.ts'
import type { Waiting } from '../outbox/schedule.ts'
import { read } from '../outbox/spool.ts'
import { type Limit, lengthIn } from '../platform/text.ts'
import { countRelease } from '../rules/counters.ts'
import { digest, type Part, partOf } from '../rules/digest.ts'
import { joinRanks } from '../rules/ranks.ts'
import { keepingTrouble } from './settle.ts'
import { giveBack, makeReady, type Taken, take } from './taken.ts'

/** What a digest may hold, in bytes of its file: well below what can be read back. */
const digestRoom = 512 * 1024

/** What was held for a target ends in as few messages as it fits into; a single one is sent as it is. */
export async function together(folder: string, group: Waiting[]): Promise<string[]> {
  const limit = await messageLimit(group[0])
  let room = openRoom(limit)
  const ready: string[] = []
  let batch: (Taken & Part)[] = []
  for (const one of group) {
    const taken = take(folder, one)
    if (taken === undefined) continue
    if (taken.delivery.options !== undefined || taken.delivery.notification.attachments !== undefined) {
      // What came with options of its own, or with files, goes by itself.
      ready.push(...makeReady(folder, taken))
      continue
    }
    const part = { ...taken, ...(await partOf(taken.delivery)) }
    if (!room.takes(part)) {
      ready.push(...(await join(folder, batch)))
      batch = []
      room = openRoom(limit)
      room.takes(part)
    }
    batch.push(part)
  }
  return [...ready, ...(await join(folder, batch))]
}

/** The failures of a run's ranks are one message, whatever it takes to fit. */
export async function ofRanks(folder: string, group: Waiting[]): Promise<string[]> {
  const batch: (Taken & Part)[] = []
  for (const one of group) {
    const taken = take(folder, one)
    if (taken !== undefined) batch.push({ ...taken, ...(await partOf(taken.delivery)) })
  }
  const [first] = batch
  if (first === undefined) return []
  const made = joinRanks(batch)
  if (batch.length > 1) return replace(folder, batch, made)
  keepingTrouble(() => release(folder, first.entry, made))
  return [made.id]
}

/** Sends the deliveries of a batch as one. */
async function join(folder: string, batch: (Taken & Part)[]): Promise<string[]> {
  const [first] = batch
  if (first === undefined) return []
  if (first.delivery.rule === 'limit') await countRelease(first.delivery)
  if (batch.length === 1) return makeReady(folder, first)
  return replace(folder, batch, digest(batch))
}

function replace(folder: string, batch: (Taken & Part)[], made: Delivery): string[] {
  // First the one, then the many: whatever ends this process between, nothing is lost.
  const [entry] = put(folder, [made], { claimed: false, replacing: true }).entries
  if (entry === undefined || read(entry) === undefined) {
    for (const one of batch) giveBack(folder, one)
    return []
  }
  keepingTrouble(() =>
    finishAll(
      folder,
      batch.map(({ entry }) => entry),
    ),
  )
  return [made.id]
}

/** What the service takes, so that it cuts nothing. Of what a limit held its owner wants few: that may be cut. */
async function messageLimit(one: Waiting | undefined): Promise<Limit | undefined> {
  if (one === undefined || one.rule === 'limit') return undefined
  return (await loadBackend(one.backend).catch(() => undefined))?.limits.message
}

/** Counts the parts of one message, which is to be read back and to be taken by its service, as far as they fit. */
function openRoom(limit: Limit | undefined): { takes(part: Part): boolean } {
  let [size, length] = [0, 0]
  return {
    takes(part) {
      size += part.size
      if (limit !== undefined) length += lengthIn(part.line, limit.unit) + 1
      return size <= digestRoom && (limit === undefined || length - 1 <= limit.max)
    },
  }
}
