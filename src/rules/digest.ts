import { mostTags, priorities } from '../notification/index.ts'
import type { Delivery, HoldingRule } from '../outbox/delivery.ts'
import { madeNow } from '../outbox/machine-time.ts'
import { localTime } from '../platform/local-time.ts'
import { oneLine } from '../platform/text.ts'
import { randomUuid } from '../platform/uuid.ts'
import { listed } from '../redact/listed.ts'

const reasons: Record<HoldingRule, string> = {
  quiet: 'held during quiet hours',
  limit: 'held by the limit',
  escalate: 'held',
  settle: 'held',
  at: 'scheduled',
  ranks: 'held',
}

/** Longest title that a digest keeps for the log, in characters. */
const longestTitle = 200

/** What a digest says of one delivery. */
export interface Part {
  delivery: Delivery
  line: string
  title: string
  /** How much of the digest's file it takes, in bytes. */
  size: number
}

export async function partOf(delivery: Delivery): Promise<Part> {
  const { notification } = delivery
  const line = `${localTime(notification.time)} ${oneLine(notification.title)}: ${oneLine(notification.message)}`
  const title = (await listed(notification.title, notification)).slice(0, longestTitle).toWellFormed()
  return { delivery, line, title, size: Buffer.byteLength(JSON.stringify({ line, ...mention({ delivery, title }) })) }
}

/** What a delivery that speaks of several says of each. */
export function mention({ delivery: { id, notification }, title }: Pick<Part, 'delivery' | 'title'>) {
  return { id, title, time: notification.time }
}

/** One delivery that says what several, all of one target, would have said: a line each, the oldest first. */
export function digest(parts: Part[]): Delivery {
  const deliveries = parts.map(({ delivery }) => delivery)
  const [first] = deliveries
  if (first === undefined) throw new Error('a digest of nothing')
  const last = deliveries.at(-1) ?? first
  const made = madeNow()
  const { fallback: _, error: __, ...rest } = last
  const { outcome: ___, url: ____, thread: _____, ...notification } = last.notification
  return {
    ...rest,
    id: randomUuid(),
    ...made,
    tries: 0,
    state: 'waiting',
    digest: parts.map(mention),
    notification: {
      ...notification,
      id: randomUuid(),
      time: made.created,
      title: `${deliveries.length} notifications, ${reasons[first.rule ?? 'quiet']}`,
      message: parts.map(({ line }) => line).join('\n'),
      priority: loudest(deliveries),
      tags: [...new Set(deliveries.flatMap((one) => one.notification.tags))].slice(0, mostTags),
    },
  }
}

function loudest(deliveries: Delivery[]): Delivery['notification']['priority'] {
  const ranks = deliveries.map(({ notification }) => priorities.indexOf(notification.priority))
  return priorities[Math.max(...ranks)] ?? 'default'
}
