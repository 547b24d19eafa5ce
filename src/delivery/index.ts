/*
 * From a notification to an answer, in the order in which one passes these files:
 *
 *   index             a command has ended: whether that is notified, and whether this process delivers it
 *   destinations      which targets get it, as far as the configuration is right; ended-command makes the notification
 *   plan              for each target: now, later, or not at all, by its rules
 *   prepare           the delivery for a target: its title, its redacted view, everything cut to what can be kept
 *   deliver           puts deliveries into the outbox and attempts them; background has another process do that
 *   attempt           one try of one delivery by its backend, with a deadline: its result
 *   settle            what a result means in the outbox: removed, tried again, parked or failed
 *   report            what is said of a delivery; record-decision notes for `why` what was decided
 *   flush             one pass over what waits; keep-flushing does so until nothing is left; release does what
 *                     rules have to do by then, and join makes one message of what was held
 */

import { existsSync } from 'node:fs'
import type { NotificationOptions } from '../config/select.ts'
import type { Config } from '../config/types.ts'
import { sessionSockets } from '../desktop/dbus/address.ts'
import { batchRun } from '../notification/batch.ts'
import { hasFailed } from '../notification/index.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { idsFrom, isKnown } from '../outbox/known.ts'
import { type LogLevel, say } from '../platform/output.ts'
import { terminalOfCaller } from '../process/proc.ts'
import type { NotifyWhen } from '../rules/notify-when.ts'
import { holdForRanks } from '../rules/ranks.ts'
import { deliverInBackground } from './background.ts'
import { attemptAll, type Report, type Spooled, spool, spoolHeld } from './deliver.ts'
import { type Destinations, destinationsFor } from './destinations.ts'
import { describe, type EndedCommand } from './ended-command.ts'
import { followUp } from './keep-flushing.ts'
import { type Plan, plan } from './plan.ts'
import { recordDecision } from './record-decision.ts'
import { mailReport, printReport, sayReport, showHere } from './report.ts'
import { reportsFrom } from './sender-reports.ts'
import { keepRun, withUsual } from './usual.ts'

/** While the command runs: has the terminals around tmux report their focus, if that will be needed. */
export async function prepareToNotify({ onlyAway }: NotifyWhen): Promise<void> {
  if (!onlyAway) return
  const { askForFocus } = await import('../away/index.ts')
  await askForFocus(terminalOfCaller(), AbortSignal.timeout(2000)).catch(() => {})
}

/** How a notification is to be made, and who reads what becomes of it. */
type HandingOver = NotificationOptions & { json?: boolean; logLevel?: LogLevel | undefined }

/** Notifies that a command has ended, unless that is wanted only when nobody is looking and somebody is. */
export async function notifyEnded(
  ended: EndedCommand,
  rules: NotifyWhen,
  global: HandingOver,
  visible: boolean,
  known?: Destinations,
): Promise<void> {
  let ending: EndedCommand = { ...ended, hideCommand: rules.hideCommand }
  if (rules.rank && hasFailed(ended)) ending.ranks = batchRun(process.env, rules.rank, ended.outcome.command ?? '')
  let terminal = ending.terminal ?? terminalOfCaller()
  const destinations = known ?? (await destinationsFor(global))
  if (ending.key && destinations.config.stats) {
    const { outcome, key } = ending
    ending = { ...ending, outcome: withUsual(outcome, key) }
    keepRun(outcome, key)
  }
  if (rules.onlyAway) {
    const { away } = await import('../away/index.ts')
    const found = await away(terminal, new AbortController().signal, destinations.config.away)
    const { answer, source } = found
    say.debug(`away: ${answer} (${source})`)
    if (answer === 'no') {
      const silent = { rule: '-b', reason: `somebody was looking (${source})` }
      await recordDecision({ ...ending, config: destinations.config.path, away: found, silent })
      return
    }
    ending = { ...ending, away: found }
    if (terminal && answer === 'unknown') terminal = { ...terminal, unlessFocused: true }
  }
  await handOver(terminal ? { ...ending, terminal } : ending, destinations, global, visible)
}

/**
 * Hands the news to a process of its own and waits for its word only where somebody can read it, for a second at most; as
 * the first process of a container always, for ten. Without a terminal (cron mails what is on stderr) only what is bound
 * to fail is waited for.
 * Whatever goes wrong here must not reach the job.
 */
export async function handOver(
  ending: EndedCommand,
  destinations: Destinations,
  global: HandingOver,
  visible: boolean,
) {
  const { now, held, reports: decided } = await planEnding(ending, destinations, global)
  const lost = spoolHeld(held, { quiet: !visible })
  const kept = decided.filter(({ id }) => !lost.some(({ delivery }) => delivery.id === id))
  if (visible) for (const report of kept) sayReport(report)
  if (global.json) for (const report of kept) printReport(report)
  if (now.length + lost.length === 0) return followUp(decided, held.length > 0)
  const pending = [...spool(now, { claimed: false, quiet: !visible }), ...lost]
  // A container ends with its first process, and the sender with it.
  const isFirst = process.pid === 1
  const isMailed = !visible && ending.source !== 'hook' && global.logLevel === undefined
  const isFailing = isMailed && isBoundToFail(pending, destinations.config)
  const waits = visible || isFirst || isFailing || global.json === true
  const sender = deliverInBackground(pending, waits ? 'pipe' : 'ignore')
  if (!waits) return
  const reports = await reportsFrom(sender.stdout, pending.length, isFirst ? 10_000 : 1000)
  if (global.json) for (const report of reports) printReport(report)
  const deliveries = pending.map(({ delivery }) => delivery)
  if (isMailed) {
    if (destinations.trouble !== undefined) say.critical(`the configuration is broken: ${destinations.trouble}`)
    for (const report of reports) mailReport(report, deliveries)
  }
  if (!visible) return
  for (const report of reports) sayReport(report)
  showHere(reports, deliveries)
}

/** Is it known before the attempt that something cannot be delivered: a wrong target, or nothing to show it on? */
function isBoundToFail(pending: Spooled[], config: Config): boolean {
  return pending.some(({ delivery: { target, backend, notification } }) => {
    if (config.unreadable !== undefined || config.wrong[target] !== undefined) return true
    const isShown = backend === 'default' || backend === 'desktop'
    return isShown && notification.terminal === undefined && !sessionSockets().some((path) => existsSync(path))
  })
}

/** The same for a process that is in the background already: it delivers itself, unless another has got as far. */
export async function notifyHere(
  ending: EndedCommand,
  destinations: Destinations,
  global: NotificationOptions,
): Promise<Report[]> {
  const planned = await planEnding(ending, destinations, global)
  const isNew = ({ id }: Delivery) => ending.id === undefined || !isKnown(id)
  const [now, held] = [planned.now.filter(isNew), planned.held.filter(isNew)]
  const pending = [...spoolHeld(held), ...spool(now, { claimed: true })]
  const reports = await attemptAll(pending, { foreground: false, fresh: true, config: destinations.config })
  followUp(reports, held.length > 0)
  return [...planned.reports, ...reports]
}

async function planEnding(
  ending: EndedCommand,
  destinations: Destinations,
  global: NotificationOptions,
): Promise<Plan> {
  const { outcome, away, id } = ending
  const { config, selected } = destinations
  const planned = await plan(describe(ending, destinations, global), config, selected, {
    outcome,
    ...(away && { away }),
    ...(id !== undefined && { idFor: idsFrom(id) }),
  })
  const { ranks } = ending
  if (ranks !== undefined) {
    planned.held.push(...planned.now.splice(0).map((delivery) => holdForRanks(delivery, ranks)))
  }
  await recordDecision({ ...ending, config: config.path, plan: planned })
  return planned
}
