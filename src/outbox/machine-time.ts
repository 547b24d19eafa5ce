import { uptime } from 'node:os'
import { whereWeRun } from '../platform/claim.ts'
import type { Delivery, MachineTime } from './delivery.ts'

/** A clock that is so much wrong was set since, in milliseconds; less is how machines keep it right. */
export const noticed = 60_000

/** What is made at this moment, and may be tried at once. */
export function madeNow(): Pick<Delivery, 'created' | 'next'> & { clock: MachineTime } {
  const now = new Date().toISOString()
  return { created: now, next: now, clock: machineTime() }
}

/** @param since when it was by the clock, ISO 8601; without it, now */
export function machineTime(since?: string): MachineTime {
  const age = since === undefined ? 0 : Date.now() - Date.parse(since)
  return { boot: whereWeRun(), uptime: uptime() - age / 1000 }
}

/**
 * A delivery by the clock as it is now, if it was set since the delivery was made: a machine without a clock of its own
 * begins years ago. Nothing waits for longer than it was to.
 */
export function byTheClock(delivery: Delivery): Delivery {
  const { clock, created, next, fallback, state } = delivery
  const elapsed = clock?.boot === whereWeRun() ? uptime() - clock.uptime : -1
  if (elapsed < 0) return delivery
  const shift = Math.round((Date.now() - elapsed * 1000 - Date.parse(created)) / noticed) * noticed
  // What waits although it comes from the future is due.
  if (shift === 0 || (shift < 0 && state !== 'held')) return delivery
  const move = (time: string, by: number) => new Date(Date.parse(time) + by).toISOString()
  const sooner = Math.min(shift, 0)
  return {
    ...delivery,
    created: move(created, shift),
    next: move(next, sooner),
    ...(fallback?.after !== undefined && { fallback: { ...fallback, after: move(fallback.after, sooner) } }),
  }
}
