import { loadBackend } from '../backends/index.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { fallbackOf } from '../outbox/fallback.ts'
import { claim, current, finish, finishAll, put, release, unclaim } from '../outbox/index.ts'
import { madeNow } from '../outbox/machine-time.ts'
import { ruleTime, type Waiting } from '../outbox/schedule.ts'
import { type Entry, read } from '../outbox/spool.ts'
import { configStamp } from '../outbox/stamp.ts'
import { type Limit, lengthIn } from '../platform/text.ts'
import { countRelease } from '../rules/counters.ts'
import { digest, type Part, partOf } from '../rules/digest.ts'
import { joinRanks } from '../rules/ranks.ts'
import { hasReturned } from '../rules/returned.ts'
import { heldUntil } from './held-until.ts'
import { keepingTrouble } from './settle.ts'

/** What a digest may hold, in bytes of its file: well below what can be read back. */
const digestRoom = 512 * 1024

/**
 * Does what the rules have to do by now: what was held is made ready to be sent, many of a target as one; what waited
 * too long for its target goes to the fallback.
 *
 * @param options.held also what is held for longer
 * @returns the ids of what has become ready
 */
export async function releaseDue(folder: string, waiting: Waiting[], options: { held: boolean }): Promise<string[]> {
  const now = Date.now()
  const isDue = (one: Waiting) => one.state === 'held' && (options.held || (ruleTime(one) ?? now) <= now)
  const ready: string[] = []
  for (const one of waiting) {
    if (one.fallbackAfter !== undefined && one.state !== 'held' && Date.parse(one.fallbackAfter) <= now) {
      ready.push(...giveToFallback(folder, one))
    }
  }
  const due: Waiting[] = []
  for (const one of waiting.filter(isDue)) {
    const isEarly = !options.held && Date.parse(one.next) > now && Date.parse(one.created) <= now
    if (!isEarly || !(await staysHeld(folder, one))) due.push(one)
  }
  for (const one of due.filter(waitsForNobody)) ready.push(...(await escalate(folder, one)))
  for (const one of due.filter(isScheduled)) {
    const taken = take(folder, one)
    if (taken !== undefined) ready.push(...makeReady(folder, taken))
  }
  for (const group of byRun(waiting, due)) ready.push(...(await ofRanks(folder, group)))
  const joined = due.filter((one) => !waitsForNobody(one) && !isScheduled(one) && one.rule !== 'ranks')
  for (const group of byTarget(joined)) {
    ready.push(...(await together(folder, group)))
  }
  return ready
}

/** The configuration has changed since: does a rule hold it still? Then it is kept until the time that holds now. */
async function staysHeld(folder: string, one: Waiting): Promise<boolean> {
  if (waitsForNobody(one)) return true
  const until = await heldUntil(one)
  if (until === undefined) return false
  const taken = take(folder, one)
  if (taken === undefined) return true
  const next = until.toISOString()
  keepingTrouble(() => release(folder, taken.entry, { ...taken.delivery, next, configStamp: configStamp(one.config) }))
  return true
}

/** It is needed only if nobody has come, or answered, until then. */
function waitsForNobody({ rule }: Waiting): boolean {
  return rule === 'escalate' || rule === 'settle'
}

/** Its time was chosen for itself: it is no part of a digest. */
function isScheduled({ rule }: Waiting): boolean {
  return rule === 'at'
}

interface Taken {
  entry: Entry
  delivery: Delivery
}

/** It stays where it is, and is tried further: the fallback has it once. */
function giveToFallback(folder: string, one: Waiting): string[] {
  const taken = take(folder, one)
  const fallback = taken && fallbackOf(taken.delivery)
  if (taken === undefined || fallback === undefined) return giveBack(folder, taken)
  const { fallback: _, ...rest } = taken.delivery
  const next = renewed(fallback)
  if (put(folder, [next], { claimed: false, replacing: true }).entries[0] === undefined) return giveBack(folder, taken)
  keepingTrouble(() => release(folder, taken.entry, rest))
  return [next.id]
}

async function escalate(folder: string, one: Waiting): Promise<string[]> {
  const taken = take(folder, one)
  if (taken === undefined) return []
  // Who has it sent before its time does not ask whether somebody came back.
  const early = Date.parse(one.next) > Date.now()
  const why = early ? undefined : await hasReturned(taken.delivery)
  if (why === undefined) return makeReady(folder, taken)
  keepingTrouble(() => finish(folder, taken.entry))
  return []
}

/** What was held for a target ends in as few messages as it fits into; a single one is sent as it is. */
async function together(folder: string, group: Waiting[]): Promise<string[]> {
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
async function ofRanks(folder: string, group: Waiting[]): Promise<string[]> {
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

function makeReady(folder: string, { entry, delivery }: Taken): string[] {
  const { error: _, ...ready } = renewed(delivery)
  keepingTrouble(() => release(folder, entry, ready))
  return [delivery.id]
}

/** As if it had just been made: it is not too old because it was held. */
function renewed(delivery: Delivery): Delivery {
  return { ...delivery, ...madeNow(), state: 'waiting' }
}

/** Takes a delivery that nobody has changed since it was listed. */
function take(folder: string, one: Waiting): Taken | undefined {
  let entry: Entry | undefined
  keepingTrouble(() => {
    entry = claim(folder, one.entry)
  })
  if (entry === undefined) return undefined
  const delivery = current(entry)
  if (delivery !== undefined && delivery.state === one.state && delivery.next === one.next) return { entry, delivery }
  unclaim(folder, entry)
  return undefined
}

function giveBack(folder: string, taken: Taken | undefined): string[] {
  if (taken) unclaim(folder, taken.entry)
  return []
}

/** With the first failure that is due, those of its run that are held by now. */
function byRun(waiting: Waiting[], due: Waiting[]): Waiting[][] {
  const runs = new Set(due.flatMap(({ rule, group }) => (rule === 'ranks' ? group : [])))
  return byTarget(
    waiting.filter(({ state, rule, group = '' }) => state === 'held' && rule === 'ranks' && runs.has(group)),
  )
}

function byTarget(waiting: Waiting[]): Waiting[][] {
  const groups = new Map<string, Waiting[]>()
  for (const one of waiting) {
    const key = JSON.stringify([one.target, one.backend, one.config, one.group])
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return [...groups.values()]
}
