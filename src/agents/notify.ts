import { setTimeout as sleep } from 'node:timers/promises'
import type { Away } from '../away/index.ts'
import { attemptAll, type Spooled, spool, spoolHeld } from '../delivery/deliver.ts'
import type { Destinations } from '../delivery/destinations.ts'
import { flushOnce } from '../delivery/flush.ts'
import { followUp } from '../delivery/keep-flushing.ts'
import { type Plan, plan } from '../delivery/plan.ts'
import type { Draft } from '../delivery/redacted-view.ts'
import { isKnown } from '../inbox/again.ts'
import { nothingLeft } from '../inbox/handler.ts'
import type { AgentDetails } from '../notification/agent.ts'
import { agentMessage } from '../notification/agent-message.ts'
import { makeNotification, originHere } from '../notification/create.ts'
import type { Outcome, Priority, TerminalReference } from '../notification/index.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { outboxFolder } from '../outbox/spool.ts'
import { plainText } from '../platform/text.ts'
import { redactedText } from '../redact/lazily.ts'
import { hold } from '../rules/apply.ts'
import type { Question } from './state.ts'

/** What a notification is to say. */
export interface Said {
  agent: AgentDetails
  question?: Question | undefined
  durationMs?: number | undefined
  /** The prompt, the answer, or why it failed. */
  text?: string | undefined
  lines: number
  cwd: string
  /** Milliseconds since 1970. */
  time: number
  terminal?: TerminalReference | undefined
  away?: Away | undefined
}

/** Longest text of an agent that is looked at, in characters: its first lines are all that is wanted. */
const longestText = 64 * 1024

const priorities: Partial<Record<AgentDetails['event'], Priority>> = {
  'needs-you': 'high',
  failed: 'high',
  idle: 'low',
}

/** The notification, which makes its message for each target. */
export async function draftOf(said: Said, { trouble }: Pick<Destinations, 'trouble'>): Promise<Draft> {
  const { agent, time, cwd, terminal } = said
  const notification = makeNotification('agent', '', {
    agent,
    outcome: await outcomeOf(said),
    priority: priorities[agent.event] ?? 'default',
    thread: threadOf(agent.session),
    time: new Date(time).toISOString(),
    origin: { ...originHere(), cwd },
    ...(terminal && { terminal }),
  })
  const broken = trouble === undefined ? '' : `\nThe configuration is broken: ${trouble}`
  const sentence = (outcome: Outcome, shown: AgentDetails = agent) => `${agentMessage(shown, outcome)}${broken}`
  return { ...notification, sentence }
}

/** A session's notification replaces its last one. */
export function threadOf(session: string): string {
  return `agent-${session}`
}

async function outcomeOf({ agent: { event }, question, durationMs, text = '', lines }: Said): Promise<Outcome> {
  const whole = plainText(text.slice(0, longestText))
  const output = firstLines(whole, lines)
  return {
    ...(question?.isCommand && question.text !== undefined && { command: question.text }),
    ...(event === 'failed' && { status: 1 }),
    ...(event === 'done' && { status: 0 }),
    ...(durationMs !== undefined && { durationMs }),
    // Secrets are looked for in all of it: one may begin above the line where it is cut.
    ...(output !== '' && { output, redactedOutput: firstLines(await redactedText(whole), lines) }),
  }
}

function firstLines(text: string, count: number): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(0, count).join('\n').trim()
}

/** What became of it: the plan for `why`, and what is left to do; nothing to do if it cannot be kept now. */
export interface Planned {
  planned: Plan
  finish: (() => Promise<void>) | undefined
}

/**
 * Puts the deliveries of a notification into the outbox.
 *
 * @param options.settle how long they wait for an answer first, in milliseconds
 */
export async function putIntoOutbox(
  draft: Draft,
  said: Said,
  { config, selected }: Destinations,
  options: { idFor: (target: string) => string; deliver: boolean; settle?: number | undefined },
): Promise<Planned> {
  const { settle, deliver } = options
  const { outcome } = draft
  const planned = await plan(draft, config, selected, {
    ...(outcome && { outcome }),
    ...(said.away && { away: said.away }),
    idFor: options.idFor,
  })
  if (settle !== undefined) {
    planned.held.push(...planned.now.splice(0).map((delivery) => settled(delivery, said.time + settle)))
  }
  const isNew = (delivery: Delivery) => !isKnown(delivery)
  const [now, held] = [planned.now.filter(isNew), planned.held.filter(isNew)]
  const pending = [...spoolHeld(held), ...spool(now, { claimed: deliver })]
  if (pending.some(({ location }) => location === undefined)) return { planned, finish: undefined }
  if (!deliver) return { planned, finish: nothingLeft }
  const ids = held.flatMap(({ id, rule }) => (rule === 'settle' ? [id] : []))
  return { planned, finish: () => finishNow(pending, config, planned, { ids, at: said.time + (settle ?? 0) }) }
}

function settled(delivery: Delivery, until: number): Delivery {
  return hold(delivery, 'settle', new Date(until), 'unless it is answered before').delivery
}

async function finishNow(
  pending: Spooled[],
  config: Destinations['config'],
  planned: Plan,
  settling: { ids: string[]; at: number },
): Promise<void> {
  const reports = await attemptAll(pending, { foreground: false, fresh: true, config })
  const others = planned.held.some(({ rule }) => rule !== 'settle')
  if (settling.ids.length > 0) reports.push(...(await release(settling)))
  followUp(reports, others)
}

/** At its time, which a flusher that is asleep would miss by seconds; if this process is gone by then, one does it. */
async function release({ ids, at }: { ids: string[]; at: number }) {
  const folder = outboxFolder()
  if (folder === undefined) return []
  await sleep(Math.max(0, at - Date.now()))
  return (await flushOnce(folder, { only: new Set(ids) })).reports
}
