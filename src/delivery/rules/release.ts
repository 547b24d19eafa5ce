import type { Delivery } from '../delivery.ts'
import { claim, current, finish, put, release, unclaim } from '../outbox.ts'
import type { Waiting } from '../schedule.ts'
import { keepingTrouble } from '../settle.ts'
import type { Entry } from '../spool.ts'
import { countRelease } from './counters.ts'
import { digest } from './digest.ts'
import { hasReturned } from './returned.ts'

/**
 * Does what the rules have to do by now: what was held is made ready to be sent, many of a target as one; what waited
 * too long for its target goes to the fallback.
 *
 * @param options.held also what is held for longer
 * @returns the ids of what has become ready
 */
export async function releaseDue(folder: string, waiting: Waiting[], options: { held: boolean }): Promise<string[]> {
  const now = Date.now()
  const isDue = ({ state, next }: Waiting) => state === 'held' && (options.held || Date.parse(next) <= now)
  const ready: string[] = []
  for (const one of waiting) {
    if (one.fallbackAfter !== undefined && one.state !== 'held' && Date.parse(one.fallbackAfter) <= now) {
      ready.push(...giveToFallback(folder, one))
    }
  }
  const due = waiting.filter(isDue)
  for (const one of due.filter(({ rule }) => rule === 'escalate')) ready.push(...(await escalate(folder, one)))
  for (const group of byTarget(due.filter(({ rule }) => rule !== 'escalate'))) {
    ready.push(...(await together(folder, group)))
  }
  return ready
}

interface Taken {
  entry: Entry
  delivery: Delivery
}

/** It stays where it is, and is tried further: the fallback has it once. */
function giveToFallback(folder: string, one: Waiting): string[] {
  const taken = take(folder, one)
  if (taken?.delivery.fallback === undefined) return giveBack(folder, taken)
  const { fallback, ...rest } = taken.delivery
  const next = renewed(fallback.delivery)
  if (put(folder, [next], { claimed: false }).entries[0] === undefined) return giveBack(folder, taken)
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

/** What was held for a target ends in one message; a single one is sent as it is. */
async function together(folder: string, group: Waiting[]): Promise<string[]> {
  const taken = group.flatMap((one) => take(folder, one) ?? [])
  // What came with options of its own goes by itself.
  const plain = taken.filter(({ delivery }) => delivery.options === undefined)
  const single = plain.length === 1 ? taken : taken.filter((one) => !plain.includes(one))
  const ready = single.flatMap((one) => makeReady(folder, one))
  const [first] = taken
  if (first?.delivery.rule === 'limit') await countRelease(first.delivery)
  if (plain.length < 2) return ready
  const made = await digest(plain.map(({ delivery }) => delivery))
  // First the one, then the many: whatever ends this process between, nothing is lost.
  if (put(folder, [made], { claimed: false }).entries[0] === undefined) {
    for (const one of plain) giveBack(folder, one)
    return ready
  }
  for (const { entry } of plain) keepingTrouble(() => finish(folder, entry))
  return [...ready, made.id]
}

function makeReady(folder: string, { entry, delivery }: Taken): string[] {
  const { error: _, ...ready } = renewed(delivery)
  keepingTrouble(() => release(folder, entry, ready))
  return [delivery.id]
}

/** As if it had just been made: it is not too old because it was held. */
function renewed(delivery: Delivery): Delivery {
  const now = new Date().toISOString()
  return { ...delivery, state: 'waiting', created: now, next: now }
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

function byTarget(waiting: Waiting[]): Waiting[][] {
  const groups = new Map<string, Waiting[]>()
  for (const one of waiting) {
    const key = JSON.stringify([one.target, one.backend, one.config])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}
