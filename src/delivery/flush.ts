import { exitCode } from '../errors.ts'
import { attemptOne, type Report } from './deliver.ts'
import type { Delivery } from './delivery.ts'
import { claim, type Entry, isStale, list, read } from './outbox.ts'
import { configStamp } from './settle.ts'

/** How a flush ended. */
export interface Flushed {
  reports: Report[]
  /** Milliseconds since 1970 when the next delivery is due; nothing if none is waiting. */
  next: number | undefined
}

/**
 * Tries what is in the outbox once: the oldest of each target first, one at a time within a target, all targets at the
 * same time.
 *
 * @param options.all also what is not due yet
 * @param options.only these deliveries alone, by id
 */
export async function flushOnce(folder: string, options: { all?: boolean; only?: Set<string> } = {}): Promise<Flushed> {
  const targets = new Map<string, { entry: Entry; delivery: Delivery }[]>()
  for (const entry of list(folder)) {
    const delivery = read(entry)
    if (delivery === undefined || (options.only && !options.only.has(delivery.id))) continue
    const waiting = targets.get(delivery.target) ?? []
    waiting.push({ entry, delivery })
    targets.set(delivery.target, waiting)
  }
  const results = await Promise.all([...targets.values()].map((waiting) => flushTarget(folder, waiting, options.all)))
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

async function flushTarget(
  folder: string,
  waiting: { entry: Entry; delivery: Delivery }[],
  all: boolean | undefined,
): Promise<Flushed> {
  const reports: Report[] = []
  let next: number | undefined
  const later = (time: number) => {
    next = Math.min(next ?? time, time)
  }
  let reached = false
  for (const { entry, delivery } of waiting) {
    // A success makes what waits behind it due: the service is back.
    if (!all && !reached && !isDue(delivery, Date.now())) {
      if (delivery.state !== 'held') later(Date.parse(delivery.next))
      continue
    }
    if (entry.claim !== undefined && !isStale(entry)) return { reports, next }
    const claimed = claim(folder, entry)
    const current = claimed && read(claimed)
    if (claimed === undefined || current === undefined) return { reports, next }
    const report = await attemptOne({ delivery: current, place: { folder, entry: claimed } }, { foreground: false })
    reports.push(report)
    reached = report.outcome === 'delivered'
    if (report.outcome === 'queued' && report.exitCode === exitCode.ok) {
      later(Date.now() + 30_000)
      break
    }
  }
  return { reports, next }
}
