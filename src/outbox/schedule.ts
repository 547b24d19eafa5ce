import { longestWait } from './backoff.ts'
import type { Delivery } from './delivery.ts'
import { current } from './index.ts'
import { noticed } from './machine-time.ts'
import { type Entry, isBusy, list, whyStuck } from './spool.ts'
import { configStamp } from './stamp.ts'

/** A delivery of the outbox without what it says: thousands of them must not fill the memory. */
export interface Waiting extends Omit<Delivery, 'notification' | 'options' | 'fallback' | 'digest'> {
  entry: Entry
  /** When the fallback gets it, ISO 8601. */
  fallbackAfter?: string
  /** It was tried since it was read. */
  tried?: true
}

/** What is in the outbox for each target, the oldest first. Of two configurations a name means two targets. */
export function byTarget(deliveries: Waiting[]): Waiting[][] {
  const targets = new Map<string, Waiting[]>()
  for (const one of deliveries) {
    const key = `${one.target}\n${one.config ?? ''}`
    const waiting = targets.get(key) ?? []
    waiting.push(one)
    targets.set(key, waiting)
  }
  return [...targets.values()]
}

/**
 * Every entry of a folder, looked for twice: of a file that is renamed while a folder is read, neither name need be
 * found (POSIX readdir), but nothing is renamed twice as fast.
 */
export function listAll(folder: string): Entry[] {
  const found = new Map(list(folder).map((entry) => [entry.name, entry]))
  for (const entry of list(folder)) found.set(entry.name, entry)
  return [...found.values()]
}

/**
 * Reads entries. What another process has renamed since they were listed is looked for under its new name: who
 * overlooks that the oldest is being sent would send the next one before it.
 */
export function readAll(folder: string, entries: Entry[]): Waiting[] {
  const found: Waiting[] = []
  const tried = new Set<string>()
  let rest = entries
  for (let round = 0; round < 3 && rest.length > 0; round++) {
    const missing = new Set<string>()
    for (const entry of rest) {
      tried.add(entry.path)
      const one = summary(entry)
      if (one === undefined) missing.add(entry.name)
      else found.push(one)
    }
    rest = missing.size === 0 ? [] : list(folder).filter(({ name, path }) => missing.has(name) && !tried.has(path))
  }
  return found.sort((one, other) => (one.entry.name < other.entry.name ? -1 : 1))
}

function summary(entry: Entry): Waiting | undefined {
  const delivery = current(entry)
  if (delivery === undefined) return undefined
  const { notification: _, options: __, digest: ___, fallback, ...rest } = delivery
  return { ...rest, entry, ...(fallback?.after !== undefined && { fallbackAfter: fallback.after }) }
}

/**
 * The deliveries that decide when a target is tried: the oldest of those that wait, and the oldest of the parked ones.
 * The others stand behind them, or every one of a thousand would knock at a dead service's door.
 */
export function heads(waiting: Waiting[]): Waiting[] {
  return (['waiting', 'parked'] as const).flatMap((lane) => waiting.find(({ state }) => state === lane) ?? [])
}

/**
 * Is it time to try this delivery? One from the future was made before the clock was set back, and so was one that is
 * to wait longer than any does.
 */
export function isDue(
  delivery: Pick<Waiting, 'state' | 'next' | 'created' | 'config' | 'configStamp'>,
  now: number,
): boolean {
  if (delivery.state !== 'waiting' && delivery.state !== 'parked') return false
  const next = Date.parse(delivery.next)
  if (next <= now || next - now > longestWait || Date.parse(delivery.created) > now) return true
  // With another server or another token it may go now.
  if (delivery.state === 'waiting' && delivery.configStamp === undefined) return false
  return delivery.configStamp !== configStamp(delivery.config)
}

/** Is there a target to try that no process is at already? */
export function isAnythingDue(folder: string, entries: Entry[]): boolean {
  const now = Date.now()
  const open = readAll(folder, entries).filter(({ entry }) => whyStuck(entry) === undefined)
  return byTarget(open).some(
    (waiting) =>
      !isBusy(waiting[0]?.entry as Entry) &&
      (heads(waiting).some((head) => isDue(head, now)) || waiting.some((one) => (ruleTime(one) ?? now + 1) <= now)),
  )
}

/** How long a process waits for the time that somebody chose, in milliseconds. */
export const soon = 24 * 60 * 60_000

/** Is there a delivery for a time that was chosen, within a day? */
export function isAnythingScheduled(folder: string): boolean {
  const latest = Date.now() + soon
  return readAll(folder, list(folder)).some(
    ({ state, rule, next }) => state === 'held' && rule === 'at' && Date.parse(next) < latest,
  )
}

/** When a rule has to do something about a delivery, milliseconds since 1970; nothing if none has. */
export function ruleTime({
  state,
  created,
  next,
  fallbackAfter,
  rule,
  config,
  configStamp: then,
}: Waiting): number | undefined {
  // The rule that holds it may be another one by now.
  const mayBeChanged = state === 'held' && (rule === 'quiet' || rule === 'limit') && then !== undefined
  if (mayBeChanged && then !== configStamp(config)) return 0
  // From the future: the clock was set back, and nobody knows how long it was to be held.
  if (state === 'held') return Date.parse(created) > Date.now() + noticed ? 0 : Date.parse(next)
  return fallbackAfter === undefined ? undefined : Date.parse(fallbackAfter)
}
