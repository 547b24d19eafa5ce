import { logDelivered, noteLost } from '../history/log.ts'
import { sweepAttachments } from '../outbox/attachments.ts'
import { askedDelay, parkedDelay, retryDelay } from '../outbox/backoff.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { fail, finish, isKeptOnDisk, release } from '../outbox/index.ts'
import { madeNow } from '../outbox/machine-time.ts'
import { endPause, pauseTarget } from '../outbox/pause.ts'
import type { Entry } from '../outbox/spool.ts'
import { configStamp } from '../outbox/stamp.ts'
import { messageOf } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import type { Result } from './attempt.ts'

/** A delivery that is older, in milliseconds, is given up when one more attempt has not succeeded. */
const givenUpAfter = 5 * 24 * 60 * 60_000

/** A delivery kept for no longer than this, in milliseconds, is for somebody looking right now: no other process retries it. */
const momentary = 60_000

export const outboxTrouble = 'the outbox cannot be written'

/** What has become of a delivery. */
export type Fate = 'delivered' | 'queued' | 'parked' | 'failed'

/** Where a claimed delivery is in the outbox. */
export interface Location {
  folder: string
  entry: Entry
}

/**
 * Carries out in the outbox what the result of an attempt means: the one location that knows when a delivery is kept, for
 * how long, and when it is given up.
 *
 * @param location nothing if it could not be put on disk or is not to be kept
 * @param keepFor how long its backend finds it worth keeping
 * @param onFailed called before it is given up
 */
export async function settle(
  location: Location | undefined,
  delivery: Delivery,
  result: Result,
  keepFor: number | undefined,
  onFailed: () => void = () => {},
): Promise<Fate> {
  const now = new Date()
  // From the future: made before the clock was set back. Its age begins now, or it would never have one.
  const fromFuture = Date.parse(delivery.created) > now.getTime()
  const tried: Delivery = { ...delivery, ...(fromFuture && madeNow()), tries: delivery.tries + 1 }
  if (result.kind === 'delivered') {
    // First of all: until it has left the disk, killing this process would have it sent a second time.
    if (location) keepingTrouble(() => finish(location.folder, location.entry))
    await logDelivered(tried, now, result.answer ?? undefined)
    if (location) sweepAttachments(location.folder, tried.notification)
    if (location) endPause(location.folder, delivery.target)
    return 'delivered'
  }
  tried.error = result.error
  const fate = location === undefined ? 'failed' : fateOf(tried, result, keepFor ?? givenUpAfter, now)
  if (fate === 'failed') onFailed()
  if (fate === 'failed' && delivery.backend === 'ping') noteLostPing(tried, result.error, now)
  if (location === undefined) return fate
  if (fate !== 'failed') return keep(location, tried, result, fate, now) ? fate : 'failed'
  keepingTrouble(() => fail(location.folder, location.entry, tried))
  return fate
}

/** Nobody reads the failures for it: the job itself has nothing to do with them. */
function noteLostPing({ id, notification }: Delivery, error: string, now: Date): void {
  noteLost({ id, title: notification.title, time: now.toISOString(), error })
}

/** Why a delivery is not even tried again; nothing if it is. */
export function whyTooLate({ created }: Delivery, keepFor: number | undefined): string | undefined {
  if (keepFor === undefined) return undefined
  if (keepFor <= momentary) return 'too late: nobody may be there any more'
  return Date.now() - Date.parse(created) > keepFor
    ? `too late: older than ${Math.round(keepFor / 60_000)} min`
    : undefined
}

function fateOf(tried: Delivery, result: Result, keepFor: number, now: Date): Fate {
  if (result.kind === 'permanent' || result.kind === 'bug') return 'failed'
  if (result.kind === 'transient' && !result.keep) return 'failed'
  if (keepFor <= momentary || now.getTime() - Date.parse(tried.created) >= keepFor) return 'failed'
  return result.kind === 'config' ? 'parked' : 'queued'
}

/** @returns whether it is on disk: somebody may have cleaned the folder, and nothing is promised without a file */
function keep(location: Location, tried: Delivery, result: Result, fate: Fate, now: Date): boolean {
  const next = new Date(now.getTime() + waitingTime(tried.tries, result)).toISOString()
  const kept: Delivery = { ...tried, next, state: fate === 'parked' ? 'parked' : 'waiting' }
  if (result.kind === 'transient' && result.remaining) kept.options = { ...tried.options, ...result.remaining }
  kept.configStamp = configStamp(tried.config)
  const isKept = giveBack(location, kept)
  if (asksForPause(result)) {
    const stamp = configStamp(tried.config)
    pauseTarget(location.folder, tried.target, { until: next, kind: result.kind, error: result.error, stamp })
  }
  return isKept
}

/** Gives a claimed delivery back. @returns whether it is on disk, as it was if it cannot be written */
export function giveBack({ folder, entry }: Location, delivery: Delivery): boolean {
  return keepingTrouble(() => release(folder, entry, delivery)) || isKeptOnDisk(folder, entry)
}

function waitingTime(tries: number, result: Result): number {
  if (result.kind === 'config') return parkedDelay(result.secret)
  const asked = result.kind === 'transient' ? result.retryAfter : undefined
  return asked === undefined ? retryDelay(tries) : askedDelay(tries, asked)
}

/** Only a Retry-After pauses a target: after a refused connection a new notification is tried at once. */
function asksForPause(result: Result): result is Result & { kind: 'transient' | 'config' } {
  return result.kind === 'transient' ? result.retryAfter !== undefined : result.kind === 'config' && result.secret
}

/** Changes the outbox and reports errors, which do not affect the delivery itself. @returns whether it succeeded */
export function keepingTrouble(change: () => void): boolean {
  try {
    change()
    return true
  } catch (error) {
    say.error(`${outboxTrouble}: ${messageOf(error)}`)
    return false
  }
}
