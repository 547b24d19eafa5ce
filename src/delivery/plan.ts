import type { Away } from '../away/index.ts'
import { findTarget, type Selected } from '../config/select.ts'
import type { Config } from '../config/types.ts'
import type { Notification, Outcome } from '../notification/index.ts'
import { type Delivery, whyKept } from '../outbox/delivery.ts'
import { exitCode } from '../platform/errors.ts'
import { type Decision, decide, escalations, hold, rulesOf, withFallback } from '../rules/apply.ts'
import type { Facts } from '../rules/when.ts'
import type { Report } from './deliver.ts'
import { prepare } from './prepare.ts'

/** What is to be done with a notification. */
export interface Plan {
  /** To be sent now. */
  now: Delivery[]
  /** To be kept until their time comes. */
  held: Delivery[]
  /** Of the targets that get nothing now: why, and until when. */
  reports: Report[]
}

/** What a notification's rules are about, where it does not say it itself. */
export interface PlanOptions {
  /** The outcome with the command as it was typed, whatever is shown of it. */
  outcome?: Outcome
  /** What is known already of whether somebody is looking. */
  away?: Away
  /** The id of the delivery for a target, where it must be the same if this is planned again; asked in a fixed order. */
  idFor?: (target: string) => string
  /** When it is to be sent, if not now. */
  at?: Date
  /** Nothing of it is sent, or counted. */
  dryRun?: boolean
}

/** Makes a delivery for each target, and lets the rules decide which are sent, held and left out. */
export async function plan(
  notification: Notification,
  config: Config,
  selected: Selected[],
  options: PlanOptions = {},
): Promise<Plan> {
  const made: Plan = { now: [], held: [], reports: [] }
  const facts = factsOf(notification, config, options)
  await Promise.all(selected.map((one) => planOne(one, notification, config, { ...options, facts }, made)))
  return made
}

async function planOne(
  { target, overrides, named }: Selected,
  notification: Notification,
  config: Config,
  { facts, idFor, at, dryRun }: PlanOptions & { facts: Facts },
  made: Plan,
): Promise<void> {
  const delivery = await prepare(notification, config, { target, overrides }, idFor)
  const rules = rulesOf(config, target)
  // Its attempt says what is wrong, and keeps it until that is fixed.
  const isWrong = config.wrong[target.name] !== undefined
  const hasRules = Object.keys(rules).length > 0 && notification.source !== 'test' && !isWrong
  if (!hasRules && at === undefined) {
    made.now.push(delivery)
    return
  }
  const decided = await decide(delivery, hasRules ? rules : {}, facts, { named, at, dryRun })
  const decision = decided.kind === 'send' && at !== undefined ? later(decided.delivery, at) : decided
  if (decision.kind === 'skip') {
    const { rule, reason } = decision
    made.reports.push({ ...reportOf(delivery), outcome: 'skipped', error: `${reason} (${rule})`, rule, reason })
    return
  }
  const another = (name: string) =>
    prepare(notification, config, { target: findTarget(config, name), overrides: {} }, idFor)
  const kept = hasRules ? await withFallback(decision.delivery, rules, config, another) : decision.delivery
  if (decision.kind === 'send') made.now.push(kept)
  else {
    made.held.push(kept)
    made.reports.push({ ...reportOf(kept), outcome: 'queued', error: whyKept(kept) ?? '', rule: kept.rule ?? '' })
  }
  // What waits for the morning waits for nobody to come, too.
  if (decision.kind === 'send') made.held.push(...(await escalations(target, config, another)))
}

/** That it happens at that time is what it says: then it is not late. */
function later({ notification, ...delivery }: Delivery, at: Date): Decision {
  return hold({ ...delivery, notification: { ...notification, time: at.toISOString() } }, 'at', at, 'as scheduled')
}

function reportOf({ id, target, backend }: Delivery): Pick<Report, 'id' | 'target' | 'backend' | 'exitCode'> {
  return { id, target, backend, exitCode: exitCode.ok }
}

function factsOf(notification: Notification, config: Config, options: PlanOptions): Facts {
  const outcome = options.outcome ?? notification.outcome
  let asked = options.away === undefined ? undefined : Promise.resolve(options.away)
  return {
    source: notification.source,
    ...(notification.source === 'received' && { host: notification.origin.host }),
    time: options.at ?? new Date(notification.time),
    user: notification.origin.user,
    ...(notification.agent && { agent: notification.agent }),
    ...(outcome && { outcome }),
    away: () => {
      asked ??= import('../away/index.ts').then(({ away }) =>
        away(notification.terminal, new AbortController().signal, config.away),
      )
      return asked
    },
  }
}
