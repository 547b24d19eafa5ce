import { join } from 'node:path'
import { attemptOne, type Report } from './deliver.ts'
import type { Delivery } from './delivery.ts'
import { claim, type Entry, isStale, list, read } from './outbox.ts'
import { configStamp } from './stamp.ts'

/** A claimed delivery is looked at again after this time, in milliseconds. */
const foreignClaim = 15_000

/** How a flush ended. */
export interface Flushed {
  reports: Report[]
  /** Milliseconds since 1970 when the next delivery is due; nothing if none is waiting. */
  next: number | undefined
}

/** What a flush is to try. */
export interface FlushOptions {
  /** Also what is not due yet, and what is behind one that failed. */
  all?: boolean
  /** These deliveries alone, by id. */
  only?: Set<string>
  /** Targets whose service has just answered: all that waits for them is due. */
  reached?: Set<string>
  /** They are tried for the first time: a target that asked to be left alone is. */
  fresh?: boolean
  /** Also what is held back by a rule. */
  held?: boolean
}

/**
 * Tries what is in the outbox once: the oldest of each target first, one at a time within a target, all targets at the
 * same time.
 */
export async function flushOnce(folder: string, options: FlushOptions = {}): Promise<Flushed> {
  const targets = new Map<string, Waiting[]>()
  for (const entry of list(folder)) {
    const delivery = read(entry)
    if (delivery === undefined || (options.only && !options.only.has(delivery.id))) continue
    const waiting = targets.get(delivery.target) ?? []
    waiting.push({ entry, delivery })
    targets.set(delivery.target, waiting)
  }
  const results = await Promise.all(
    [...targets].map(([target, waiting]) =>
      flushTarget(folder, waiting, options, options.reached?.has(target) === true),
    ),
  )
  const times = results.flatMap(({ next }) => next ?? [])
  return {
    reports: results.flatMap(({ reports }) => reports),
    next: times.length > 0 ? Math.min(...times) : undefined,
  }
}

/** Is it time to try this delivery? One from the future was made before the clock was set back. */
export function isDue(delivery: Delivery, now: number): boolean {
  if (delivery.state === 'held') return false
  if (Date.parse(delivery.next) <= now || Date.parse(delivery.created) > now) return true
  return delivery.state === 'parked' && delivery.configStamp !== configStamp(delivery.config)
}

interface Waiting {
  entry: Entry
  delivery: Delivery
}

async function flushTarget(
  folder: string,
  waiting: Waiting[],
  options: FlushOptions,
  alreadyReached: boolean,
): Promise<Flushed> {
  const reports: Report[] = []
  let rest = waiting
  // A success makes all that waits for the target due: its service is back.
  let reached = alreadyReached
  for (;;) {
    const one = rest.find(({ delivery }) => isWanted(delivery, options, reached))
    if (one === undefined) break
    rest = rest.filter((other) => other !== one)
    if (one.entry.claim !== undefined && !isStale(one.entry)) {
      // Another process is at the oldest: the whole target is left to it.
      if (options.only === undefined) return { reports, next: Date.now() + foreignClaim }
      continue
    }
    const entry = claim(folder, one.entry)
    const delivery = entry && read(entry)
    if (entry === undefined || delivery === undefined) continue
    const situation = { foreground: false, fresh: options.fresh === true }
    const report = await attemptOne({ delivery, place: { folder, entry } }, situation)
    reports.push(report)
    reached ||= report.outcome === 'delivered'
    const goesOn = report.outcome === 'delivered' || report.outcome === 'failed'
    if (!goesOn && !options.all) break
  }
  return { reports, next: nextOf(folder, waiting) }
}

function isWanted(delivery: Delivery, { all, held }: FlushOptions, reached: boolean): boolean {
  if (delivery.state === 'held') return held === true
  return all === true || reached || isDue(delivery, Date.now())
}

/** When the first of these that are still there is to be tried again. */
function nextOf(folder: string, waiting: Waiting[]): number | undefined {
  const times = waiting.flatMap(({ entry }) => {
    const delivery = read({ name: entry.name, path: join(folder, `${entry.name}.json`) })
    return delivery === undefined || delivery.state === 'held' ? [] : [Date.parse(delivery.next)]
  })
  return times.length > 0 ? Math.min(...times) : undefined
}
