import { loadBackend } from '../backends/index.ts'
import { messageOf } from '../errors.ts'
import { say } from '../output.ts'
import type { Result } from './attempt.ts'
import type { Delivery } from './delivery.ts'
import { logDelivered } from './log.ts'
import { type Entry, fail, finish, release } from './outbox.ts'
import { endPause, pauseTarget } from './pause.ts'
import { configStamp } from './stamp.ts'

/** Waiting times in milliseconds. */
const firstRetry = 30_000
const longestRetry = 60 * 60_000
/** A program that gives no secret is not asked again for so long: it may put a window in front of somebody. */
const secretPause = 5 * 60_000
const givenUpAfter = 5 * 24 * 60 * 60_000

/** What has become of a delivery. */
export type Fate = 'delivered' | 'queued' | 'parked' | 'failed'

/**
 * Carries out in the outbox what the result of an attempt means: the one place that knows when a delivery is kept, for
 * how long, and when it is given up.
 *
 * @param entry its claimed file; nothing if it could not be put on disk or is not to be kept
 */
export async function settle(
  place: { folder: string; entry: Entry } | undefined,
  delivery: Delivery,
  result: Result,
): Promise<Fate> {
  const now = new Date()
  const tried = { ...delivery, tries: delivery.tries + 1 }
  if (result.kind === 'delivered') {
    logDelivered(tried, now)
    if (place) {
      keepingTrouble(() => finish(place.folder, place.entry))
      endPause(place.folder, delivery.target)
    }
    return 'delivered'
  }
  const { error } = result
  const fate = await fateOf(tried, result, now)
  if (place === undefined) return 'failed'
  if (fate === 'failed') {
    keepingTrouble(() => fail(place.folder, place.entry, { ...tried, error }))
  } else {
    const kept: Delivery = { ...tried, error, state: fate === 'parked' ? 'parked' : 'waiting' }
    if (result.kind === 'transient' && result.remaining) kept.options = { ...delivery.options, ...result.remaining }
    kept.next = new Date(now.getTime() + waitingTime(tried.tries, result)).toISOString()
    if (fate === 'parked') kept.configStamp = configStamp(delivery.config)
    keepingTrouble(() => release(place.folder, place.entry, kept))
    if (asksForPause(result)) {
      const pause = { until: kept.next, kind: result.kind, error, stamp: configStamp(delivery.config) }
      pauseTarget(place.folder, delivery.target, pause)
    }
  }
  return fate
}

async function fateOf(tried: Delivery, result: Result, now: Date): Promise<Fate> {
  if (result.kind === 'permanent' || result.kind === 'bug') return 'failed'
  if (result.kind === 'transient' && !result.keep) return 'failed'
  const { keepFor = givenUpAfter } = await loadBackend(tried.backend)
  const age = now.getTime() - Date.parse(tried.created)
  if (age >= keepFor) return 'failed'
  return result.kind === 'config' ? 'parked' : 'queued'
}

/** 30 s, doubling to an hour, a fifth more or less so that many machines do not come back at once. */
function waitingTime(tries: number, result: Result): number {
  if (result.kind === 'config') return result.secret ? secretPause : longestRetry
  const asked = result.kind === 'transient' ? result.retryAfter : undefined
  if (asked !== undefined) return Math.min(asked * 1000, longestRetry)
  const backoff = Math.min(firstRetry * 2 ** (tries - 1), longestRetry)
  return backoff * (0.8 + Math.random() * 0.4)
}

/** Only who asked for it is left alone: after a refused connection a new notification is tried at once. */
function asksForPause(result: Result): result is Result & { kind: 'transient' | 'config' } {
  return result.kind === 'transient' ? result.retryAfter !== undefined : result.kind === 'config' && result.secret
}

/** Changes the outbox; what goes wrong is said, because the delivery itself is not touched by it. */
export function keepingTrouble(change: () => void): void {
  try {
    change()
  } catch (error) {
    say.error(`the outbox cannot be written: ${messageOf(error)}`)
  }
}
