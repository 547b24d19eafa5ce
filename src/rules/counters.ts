import { openCache } from '../backends/contract/cache.ts'
import type { Outcome } from '../notification/index.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { formatDuration } from '../platform/duration.ts'
import { hashOf } from '../platform/hash.ts'
import { field } from '../platform/json.ts'

/** How long to wait for another process that counts at this moment, in milliseconds; then nothing is counted. */
const patience = 1000

/** More than these are not remembered: the file is to stay small. */
const mostTimes = 2000
const mostTexts = 300

export interface Limit {
  count: number
  /** Milliseconds. */
  per: number
}

/** What speaks against sending a delivery now. */
export type Verdict = { kind: 'free' } | { kind: 'duplicate'; sent: Date } | { kind: 'full'; until: Date }

/**
 * Counts a delivery, unless it is the same as one sent within `dedupe` (milliseconds), or `limit` is reached. Where
 * nothing can be counted nothing is held back.
 *
 * @param outcome with the command as it was typed, whatever its target is shown
 * @param dryRun it is not sent, and so not counted
 */
export async function countDelivery(
  delivery: Delivery,
  outcome: Outcome | undefined,
  {
    dedupe,
    limit,
    dryRun = false,
  }: { dedupe: number | undefined; limit: Limit | undefined; dryRun?: boolean | undefined },
): Promise<Verdict> {
  const key = dedupe === undefined ? undefined : fingerprint(delivery, outcome)
  return counting(delivery, dryRun, ({ sent, texts }, now) => {
    const last = key === undefined ? undefined : texts[key]
    if (last !== undefined && dedupe !== undefined && last <= now && now - last < dedupe) {
      return { kind: 'duplicate', sent: new Date(last) }
    }
    if (limit !== undefined) {
      const within = sent.filter((time) => time <= now && now - time < limit.per)
      const oldest = within.at(-limit.count)
      if (oldest !== undefined) return { kind: 'full', until: new Date(oldest + limit.per) }
      sent.splice(0, sent.length, ...within, now)
    }
    if (key !== undefined) texts[key] = now
    return { kind: 'free' }
  })
}

/** Counts one that is sent regardless of the limit: held notifications arrive as one. */
export async function countRelease(delivery: Delivery): Promise<void> {
  await counting(delivery, false, ({ sent }, now) => {
    sent.push(now)
    return { kind: 'free' }
  })
}

interface Counters {
  /** When the deliveries of the last time were sent, milliseconds since 1970. */
  sent: number[]
  /** When a text was last sent. */
  texts: Record<string, number>
}

async function counting(
  { target, config }: Delivery,
  dryRun: boolean,
  count: (counters: Counters, now: number) => Verdict,
): Promise<Verdict> {
  const cache = openCache('rules', `${target}\n${config ?? ''}`, AbortSignal.timeout(patience), {
    // Without a disk in time a crash costs a count, and no notification.
    durable: false,
  })
  const work = async (): Promise<Verdict> => {
    const counters = countersFrom(cache.read())
    const verdict = count(counters, Date.now())
    if (verdict.kind === 'free' && !dryRun) cache.write(counters)
    return verdict
  }
  return (dryRun ? work() : cache.alone(work)).catch(() => ({ kind: 'free' }) as const)
}

/** What is in the file is not trusted. */
function countersFrom(value: unknown): Counters {
  const sent = field(value, 'sent')
  const texts = field(value, 'texts')
  const isTime = (time: unknown): time is number => typeof time === 'number'
  const known = Object.entries(typeof texts === 'object' && texts !== null ? texts : {})
    .filter((entry): entry is [string, number] => isTime(entry[1]))
    .sort(([, one], [, other]) => one - other)
  return {
    sent: Array.isArray(sent) ? sent.filter(isTime).slice(-mostTimes) : [],
    texts: Object.fromEntries(known.slice(-mostTexts)),
  }
}

/** What makes two deliveries the same: command, status, title and text, but for how long it took. */
function fingerprint({ notification }: Delivery, outcome: Outcome | undefined): string {
  const { title, message } = notification
  const took = outcome?.durationMs === undefined ? undefined : formatDuration(outcome.durationMs)
  const timeless = (text: string) => (took === undefined ? text : text.replaceAll(took, ''))
  const parts = [outcome?.command, outcome?.status, outcome?.signal, timeless(title), timeless(message)]
  const text = JSON.stringify(parts)
  return `${hashOf(text)}-${text.length}`
}
