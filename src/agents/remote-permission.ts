import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../config/index.ts'
import { selectTargets } from '../config/select.ts'
import type { Config } from '../config/types.ts'
import { ask } from '../incoming/ask/index.ts'
import { waysOf } from '../incoming/ask/ways.ts'
import { hidesSomething } from '../platform/text.ts'
import { terminalOfAgent } from './caller.ts'
import type { Occurrence } from './happening.ts'
import { type AgentCall, handleAgentCall, lookedAt, occurrenceOf, whySilent } from './index.ts'
import { isAskable, type Permission, permissionIn } from './permission.ts'
import { projectOf } from './recognize.ts'
import { readSession, withSession } from './sessions.ts'

/** Agents that show their dialog only when the hook has ended wait no longer, in milliseconds. */
const longestHeldBack = 60_000

/** How often it is looked whether its user has left, in milliseconds. */
const interval = 2000

/** How often it is looked whether its user has answered at the agent, in milliseconds. */
const answerInterval = 500

/** How the event itself, whose question is asked elsewhere, is dealt with. */
export interface EventKeeper {
  /** It is handled as any other, by a process of its own. */
  handleApart(): void
  /** It was handled here. */
  forget(): void
}

/**
 * Asks for a permission on the targets of `agents: {ask: ...}`, while nobody looks at the agent. Its own dialog stays:
 * an answer there ends the question (by SIGTERM, or the event that comes of it), and without an answer it is as if
 * nobody had been asked.
 *
 * @returns what the agent reads of its hook; nothing if nobody has decided
 */
export async function askRemotely(given: AgentCall, event: EventKeeper): Promise<string | undefined> {
  const request = await requestOf(given)
  if (request === undefined) {
    event.handleApart()
    return undefined
  }
  const { permission, occurrence, config } = request
  if (await isWatched(given, config)) {
    event.handleApart()
    if (!showsDialog(permission) || !(await hasLeft(given, request))) return undefined
    if (!(await takeQuestion(occurrence, given.call.id))) return undefined
  } else {
    const asked = { on: config.agents.ask.join(', '), by: given.call.id }
    await (await handleAgentCall({ ...given, asked }, { deliver: true }))?.()
    event.forget()
    // Another hook for the same event asks.
    if (readSession(occurrence.session)?.question?.askedBy !== asked.by) return undefined
  }
  try {
    return await answerTo(request)
  } catch {
    // Nobody can be asked: it is a question like any other.
    await forgetQuestion(occurrence, given.call.id)
    await (await handleAgentCall(given, { deliver: true }))?.()
    return undefined
  }
}

interface Request {
  permission: Permission
  occurrence: Occurrence
  config: Config
  /** Milliseconds since 1970. */
  end: number
}

/** What is to be asked; nothing if nobody wants to be. */
async function requestOf(given: AgentCall): Promise<Request | undefined> {
  const occurrence = occurrenceOf(given)
  const permission = occurrence && permissionIn(occurrence, given.payload)
  if (occurrence === undefined || permission === undefined) return undefined
  const { config } = await loadConfig(given.config)
  const { agents } = config
  const isWanted = agents.ask.length > 0 && isAskable(permission, agents) && whySilent(given.call)?.rule !== 'off'
  if (!isWanted) return undefined
  const longest = showsDialog(permission) ? agents.askTimeout : Math.min(agents.askTimeout, longestHeldBack)
  return { permission, occurrence, config, end: Date.now() + longest }
}

/** Claude's dialog is there while its hook runs; Codex's and Copilot's come afterwards. */
function showsDialog({ agent }: Permission): boolean {
  return agent === 'claude'
}

async function isWatched({ call }: AgentCall, config: Config): Promise<boolean> {
  return (await lookedAt(terminalOfAgent(call), { config })).answer === 'no'
}

/** Waits until nobody looks any more; false if the session has gone on, or the time is over. */
async function hasLeft(given: AgentCall, { occurrence, config, end }: Request): Promise<boolean> {
  const { session, time } = occurrence
  while (Date.now() < end) {
    await sleep(interval)
    const seen = readSession(session)
    if (seen !== undefined && seen.seen > time && seen.question === undefined) return false
    if (!(await isWatched(given, config))) return true
  }
  return false
}

/** Makes the question of a session this call's; false if it is answered, or another's. */
function takeQuestion({ session, cwd, time }: Occurrence, by: string): Promise<boolean> {
  return withSession(session, async (held) => {
    const { session: known } = held
    if (known?.question === undefined || known.question.askedBy !== undefined) return false
    held.save({ ...known, cwd: known.cwd ?? cwd, question: { ...known.question, time, state: 'sent', askedBy: by } })
    return true
  })
}

function forgetQuestion({ session }: Occurrence, by: string): Promise<void> {
  return withSession(session, async (held) => {
    if (held.session?.question?.askedBy !== by) return
    const { question, ...rest } = held.session
    held.save(rest)
  })
}

/** @throws NtfyError nobody can be asked */
async function answerTo({ permission, occurrence, config, end }: Request): Promise<string | undefined> {
  const { agent, cwd } = occurrence
  const text = `${permission.tool}: ${permission.text}`
  // What is left out of the question, or seen by nobody, is not approved either.
  const words = hidesSomething(text) ? ['no'] : ['yes', 'no']
  const targets = config.agents.ask.map((name) => ({ name, options: {} }))
  const selected = await selectTargets(config, { targets, sharedOptions: {} })
  const wanted = { text, words, freeText: false, title: `${agent}: ${projectOf(cwd)}`, terminal: false }
  const ways = await waysOf(config, selected, wanted)
  const { signal, stop } = answeredThere(occurrence)
  const ending = await ask(text, ways, Math.max(1, end - Date.now()), signal).finally(stop)
  if (ending.kind !== 'answered' || (ending.answer !== 'yes' && ending.answer !== 'no')) return undefined
  return permission.decision(ending.answer, [ending.by, ending.target].filter(Boolean).join(', '))
}

/** Claude lets a hook run on whose question was answered in its dialog. */
function answeredThere({ session }: Occurrence): { signal: AbortSignal; stop: () => void } {
  const answered = new AbortController()
  const timer = setInterval(() => {
    const known = readSession(session)
    if (known !== undefined && known.question === undefined) answered.abort()
  }, answerInterval)
  return { signal: answered.signal, stop: () => clearInterval(timer) }
}
