import type { Answer } from '../backends/contract/backend.ts'
import { loadBackend } from '../backends/index.ts'
import type { Config } from '../config/types.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { fallbackOf } from '../outbox/fallback.ts'
import { put } from '../outbox/index.ts'
import { type Pause, pauseOf } from '../outbox/pause.ts'
import { outboxFolder } from '../outbox/spool.ts'
import { configStamp } from '../outbox/stamp.ts'
import { exitCode, messageOf, NtfyError, SecretError } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { statePlace } from '../platform/paths.ts'
import { attempt, errorText, exitCodeOf, type Result } from './attempt.ts'
import { currentOptions } from './current-options.ts'
import { type Fate, giveBack, type Location, outboxTrouble, settle, whyTooLate } from './settle.ts'

/** What became of one delivery. */
export interface Report {
  id: string
  target: string
  backend: string
  outcome: Fate | 'skipped'
  error?: string
  /** The rule that it waits for, or that it was left out for. */
  rule?: string
  /** Why that rule leaves it out. */
  reason?: string
  /** What became of it at the target that got it instead. */
  fallback?: Report
  /** The service's own answer. */
  answer?: Answer
  exitCode: number
}

/** A delivery with its file in the outbox, if it has one. */
export interface Spooled {
  delivery: Delivery
  location: Location | undefined
}

/**
 * Puts deliveries into the outbox, before anything is sent. Where that cannot be done the trouble is said, and they
 * are tried all the same.
 */
export function spool(
  deliveries: Delivery[],
  { claimed, quiet = false }: { claimed: boolean; quiet?: boolean },
): Spooled[] {
  const folder = outboxFolder()
  const { entries, trouble } =
    folder === undefined
      ? { entries: [], trouble: new Error(statePlace().problem) }
      : put(folder, deliveries, { claimed })
  if (trouble !== undefined && !quiet) {
    say.warning(`${outboxTrouble}, so a notification that cannot be sent now would be lost: ${messageOf(trouble)}`)
  }
  return deliveries.map((delivery, index) => {
    const entry = entries[index]
    return { delivery, location: entry === undefined || folder === undefined ? undefined : { folder, entry } }
  })
}

/**
 * Puts what rules hold back into the outbox.
 *
 * @returns what cannot be kept: better now than never; what only waits for nobody to come is not worth that
 */
export function spoolHeld(held: Delivery[], { quiet = false }: { quiet?: boolean } = {}): Spooled[] {
  if (held.length === 0) return []
  return spool(held, { claimed: false, quiet }).flatMap(({ delivery, location }): Spooled[] =>
    location !== undefined || delivery.rule === 'escalate'
      ? []
      : [{ delivery: { ...delivery, state: 'waiting' }, location }],
  )
}

/** Where an attempt is made. */
export interface AttemptOptions {
  /** Somebody waits for it at a terminal. */
  foreground: boolean
  /** The first attempt of a new notification: a Retry-After of the target is respected. */
  fresh: boolean
  /** The configuration, if it was read already. */
  config?: Config
  /** Called as soon as a result is there. */
  onReport?: (report: Report) => void
}

/** Tries all at the same time: a dead target never holds back a living one. */
export async function attemptAll(pending: Spooled[], options: AttemptOptions): Promise<Report[]> {
  const attemptIt = async (one: Spooled) => {
    const report = await attemptOne(one, options)
    const all = withFallbacks(report)
    for (const one of all) options.onReport?.(one)
    return all
  }
  return (await Promise.all(pending.map(attemptIt))).flat()
}

/** A report, and those of the targets that got it instead. */
export function withFallbacks(report: Report): Report[] {
  return report.fallback === undefined ? [report] : [report, ...withFallbacks(report.fallback)]
}

/** Tries one delivery and carries out what its result means. */
export async function attemptOne({ delivery, location }: Spooled, options: AttemptOptions): Promise<Report> {
  const pause = options.fresh && location ? pauseOf(location.folder, delivery.target, delivery.config) : undefined
  if (pause !== undefined && location !== undefined) return postpone(location, delivery, pause)
  const { result, keepFor } = await tryNow(delivery, options)
  const fallback: Spooled[] = []
  const outcome = await settle(location, delivery, result, keepFor, () => fallback.push(...instead(delivery, location)))
  const report: Report = { id: delivery.id, target: delivery.target, backend: delivery.backend, outcome, exitCode: 0 }
  if (result.kind === 'delivered') return result.answer === undefined ? report : { ...report, answer: result.answer }
  // A queued delivery is in good hands; what was parked or refused needs somebody to look at it.
  report.exitCode = outcome === 'queued' ? exitCode.ok : exitCodeOf(result)
  report.error = result.error
  const [next] = fallback
  if (next) report.fallback = await attemptOne(next, { ...options, fresh: true })
  return report
}

/** What the next target gets instead is on disk before this one is given up. */
function instead(delivery: Delivery, location: Location | undefined): Spooled[] {
  const next = fallbackOf(delivery)
  if (next === undefined) return []
  return location === undefined ? [{ delivery: next, location }] : spool([next], { claimed: true })
}

function postpone(location: Location, delivery: Delivery, pause: Pause): Report {
  const state = pause.kind === 'config' ? 'parked' : 'waiting'
  const kept: Delivery = { ...delivery, state, next: pause.until, error: pause.error }
  if (state === 'parked') kept.configStamp = configStamp(delivery.config)
  const { id, target, backend } = delivery
  const report = { id, target, backend, error: pause.error }
  if (!giveBack(location, kept)) return { ...report, outcome: 'failed', exitCode: exitCode.unavailable }
  if (state === 'parked') return { ...report, outcome: 'parked', exitCode: exitCode.config }
  return { ...report, outcome: 'queued', exitCode: exitCode.ok }
}

/** What an attempt came to, and how long the backend finds the delivery worth keeping. */
async function tryNow(
  delivery: Delivery,
  { foreground, fresh, config }: AttemptOptions,
): Promise<{ result: Result; keepFor?: number | undefined }> {
  try {
    const options = await currentOptions(delivery, config)
    const { keepFor } = await loadBackend(delivery.backend)
    // What a rule held back comes when it is to come.
    const first = fresh || (delivery.rule !== undefined && delivery.tries === 0)
    const tooLate = first ? undefined : whyTooLate(delivery, keepFor)
    if (tooLate !== undefined) return { result: { kind: 'permanent', error: tooLate } }
    return { result: await attempt(delivery, options, { foreground }), keepFor }
  } catch (error) {
    const text = errorText(error)
    if (!(error instanceof NtfyError)) return { result: { kind: 'bug', error: text } }
    return { result: { kind: 'config', error: text, secret: error instanceof SecretError } }
  }
}
