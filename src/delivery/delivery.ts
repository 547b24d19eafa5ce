import type { Notification } from '../notification.ts'

/** One notification on its way to one target: what a file of the outbox holds. */
export interface Delivery {
  version: 1
  /** A UUID; the idempotency key of every attempt. */
  id: string
  target: string
  backend: string
  /** The configuration file that it came from, absolute; nothing if there was none. */
  config?: string
  /** Options that no later run can read again: those of `-o`, or of a configuration that is a pipe. */
  options?: Record<string, unknown>
  /** ISO 8601. */
  created: string
  tries: number
  /** Not to be tried before, ISO 8601. */
  next: string
  state: 'waiting' | 'parked' | 'held'
  /** Why the last attempt did not succeed. */
  error?: string
  /** Which version of the configuration file parked it. */
  configStamp?: string
  notification: Notification & { title: string }
}

/** Is this the content of a file of ours? The spool is not trusted: anybody may have put something there. */
export function isDelivery(value: unknown): value is Delivery {
  if (typeof value !== 'object' || value === null) return false
  const delivery = value as Record<string, unknown>
  const texts = ['id', 'target', 'backend', 'created', 'next', 'state']
  if (delivery['version'] !== 1 || !texts.every((name) => typeof delivery[name] === 'string')) return false
  if (!/^[A-Za-z0-9-]{1,64}$/.test(String(delivery['id'])) || typeof delivery['tries'] !== 'number') return false
  if (!['created', 'next'].every((name) => !Number.isNaN(Date.parse(String(delivery[name]))))) return false
  const notification = delivery['notification'] as Record<string, unknown> | null
  if (typeof notification !== 'object' || notification === null) return false
  return ['id', 'title', 'message', 'priority', 'source', 'time'].every(
    (name) => typeof notification[name] === 'string',
  )
}
