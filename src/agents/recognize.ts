import { basename } from 'node:path'
import type { AgentName } from '../notification/agent.ts'
import { asObject } from '../platform/json.ts'
import { agentOfCaller, type Caller, processOfCaller } from './caller.ts'
import { readEvent } from './events/index.ts'
import type { Happening, Occurrence } from './happening.ts'
import { type Payload, textIn } from './payload.ts'

/** What a hook was called with. */
export interface HookCall {
  /** As the command line names it: a hint, as agents read each other's settings. */
  agent: AgentName
  /** The word behind it. */
  event: string | undefined
  payload: Payload
  /** Milliseconds since 1970. */
  time: number
  cwd: string
  caller: Caller
}

/** Longest names that are kept, in characters. */
const longestName = 512

/** The same of texts. */
const longestText = 12 * 1024

/** Whose event this is, of which session, and what it means; nothing if it says no event. */
export function recognize(call: HookCall): Occurrence | undefined {
  const { payload, caller } = call
  const agent = agentOf(call)
  const event =
    eventOf(agent, payload) ??
    call.event ??
    textIn(payload, 'hookName') ??
    (agent === 'aider' ? 'needs-you' : undefined)
  if (event === undefined) return undefined
  const { time, number } = momentOf(agent, payload)
  const happening = readEvent(agent, event, payload)
  const session = sessionOf(payload) ?? `${agent}-${processOfCaller(caller) ?? call.cwd}`
  return {
    ...happening,
    ...clipped(happening),
    agent,
    name: event,
    session: session.slice(0, longestName),
    cwd: (folderOf(payload) ?? call.cwd).slice(0, 4096),
    time: time ?? call.time,
    number,
  }
}

/** As much of the texts as is ever shown: they are kept from one event to the next. */
function clipped({ text, question, tool, turn }: Happening): Partial<Happening> {
  return {
    ...(text !== undefined && { text: text.slice(0, longestText) }),
    ...(question !== undefined && { question: question.slice(0, longestText) }),
    ...(tool !== undefined && { tool: tool.slice(0, longestName) }),
    ...(turn !== undefined && { turn: turn.slice(0, longestName) }),
  }
}

/** The name of a session's folder. */
export function projectOf(cwd: string): string {
  return basename(cwd) || cwd || '?'
}

function agentOf({ agent, payload, caller }: HookCall): AgentName {
  if (agent === 'generic') return agent
  return agentByShape(payload) ?? agentOfCaller(caller) ?? agent
}

/** Fields that no other agent has. */
function agentByShape(payload: Payload): AgentName | undefined {
  const has = (...names: string[]) => names.every((name) => payload[name] !== undefined)
  const event = textIn(payload, 'hook_event_name') ?? ''
  if (payload['type'] === 'agent-turn-complete') return 'codex'
  if (has('conversation_id') && (has('generation_id') || has('cursor_version'))) return 'cursor'
  if (has('type') && asObject(payload['properties'])) return 'opencode'
  if (has('agent_action_name')) return 'windsurf'
  if (/^(Before|After)(Agent|Model|Tool|ToolSelection)$/.test(event)) return 'gemini'
  if (has('sessionId') && typeof payload['timestamp'] === 'number') return 'copilot'
  if (event !== '' && has('session_id', 'turn_id')) return 'codex'
  return undefined
}

function eventOf(agent: AgentName, payload: Payload): string | undefined {
  if (agent === 'amp') return textIn(payload, 'type', 'event', 'hook_event_name')
  return textIn(payload, 'hook_event_name', 'event', 'agent_action_name', 'type')
}

function sessionOf(payload: Payload): string | undefined {
  return textIn(
    payload,
    ...['session_id', 'sessionId', 'thread-id', 'conversation_id', 'properties.sessionID', 'properties.info.sessionID'],
    ...['properties.info.id', 'properties.sessionId', 'thread.id', 'threadId', 'thread_id', 'trajectory_id', 'session'],
  )
}

function folderOf(payload: Payload): string | undefined {
  const roots = payload['workspace_roots']
  const [root] = Array.isArray(roots) ? roots : []
  if (typeof root === 'string' && root !== '') return root
  return textIn(payload, 'cwd', 'properties.info.directory', 'directory', 'project')
}

/** Our own plug-ins start processes that need not arrive in their order. */
function momentOf(agent: AgentName, payload: Payload): { time?: number; number?: number } {
  const { time, number } = asObject(payload['ntfy']) ?? {}
  if (agent !== 'opencode' && agent !== 'amp') return {}
  const isMoment = typeof time === 'number' && Math.abs(Date.now() - time) < 24 * 60 * 60_000
  return { ...(isMoment && { time }), ...(Number.isInteger(number) && { number: number as number }) }
}
