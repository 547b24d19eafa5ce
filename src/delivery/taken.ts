import type { Delivery } from '../outbox/delivery.ts'
import { claim, current, release, unclaim } from '../outbox/index.ts'
import { madeNow } from '../outbox/machine-time.ts'
import type { Waiting } from '../outbox/schedule.ts'
import type { Entry } from '../outbox/spool.ts'
import { keepingTrouble } from './settle.ts'

/** A delivery that this process has claimed, to change it. */
export interface Taken {
  entry: Entry
  delivery: Delivery
}

/** Takes a delivery that nobody has changed since it was listed. */
export function take(folder: string, one: Waiting): Taken | undefined {
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

/** Whoever comes next may have it. */
export function giveBack(folder: string, taken: Taken | undefined): string[] {
  if (taken) unclaim(folder, taken.entry)
  return []
}

/** Has it sent as soon as somebody flushes. @returns its id */
export function makeReady(folder: string, { entry, delivery }: Taken): string[] {
  const { error: _, ...ready } = renewed(delivery)
  keepingTrouble(() => release(folder, entry, ready))
  return [delivery.id]
}

/** As if it had just been made: it is not too old because it was held. */
export function renewed(delivery: Delivery): Delivery {
  return { ...delivery, ...madeNow(), state: 'waiting' }
}
