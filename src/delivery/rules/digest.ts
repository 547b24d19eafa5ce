import { priorities } from '../../notification.ts'
import { localTime } from '../../table.ts'
import { oneLine } from '../../text.ts'
import { randomUuid } from '../../uuid.ts'
import type { Delivery, HoldingRule } from '../delivery.ts'
import { listed } from '../shown.ts'

const reasons: Record<HoldingRule, string> = {
  quiet: 'held during quiet hours',
  limit: 'held by the limit',
  escalate: 'held',
}

/** One delivery that says what several, all of one target, would have said: a line each, the oldest first. */
export async function digest(deliveries: Delivery[]): Promise<Delivery> {
  const [first] = deliveries
  if (first === undefined) throw new Error('a digest of nothing')
  const last = deliveries.at(-1) ?? first
  const now = new Date().toISOString()
  const { fallback: _, error: __, ...rest } = last
  const { outcome: ___, url: ____, thread: _____, ...notification } = last.notification
  return {
    ...rest,
    id: randomUuid(),
    created: now,
    next: now,
    tries: 0,
    state: 'waiting',
    digest: await Promise.all(
      deliveries.map(async ({ id, notification }) => ({
        id,
        title: await listed(notification.title, notification),
        time: notification.time,
      })),
    ),
    notification: {
      ...notification,
      id: randomUuid(),
      time: now,
      title: `${deliveries.length} notifications, ${reasons[first.rule ?? 'quiet']}`,
      message: deliveries.map(line).join('\n'),
      priority: loudest(deliveries),
      tags: [...new Set(deliveries.flatMap((one) => one.notification.tags))],
    },
  }
}

function line({ notification: { time, title, message } }: Delivery): string {
  return `${localTime(time)} ${oneLine(title)}: ${oneLine(message)}`
}

function loudest(deliveries: Delivery[]): Delivery['notification']['priority'] {
  const ranks = deliveries.map(({ notification }) => priorities.indexOf(notification.priority))
  return priorities[Math.max(...ranks)] ?? 'default'
}
