import type { Notification } from '../notification/index.ts'
import { localTime } from '../platform/local-time.ts'

/** The time since a machine was started, in seconds: nobody sets that clock, so within one boot it measures ages. */
export interface MachineTime {
  boot: string
  uptime: number
}

/**
 * A rule that makes a delivery wait: for the end of the quiet hours, for room under the limit, for nobody to come, for
 * nobody to answer an agent, for the time that `send --at` named, for the failures of other ranks.
 */
export const holdingRules = ['quiet', 'limit', 'escalate', 'settle', 'at', 'ranks'] as const
export type HoldingRule = (typeof holdingRules)[number]

/**
 * Options that name programs, as the command line or a piped configuration said them in this run. No file of the outbox
 * holds them, and none can say them: JSON knows no symbols.
 */
export const granted: unique symbol = Symbol('granted')

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
  /** In this process alone. */
  [granted]?: Record<string, unknown>
  /** ISO 8601. */
  created: string
  /** The same by a clock that nobody sets. */
  clock?: MachineTime
  tries: number
  /** Not to be tried before, ISO 8601. */
  next: string
  /** `failed` is on its way to the failures. */
  state: 'waiting' | 'parked' | 'held' | 'failed'
  /** Why the last attempt did not succeed, or what holds it. */
  error?: string
  /** The rule that holds it back, or held it back until it was released. */
  rule?: HoldingRule
  /** What is held under the same name is sent as one. */
  group?: string
  /** Who gets it if this target does not take it, at the latest at `after` (ISO 8601). */
  fallback?: { delivery: ReferringDelivery; after?: string }
  /** The deliveries that it speaks of together. */
  digest?: { id: string; title: string; time: string }[]
  /** Which version of the configuration file it was tried with. */
  configStamp?: string
  notification: Notification & { title: string }
}

/** Why a delivery is still kept, as a user reads it. */
export function whyKept({ state, next, error }: Pick<Delivery, 'state' | 'next' | 'error'>): string | undefined {
  return state === 'held' ? `held until ${localTime(next)}: ${error ?? ''}` : error
}

/** A delivery within another one: what its notification does not say is what the other's says. */
export type ReferringDelivery = Omit<Delivery, 'notification'> & { notification: Partial<Delivery['notification']> }

/** Is this the content of a file of ours? The spool is not trusted: anybody may have put something there. */
export function isDelivery(value: unknown): value is Delivery {
  if (!isObject(value) || value['version'] !== 1) return false
  const { id, tries, state, created, next, options } = value
  if (typeof id !== 'string' || !/^[A-Za-z0-9-]{1,64}$/.test(id)) return false
  if (!Number.isInteger(tries) || Number(tries) < 0) return false
  if (!['waiting', 'parked', 'held', 'failed'].includes(String(state)) || !isTime(created) || !isTime(next))
    return false
  if (!areTexts(value, ['target', 'backend'])) return false
  if (!areTexts(value, ['config', 'error', 'configStamp', 'group'], true)) return false
  const { rule, fallback, digest, clock } = value
  if (clock !== undefined && !isMachineTime(clock)) return false
  if (![undefined, ...holdingRules].includes(rule as HoldingRule | undefined)) return false
  if (fallback !== undefined && !isFallback(fallback, value['notification'])) return false
  if (digest !== undefined && !(Array.isArray(digest) && digest.every(isPart))) return false
  return (options === undefined || isObject(options)) && isNotification(value['notification'])
}

function isPart(value: unknown): boolean {
  return isObject(value) && areTexts(value, ['id', 'title']) && isTime(value['time'])
}

function isMachineTime(value: unknown): boolean {
  return isObject(value) && typeof value['boot'] === 'string' && Number.isFinite(value['uptime'])
}

function isFallback(value: unknown, notification: unknown): boolean {
  if (!isObject(value) || !isObject(value['delivery']) || !isObject(notification)) return false
  const { delivery, after } = value
  const own = delivery['notification']
  if (!isObject(own) || !isDelivery({ ...delivery, notification: { ...notification, ...own } })) return false
  return after === undefined || isTime(after)
}

function isNotification(value: unknown): boolean {
  if (!isObject(value) || !isTime(value['time'])) return false
  if (!areTexts(value, ['id', 'title', 'message', 'priority', 'source'])) return false
  if (!areTexts(value, ['url', 'thread', 'icon'], true)) return false
  const { actions, attachments } = value
  if (attachments !== undefined && !(Array.isArray(attachments) && attachments.every(isAttachment))) return false
  if (actions !== undefined && !(Array.isArray(actions) && actions.every(isAction))) return false
  if (!areTexts(value, ['url', 'thread'], true)) return false
  const { tags, outcome, terminal, agent, batch, origin } = value
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) return false
  return isObject(origin) && [outcome, terminal, agent, batch].every((part) => part === undefined || isObject(part))
}

function isAttachment(value: unknown): boolean {
  return isObject(value) && areTexts(value, ['name', 'path', 'kept']) && Number.isInteger(value['size'])
}

function isAction(value: unknown): boolean {
  return isObject(value) && areTexts(value, ['label', 'url'])
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function areTexts(value: Record<string, unknown>, names: string[], optional = false): boolean {
  return names.every((name) => typeof value[name] === 'string' || (optional && value[name] === undefined))
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}
