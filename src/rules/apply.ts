import type { TargetRules } from '../config/rules.ts'
import { findTarget } from '../config/select.ts'
import type { Config, Target } from '../config/types.ts'
import { type Notification, priorities } from '../notification/index.ts'
import type { Delivery, HoldingRule } from '../outbox/delivery.ts'
import { referring } from '../outbox/fallback.ts'
import { configStamp } from '../outbox/stamp.ts'
import { shortDuration } from '../platform/duration.ts'
import { endOf, isWithin } from '../platform/hours.ts'
import { countDelivery } from './counters.ts'
import { type Facts, unmet } from './when.ts'

/** What the rules make of a delivery. */
export type Decision =
  | { kind: 'send'; delivery: Delivery }
  | { kind: 'hold'; delivery: Delivery }
  | { kind: 'skip'; delivery: Delivery; rule: string; reason: string }

/** The rules that hold for a target: its own, and those at the top where it has none. */
export function rulesOf(config: Config, target: Target): TargetRules {
  const rules = { ...config.rules, ...target.rules }
  // At the top they are said of all targets but the one that they name.
  if (rules.fallback === target.name) delete rules.fallback
  if (rules.escalate && rules.escalate.to === target.name) delete rules.escalate
  return rules
}

/**
 * Decides for one delivery: `when`, the quiet hours, what was sent already, the limit.
 *
 * @param options.named its target was named on the command line: then its `when` does not apply
 * @param options.at when it is to be sent, if not now
 * @param options.dryRun nothing is counted
 */
export async function decide(
  delivery: Delivery,
  rules: TargetRules,
  facts: Facts,
  options: { named: boolean; at?: Date | undefined; dryRun?: boolean | undefined },
): Promise<Decision> {
  if (rules.when && !options.named) {
    const reason = await unmet(rules.when, facts)
    if (reason) return { kind: 'skip', delivery, rule: `when.${reason.condition}`, reason: reason.text }
  }
  const { quiet, dedupe, limit } = rules
  const now = options.at ?? new Date()
  const hours = quiet ? quiet.hours.find((one) => isWithin(one, now)) : undefined
  if (quiet && hours && !isExempt(delivery.notification, quiet.except)) {
    return hold(delivery, 'quiet', endOf(hours, now), 'quiet hours')
  }
  // Urgent ones are never held by a limit, nor counted.
  const counted = limit && delivery.notification.priority !== 'urgent' ? limit : undefined
  if (!dedupe && !counted) return { kind: 'send', delivery }
  const checks = { dedupe: dedupe || undefined, limit: counted, dryRun: options.dryRun }
  const verdict = await countDelivery(delivery, facts.outcome, checks)
  if (verdict.kind === 'duplicate') {
    const reason = `the same was sent ${shortDuration(Date.now() - verdict.sent.getTime())} ago`
    return { kind: 'skip', delivery, rule: 'dedupe', reason }
  }
  if (verdict.kind === 'full' && counted) return hold(delivery, 'limit', verdict.until, `limit of ${counted.text}`)
  return { kind: 'send', delivery }
}

/** A delivery that waits until a time. */
export function hold(delivery: Delivery, rule: HoldingRule, until: Date, why: string): Decision {
  const stamp = configStamp(delivery.config)
  const held: Delivery = { ...delivery, state: 'held', rule, next: until.toISOString(), error: why, configStamp: stamp }
  return { kind: 'hold', delivery: held }
}

function isExempt({ priority }: Notification, except: Notification['priority'] | undefined): boolean {
  return except !== undefined && priorities.indexOf(priority) >= priorities.indexOf(except)
}

/** Makes the delivery of this notification to another target. */
export type Another = (target: string) => Promise<Delivery>

/** The delivery with who gets it if its target does not take it, and who gets it after that one. */
export async function withFallback(
  delivery: Delivery,
  rules: TargetRules,
  config: Config,
  another: Another,
  seen: readonly string[] = [],
): Promise<Delivery> {
  const { fallback, fallback_after: after } = rules
  const past = [...seen, delivery.target]
  if (!fallback || past.includes(fallback)) return delivery
  const next = await another(fallback)
  const chained = await withFallback(next, rulesOf(config, findTarget(config, fallback)), config, another, past)
  const time = after === undefined ? undefined : new Date(Date.parse(delivery.created) + after).toISOString()
  return {
    ...delivery,
    fallback: { delivery: referring(delivery, chained), ...(time !== undefined && { after: time }) },
  }
}

/** Who gets it later unless somebody comes back before: one after the other, as far as they name each other. */
export async function escalations(target: Target, config: Config, another: Another): Promise<Delivery[]> {
  const found: Delivery[] = []
  const seen = new Set([target.name])
  let wait = 0
  for (let rules = rulesOf(config, target); rules.escalate && !seen.has(rules.escalate.to); ) {
    const { to, after } = rules.escalate
    seen.add(to)
    wait += after
    const delivery = await another(to)
    const until = new Date(Date.parse(delivery.created) + wait)
    found.push(hold(delivery, 'escalate', until, 'unless somebody comes back before').delivery)
    rules = rulesOf(config, findTarget(config, to))
  }
  return found
}
