/*
 * What coding agents say of their sessions, from a hook's call to a notification:
 *
 *   recognize, caller     whose event it is, of which session; who called, and from which terminal
 *   events/               a file for each agent: what its events mean in our words (happening); payload reads its JSON
 *   turn, question        the state machine of a session: once a turn, nothing that was answered, nothing short
 *   state, sessions       what it knows and decides; its state on disk, and a mark that tells the launcher whether there is anything to cancel
 *   permission, remote-permission  what a request for permission asks, and asking for it where its user is
 *   notify, withdraw      the deliveries, and taking back what is no news any more
 *   install/              a file for each agent whose settings call us; installation sees to all of them
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Away } from '../away/index.ts'
import { type Destinations, destinationsFor } from '../delivery/destinations.ts'
import { targetsOf } from '../delivery/record-decision.ts'
import { withdraw } from '../delivery/withdraw.ts'
import { note } from '../history/journal.ts'
import { idsOf } from '../inbox/again.ts'
import type { Call } from '../inbox/call.ts'
import { afterEarlierCalls } from '../inbox/earlier.ts'
import { type CallHandler, nothingLeft } from '../inbox/handler.ts'
import type { AgentDetails, AgentEventName, AgentName } from '../notification/agent.ts'
import { agentEvents } from '../notification/agent.ts'
import { agentMessage } from '../notification/agent-message.ts'
import type { TerminalReference } from '../notification/index.ts'
import { UsageError } from '../platform/errors.ts'
import { localTime } from '../platform/local-time.ts'
import { withoutOurSecrets } from '../platform/masking.ts'
import { oneLine } from '../platform/text.ts'
import { redactedCommand, redactedText } from '../redact/lazily.ts'
import { offNow } from '../rules/off.ts'
import { isWrapped, terminalOfAgent } from './caller.ts'
import type { Meaning, Occurrence } from './happening.ts'
import { draftOf, putIntoOutbox, type Said, threadOf } from './notify.ts'
import type { Payload } from './payload.ts'
import { projectOf, recognize } from './recognize.ts'
import { forgetSessions, type Held, readSession, withSession } from './sessions.ts'
import type { Decision } from './state.ts'
import { step } from './turn.ts'

/** An event as its hook was called. */
export interface AgentCall {
  agent: AgentName
  /** The word behind it. */
  event: string | undefined
  payload: Payload
  call: Call
  /** `-c`. */
  config: string | undefined
  asked?: Occurrence['asked']
}

type Options = Parameters<CallHandler>[1]

/**
 * Decides about an event; the same contract as a call's handler has.
 *
 * @throws UsageError it names no event
 */
export async function handleAgentCall(given: AgentCall, options: Options): ReturnType<CallHandler> {
  const { call, config, asked } = given
  const occurrence = occurrenceOf(given)
  if (occurrence === undefined) throw new UsageError('the event has no name')
  if (options.deliver) await afterEarlierCalls(call)
  await afterEarlierNumber(occurrence)
  const destinations = await destinationsFor({ config, targets: [], sharedOptions: {}, title: undefined, emoji: true })
  const whole = { ...occurrence, ...(asked && { asked }) }
  return withSession(occurrence.session, (held) => decide(whole, held, { call, destinations, options }))
}

/** Whose event it is, and what it means; nothing if it has no name. */
export function occurrenceOf({ agent, event, payload, call }: AgentCall): Occurrence | undefined {
  return recognize({ agent, event, payload, time: call.time.getTime(), cwd: call.cwd, caller: call })
}

/** A plug-in's processes may overtake each other before they have left a call. */
async function afterEarlierNumber({ session, number, time }: Occurrence): Promise<void> {
  for (let tries = 0; number !== undefined && number > 1 && tries < 50; tries++) {
    const known = readSession(session)
    if (known?.number !== undefined && (known.number >= number - 1 || known.seen > time)) return
    await sleep(20)
  }
}

interface Circumstances {
  call: Call
  destinations: Destinations
  options: Options
}

async function decide(occurrence: Occurrence, held: Held, { call, destinations, options }: Circumstances) {
  const { config } = destinations
  const { session, decision, withdraw: old } = step(held.session, occurrence, config.agents)
  const thread = threadOf(occurrence.session)
  if (old !== undefined && held.session !== undefined) await withdraw(thread)
  const context: Context = { occurrence, cwd: session.cwd, call, destinations }
  const result = decision.kind === 'nothing' ? nothingLeft : await carryOut(decision, session.prompt, context, options)
  if (result !== undefined) held.save(session)
  if (occurrence.meaning === 'ended') forgetSessions()
  return result
}

interface Context {
  occurrence: Occurrence
  cwd: string
  call: Call
  destinations: Destinations
}

async function carryOut(
  decision: Exclude<Decision, { kind: 'nothing' }>,
  prompt: string | undefined,
  context: Context,
  options: Options,
): ReturnType<CallHandler> {
  const { call, destinations } = context
  const { config } = destinations
  const terminal = terminalOfAgent(call)
  const said = saidOf(decision, prompt, context, terminal)
  const silent = decision.kind === 'silent' ? decision : whySilent(call)
  if (silent !== undefined || decision.kind === 'silent') return record(said, config.path, { silent })
  const found = decision.kind === 'hold' ? undefined : await lookedAt(terminal, destinations)
  if (found?.answer === 'no') {
    const looking = { rule: 'away', reason: `somebody was looking (${found.source})` }
    return record(said, config.path, { silent: looking, away: found })
  }
  if (terminal && found?.answer === 'unknown') terminal.unlessFocused = true
  const whole = { ...said, ...(found && { away: found }) }
  const { planned, finish } = await putIntoOutbox(await draftOf(whole, destinations), whole, destinations, {
    idFor: idsOf(call.id),
    deliver: options.deliver,
    ...(decision.kind === 'hold' && { settle: config.agents.settle }),
  })
  if (finish !== undefined) await record(said, config.path, { targets: targetsOf(planned), away: found })
  return finish
}

function saidOf(
  decision: Exclude<Decision, { kind: 'nothing' }>,
  prompt: string | undefined,
  { occurrence, cwd, destinations: { config } }: Context,
  terminal: TerminalReference | undefined,
): Said {
  const { agent: name, session, meaning, time } = occurrence
  const event = decision.kind === 'silent' ? nameOf(meaning) : decision.event
  const question = decision.kind === 'silent' ? undefined : 'question' in decision ? decision.question : undefined
  const asked = question ?? { tool: occurrence.tool, text: occurrence.question, isCommand: occurrence.isCommand }
  const { text: wanted, lines } = config.agents
  const answer = 'text' in decision ? decision.text : undefined
  const text = event === 'failed' || wanted === 'answer' ? answer : wanted === 'prompt' ? prompt : undefined
  const agent: AgentDetails = {
    ...{ name, event, session, project: oneLine(projectOf(cwd)) },
    ...(event === 'needs-you' && asked.tool !== undefined && { tool: oneLine(asked.tool) }),
    ...(event === 'needs-you' && asked.text !== undefined && { question: asked.text }),
  }
  return {
    ...{ agent, question, text, lines: event === 'failed' ? Math.max(1, lines) : lines, cwd, time, terminal },
    ...(decision.kind === 'notify' && { durationMs: decision.durationMs }),
  }
}

/** What is no event of its own ends a turn, or seems to. */
function nameOf(meaning: Meaning): AgentEventName {
  return agentEvents.find((event) => event === meaning) ?? 'done'
}

/** Of all agents, or of those in one shell. */
export function whySilent(call: Call): { rule: string; reason: string } | undefined {
  if (isWrapped(call)) return { rule: 'done', reason: 'ntfy done notifies when the agent ends' }
  const off = [undefined, ...call.ancestors.map(({ pid }) => pid)].map(offNow).find((one) => one !== undefined)
  if (off === undefined) return undefined
  const until = off.until === undefined ? '' : ` until ${localTime(off.until.toISOString())}`
  return { rule: 'off', reason: `ntfy is off${off.where === 'here' ? ' in this shell' : ''}${until} (ntfy on)` }
}

export async function lookedAt(
  terminal: TerminalReference | undefined,
  { config }: Pick<Destinations, 'config'>,
): Promise<Away> {
  const { away } = await import('../away/index.ts')
  return away(terminal, new AbortController().signal, config.away)
}

/** Notes for `why` what was decided; what was asked goes there without its secrets. */
async function record(
  { agent, question, durationMs, time }: Said,
  config: string | undefined,
  rest: {
    silent?: { rule: string; reason: string } | undefined
    targets?: ReturnType<typeof targetsOf>
    away?: Away | undefined
  },
): Promise<() => Promise<void>> {
  const { name, event, session, project, ...asked } = agent
  const redact = question?.isCommand ? redactedCommand : redactedText
  const shown = asked.question === undefined ? undefined : withoutOurSecrets(await redact(asked.question))
  const message = agentMessage({ ...agent, ...(shown !== undefined && { question: shown }) }, {})
  note({
    time: new Date(time).toISOString(),
    source: 'agent',
    command: `${name}: ${project}: ${oneLine(message)}`,
    agent: { name, event, session, project },
    ...(durationMs !== undefined && { durationMs: Math.round(durationMs) }),
    ...(config !== undefined && { config }),
    ...(rest.away && { away: { answer: rest.away.answer, source: rest.away.source } }),
    ...(rest.silent && { silent: { rule: rest.silent.rule, reason: rest.silent.reason } }),
    targets: rest.targets ?? [],
  })
  return nothingLeft
}
