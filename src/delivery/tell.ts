import type { Away } from '../away/index.ts'
import { loadConfig } from '../config/index.ts'
import type { NotificationOptions } from '../config/select.ts'
import { type Selected, selectTargets } from '../config/select.ts'
import { type Config, emptyConfig } from '../config/types.ts'
import { makeNotification } from '../notification/create.ts'
import type { Outcome, Source, TerminalReference } from '../notification/index.ts'
import { outcomeMessage, processMessage } from '../notification/message.ts'
import { NtfyError } from '../platform/errors.ts'
import { attemptAll, type Report, spool, spoolHeld } from './deliver.ts'
import { followUp } from './flusher.ts'
import { noteDecision } from './note-decision.ts'
import { type Plan, plan } from './plan.ts'
import { sayReport, showHere } from './report.ts'
import { startSender } from './sender.ts'
import type { Tellable } from './shown.ts'

/** What has ended. */
export interface Ending {
  source: Source
  outcome: Outcome
  /** The process that was watched, whose status nobody but its parent can know. */
  pid?: number
  terminal?: TerminalReference
  thread?: string
  /** No target and no journal gets the command; the rules still know it. */
  hideCommand?: boolean
  /** Whether somebody was looking, if that was asked. */
  away?: Away
}

/** A configuration as a job's notification sees it: a broken one is no reason to lose the notification. */
export interface Situation {
  config: Config
  selected: Selected[]
  /** What is broken, for the message. */
  trouble: string | undefined
}

/** Reads the configuration and chooses the targets; where either is broken, `default` is told, and what is broken. */
export async function situationFor(global: NotificationOptions): Promise<Situation> {
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
 * Hands the news to a process of its own and waits for its word only where somebody can read it, for a second at most.
 * Whatever goes wrong here must not reach the job.
 */
export async function handOver(ending: Ending, situation: Situation, global: NotificationOptions, visible: boolean) {
  const { now, held, reports: decided } = await planEnding(ending, situation, global)
  const lost = spoolHeld(held, { quiet: !visible })
  const kept = decided.filter(({ id }) => !lost.some(({ delivery }) => delivery.id === id))
  if (visible) for (const report of kept) sayReport(report)
  if (now.length + lost.length === 0) return followUp(decided, held.length > 0)
  const pending = [...spool(now, { claimed: false, quiet: !visible }), ...lost]
  const sender = startSender(pending, visible ? 'pipe' : 'ignore')
  if (!visible) return
  const reports = await reportsFrom(sender.stdout, pending.length, 1000)
  for (const report of reports) sayReport(report)
  showHere(
    reports,
    pending.map(({ delivery }) => delivery),
  )
}

/** The same for a process that is in the background already: it delivers itself. */
export async function tellHere(ending: Ending, situation: Situation, global: NotificationOptions): Promise<void> {
  const { now, held } = await planEnding(ending, situation, global)
  const pending = [...spoolHeld(held), ...spool(now, { claimed: true })]
  followUp(await attemptAll(pending, { foreground: false, fresh: true, config: situation.config }), held.length > 0)
}

async function planEnding(ending: Ending, situation: Situation, global: NotificationOptions): Promise<Plan> {
  const { outcome, away } = ending
  const { config, selected } = situation
  const planned = await plan(describe(ending, situation, global), config, selected, { outcome, ...(away && { away }) })
  await noteDecision({ ...ending, config: config.path, plan: planned })
  return planned
}

async function fallback(trouble: string): Promise<Situation> {
  const config = emptyConfig(undefined)
  return {
    config,
    selected: await selectTargets(config, { targets: [{ name: 'default', options: {} }], sharedOptions: {} }),
    trouble,
  }
}

function describe({ pid, ...ending }: Ending, { trouble }: Situation, global: NotificationOptions): Tellable {
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
