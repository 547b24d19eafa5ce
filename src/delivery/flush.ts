import type { Delivery } from '../outbox/delivery.ts'
import { bury, claim, current, unclaim } from '../outbox/index.ts'
import { pauseOf } from '../outbox/pause.ts'
import { byTarget, heads, isDue, listAll, readAll, ruleTime, soon, type Waiting } from '../outbox/schedule.ts'
import { freeEntry, isBusy, whyStuck } from '../outbox/spool.ts'
import { messageOf } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { attemptOne, type Report, type Spooled, withFallbacks } from './deliver.ts'
import { type Granted, withGranted } from './granted.ts'
import { isKept } from './report.ts'
import { outboxTrouble } from './settle.ts'

/** A target that another process is at, or a folder that cannot be written, is looked at again after this time, in ms. */
const lookAgain = 15_000

const hour = 60 * 60_000

/**
 * Nobody waits for a rule whose time is further away than this, in milliseconds: a later run of ntfy does its work. The
 * end of quiet hours and room under a limit can wait for that; whether somebody comes back, or a chosen time, cannot.
 */
const longestSleep = {
  quiet: 60_000,
  limit: 60_000,
  escalate: hour,
  settle: hour,
  ranks: hour,
  fallback: hour,
  at: soon,
}

/** After so many tries the oldest delivery may be what is wrong, and not its service: the next one is tried too. */
const patientTries = 3

/** How a flush ended. */
export interface Flushed {
  reports: Report[]
  /** Milliseconds since 1970 when the next delivery is due; nothing if none is waiting. */
  next: number | undefined
  /** Targets that were left to another process. */
  busy: string[]
  /** What a process has claimed that nobody should wait for, and why. */
  stuck: { id: string; target: string; why: string }[]
  /** Something could not be claimed, because the outbox cannot be written. */
  unwritable: boolean
}

/** What a flush is to try. */
export interface FlushOptions {
  /** Also what is not due yet, and what is behind one that failed. */
  all?: boolean
  /** These deliveries alone, by id. */
  only?: Set<string>
  /** The options that this run grants them. */
  granted?: Granted
  /** Targets whose service has just answered: all that waits for them is due. */
  reached?: Set<string>
  /** It is their first attempt: a Retry-After of the target is respected. */
  fresh?: boolean
  /** Also what is held back by a rule. */
  held?: boolean
  /** No attempt is begun any more; one that has begun comes to its end. */
  stop?: AbortSignal
  /** Called as soon as the result of an attempt is there. */
  onReport?: (report: Report) => void
}

/**
 * Tries what is in the outbox once: the oldest of each target first, one at a time within a target, all targets at the
 * same time.
 *
 * @throws NtfyError the outbox cannot be read
 */
export async function flushOnce(folder: string, options: FlushOptions = {}): Promise<Flushed> {
  const { only } = options
  const wanted = (await readReady(folder, options)).filter(({ id }) => only?.has(id) ?? true)
  const results = await Promise.all(byTarget(wanted).map((waiting) => flushTarget(folder, waiting, options)))
  const times = results.flatMap(({ next }) => next ?? [])
  return {
    reports: results.flatMap(({ reports }) => reports),
    next: times.length > 0 ? Math.min(...times) : undefined,
    busy: results.flatMap(({ busy }) => busy),
    stuck: results.flatMap(({ stuck }) => stuck),
    unwritable: results.some(({ unwritable }) => unwritable),
  }
}

/** What is in the outbox when the rules have done what they have to do by now; what they made is wanted, too. */
async function readReady(folder: string, { only, held = false, fresh }: FlushOptions): Promise<Waiting[]> {
  const waiting = readAll(folder, listAll(folder))
  const ruled = waiting.filter((one) => ruleTime(one) !== undefined && (only?.has(one.id) ?? true))
  if (fresh || ruled.length === 0) return waiting
  const { releaseDue } = await import('./release.ts')
  const ready = await releaseDue(folder, ruled, { held })
  for (const id of ready) only?.add(id)
  return ready.length > 0 ? readAll(folder, listAll(folder)) : waiting
}

async function flushTarget(folder: string, all: Waiting[], options: FlushOptions): Promise<Flushed> {
  const target = all[0]?.target ?? ''
  const flushed: Flushed = { reports: [], next: undefined, busy: [], stuck: [], unwritable: false }
  const waiting = all.filter((one) => !isStuck(one, flushed.stuck))
  const later = Date.now() + lookAgain
  const until = pauseEnd(folder, waiting, options)
  if (until !== undefined) return { ...flushed, next: until }
  const lanes = openLanes(waiting, options)
  // A success makes all that waits for the target due: its service is back.
  let reached = options.reached?.has(target) === true
  let failures = 0
  for (const one of waiting) {
    if (options.stop?.aborted) break
    const wanted = lanes.has(one.state) || (reached && one.state !== 'held')
    const taken = isBusy(one.entry) ? 'busy' : wanted && take(folder, one, options.granted)
    if (taken === 'unwritable') return { ...flushed, unwritable: true, next: later }
    if (taken === 'busy') {
      flushed.busy.push(target)
      if (options.fresh) continue
      // Another process is at an older one: the whole target is left to it.
      return { ...flushed, next: later }
    }
    if (!taken) continue
    const report = await attemptTaken(folder, one, taken, options)
    flushed.reports.push(...withFallbacks(report))
    reached ||= report.outcome === 'delivered'
    failures = isKept(report) ? failures + 1 : 0
    const patience = one.tries < patientTries ? 0 : 1
    if (failures > patience && !options.all) break
  }
  const times = [nextOf(waiting), flushed.stuck.length > 0 ? later : undefined].filter((time) => time !== undefined)
  return { ...flushed, next: times.length > 0 ? Math.min(...times) : undefined }
}

function isStuck({ id, target, entry }: Waiting, stuck: Flushed['stuck']): boolean {
  const why = whyStuck(entry)
  if (why !== undefined) stuck.push({ id, target, why })
  return why !== undefined
}

async function attemptTaken(
  folder: string,
  one: Waiting,
  taken: Spooled,
  { fresh = false, onReport }: FlushOptions,
): Promise<Report> {
  const report = await attemptOne(taken, { foreground: false, fresh })
  one.entry = freeEntry(folder, one.entry.name)
  one.tried = true
  for (const reported of withFallbacks(report)) onReport?.(reported)
  return report
}

/** Until when a target is left alone after a Retry-After, unless an attempt is requested now. */
function pauseEnd(folder: string, [first]: Waiting[], { all, reached }: FlushOptions): number | undefined {
  if (first === undefined || all || reached?.has(first.target)) return undefined
  const pause = pauseOf(folder, first.target, first.config)
  return pause && Date.parse(pause.until)
}

/** Which of a target's deliveries are tried, by their state. */
function openLanes(waiting: Waiting[], { all }: FlushOptions): Set<Delivery['state']> {
  const now = Date.now()
  const open = all
    ? (['waiting', 'parked'] as const)
    : heads(waiting).flatMap((one) => (isDue(one, now) ? one.state : []))
  // What could not be moved to the failures is moved now.
  return new Set([...open, 'failed'])
}

/** Claims a delivery and reads it as it is now; nothing if there is nothing to attempt. */
function take(folder: string, one: Waiting, granted: Granted = {}): Spooled | 'busy' | 'unwritable' | undefined {
  try {
    const entry = claim(folder, one.entry)
    if (entry === undefined) return 'busy'
    const delivery = current(entry)
    // Another process may have tried it since the folder was listed.
    const isNew = delivery?.tries === one.tries && delivery.next === one.next
    if (delivery?.state === 'failed') bury(folder, entry)
    else if (isNew) return { delivery: withGranted(delivery, granted), location: { folder, entry } }
    else unclaim(folder, entry)
    return delivery === undefined ? undefined : 'busy'
  } catch (error) {
    say.error(`${outboxTrouble}: ${messageOf(error)}`)
    return 'unwritable'
  }
}

/** When the first of these that are still there is to be tried again. */
function nextOf(waiting: Waiting[]): number | undefined {
  const kept = waiting.flatMap((one) => {
    if (!one.tried) return one
    const delivery = current(one.entry)
    return delivery === undefined ? [] : { ...one, ...delivery, entry: one.entry }
  })
  const ruled = kept.flatMap((one) => {
    const time = ruleTime(one)
    const rule = one.state === 'held' ? (one.rule ?? 'escalate') : 'fallback'
    return time !== undefined && time < Date.now() + longestSleep[rule] ? time : []
  })
  const times = [...heads(kept).map(({ next }) => Date.parse(next)), ...ruled]
  return times.length > 0 ? Math.min(...times) : undefined
}
