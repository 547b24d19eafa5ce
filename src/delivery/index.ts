/*
 * From a notification to an answer, in the order in which one passes these files:
 *
 *   index             a command has ended: which targets get a notification, and whether this process delivers it
 *   plan              for each target: now, later, or not at all, by its rules
 *   prepare           the delivery for a target: its title, its redacted view, everything cut to what can be kept
 *   deliver           puts deliveries into the outbox and attempts them; background has another process do that
 *   attempt           one try of one delivery by its backend, with a deadline: its result
 *   settle            what a result means in the outbox: removed, tried again, parked or failed
 *   report            what is said of a delivery; record-decision notes for `why` what was decided
 *   flush             one pass over what waits; keep-flushing does so until nothing is left; release joins what was held
 */

import type { Away } from '../away/index.ts'
import { loadConfig } from '../config/index.ts'
import type { NotificationOptions } from '../config/select.ts'
import { type Selected, selectTargets } from '../config/select.ts'
import { type Config, emptyConfig } from '../config/types.ts'
import { makeNotification } from '../notification/create.ts'
import type { Outcome, Source, TerminalReference } from '../notification/index.ts'
import { outcomeMessage, processMessage } from '../notification/message.ts'
import { NtfyError } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { terminalOfCaller } from '../process/proc.ts'
import type { NotifyWhen } from '../rules/notify-when.ts'
import { deliverInBackground } from './background.ts'
import { attemptAll, type Report, spool, spoolHeld } from './deliver.ts'
import { followUp } from './keep-flushing.ts'
import { type Plan, plan } from './plan.ts'
import { recordDecision } from './record-decision.ts'
import type { Draft } from './redacted-view.ts'
import { sayReport, showHere } from './report.ts'

/** What has ended. */
export interface EndedCommand {
  source: Source
  outcome: Outcome
  /** The process that was watched, whose status nobody but its parent can know. */
  pid?: number
  terminal?: TerminalReference
  thread?: string
  /** No target and no journal gets the command; the rules still know it. */
  hideCommand?: boolean
  /** Whether somebody was looking, if that was checked. */
  away?: Away
}

/** A configuration as a job's notification sees it: a broken one is no reason to lose the notification. */
export interface Destinations {
  config: Config
  selected: Selected[]
  /** What is broken, for the message. */
  trouble: string | undefined
}

/** While the command runs: has the terminals around tmux report their focus, if that will be needed. */
export async function prepareToNotify({ onlyAway }: NotifyWhen): Promise<void> {
  if (!onlyAway) return
  const { askForFocus } = await import('../away/index.ts')
  await askForFocus(terminalOfCaller(), AbortSignal.timeout(2000)).catch(() => {})
}

/** Notifies that a command has ended, unless that is wanted only when nobody is looking and somebody is. */
export async function notifyEnded(
  ended: EndedCommand,
  rules: NotifyWhen,
  global: NotificationOptions,
  visible: boolean,
  known?: Destinations,
): Promise<void> {
  let ending: EndedCommand = { ...ended, hideCommand: rules.hideCommand }
  let terminal = ending.terminal ?? terminalOfCaller()
  const destinations = known ?? (await destinationsFor(global))
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

/** Reads the configuration and chooses the targets; where either is broken, `default` gets the notification, with what is broken. */
export async function destinationsFor(global: NotificationOptions): Promise<Destinations> {
  try {
    const { config, problems } = await loadConfig(global.config)
    if (problems.length > 0) return fallback(problems.join('\n'))
    return { config, selected: await selectTargets(config, global), trouble: undefined }
  } catch (error) {
    if (!(error instanceof NtfyError)) throw error
    return fallback(error.message)
  }
}

/**
 * Hands the news to a process of its own and waits for its word only where somebody can read it, for a second at most; as
 * the first process of a container always, for ten.
 * Whatever goes wrong here must not reach the job.
 */
export async function handOver(
  ending: EndedCommand,
  destinations: Destinations,
  global: NotificationOptions,
  visible: boolean,
) {
  const { now, held, reports: decided } = await planEnding(ending, destinations, global)
  const lost = spoolHeld(held, { quiet: !visible })
  const kept = decided.filter(({ id }) => !lost.some(({ delivery }) => delivery.id === id))
  if (visible) for (const report of kept) sayReport(report)
  if (now.length + lost.length === 0) return followUp(decided, held.length > 0)
  const pending = [...spool(now, { claimed: false, quiet: !visible }), ...lost]
  // A container ends with its first process, and the sender with it.
  const isFirst = process.pid === 1
  const sender = deliverInBackground(pending, visible || isFirst ? 'pipe' : 'ignore')
  if (!visible && !isFirst) return
  const reports = await reportsFrom(sender.stdout, pending.length, isFirst ? 10_000 : 1000)
  if (!visible) return
  for (const report of reports) sayReport(report)
  showHere(
    reports,
    pending.map(({ delivery }) => delivery),
  )
}

/** The same for a process that is in the background already: it delivers itself. */
export async function notifyHere(
  ending: EndedCommand,
  destinations: Destinations,
  global: NotificationOptions,
): Promise<void> {
  const { now, held } = await planEnding(ending, destinations, global)
  const pending = [...spoolHeld(held), ...spool(now, { claimed: true })]
  followUp(await attemptAll(pending, { foreground: false, fresh: true, config: destinations.config }), held.length > 0)
}

async function planEnding(
  ending: EndedCommand,
  destinations: Destinations,
  global: NotificationOptions,
): Promise<Plan> {
  const { outcome, away } = ending
  const { config, selected } = destinations
  const planned = await plan(describe(ending, destinations, global), config, selected, {
    outcome,
    ...(away && { away }),
  })
  await recordDecision({ ...ending, config: config.path, plan: planned })
  return planned
}

async function fallback(trouble: string): Promise<Destinations> {
  const config = emptyConfig(undefined)
  return {
    config,
    selected: await selectTargets(config, { targets: [{ name: 'default', options: {} }], sharedOptions: {} }),
    trouble,
  }
}

function describe({ pid, ...ending }: EndedCommand, { trouble }: Destinations, global: NotificationOptions): Draft {
  const said = (outcome: Outcome) =>
    pid === undefined ? outcomeMessage(outcome, { emoji: global.emoji }) : processMessage(pid, outcome)
  const sentence = (outcome: Outcome) =>
    trouble === undefined ? said(outcome) : `${said(outcome)}\nThe configuration is broken: ${trouble}`
  const notification = makeNotification(ending.source, '', {
    outcome: ending.outcome,
    ...(global.title !== undefined && { title: global.title }),
    ...(ending.terminal && { terminal: ending.terminal }),
    ...(ending.thread !== undefined && { thread: ending.thread }),
  })
  return { ...notification, sentence, ...(ending.hideCommand && { hideCommand: true }) }
}

/** The sender's lines, as many as come in time. */
function reportsFrom(stream: NodeJS.ReadableStream | null, expected: number, limit: number): Promise<Report[]> {
  return new Promise((resolve) => {
    if (stream === null) return resolve([])
    let text = ''
    const finish = () => {
      clearTimeout(timer)
      stream.removeAllListeners()
      resolve(text.split('\n').flatMap(parseReport))
    }
    const timer = setTimeout(finish, limit)
    stream.on('data', (chunk: Buffer) => {
      text += chunk
      if (text.split('\n').length > expected) finish()
    })
    stream.on('error', finish)
    stream.on('end', finish)
  })
}

function parseReport(line: string): Report[] {
  try {
    return [JSON.parse(line) as Report]
  } catch {
    return []
  }
}
