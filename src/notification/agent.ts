import type { Outcome } from './index.ts'

/** The coding agents whose hooks are understood. */
export const agentNames = [
  ...(['claude', 'codex', 'gemini', 'copilot', 'cursor', 'opencode', 'goose', 'amp', 'aider', 'qwen'] as const),
  ...(['kiro', 'windsurf', 'generic'] as const),
] as const
export type AgentName = (typeof agentNames)[number]

/** What happens in a session of an agent, in our words. */
export const agentEvents = ['started', 'done', 'needs-you', 'failed', 'idle', 'ended', 'subagent'] as const
export type AgentEventName = (typeof agentEvents)[number]

/** What a notification says of the agent that it is about. */
export interface AgentDetails {
  name: AgentName
  event: AgentEventName
  session: string
  /** The name of the session's folder. */
  project: string
  /** The tool that it wants to use. */
  tool?: string
  /** What it asks: the command that is to be approved, or a question. */
  question?: string
}

/** `needs you: Bash touch x`, `done (4m 12s): the first lines of the answer`, `stopped: rate limit`. */
export function agentMessage({ event, tool, question }: AgentDetails, { durationMs, output }: Outcome): string {
  const asked = [tool, question].filter(Boolean).join(' ')
  const details = event === 'needs-you' ? asked : (output ?? '')
  const time = event === 'done' && durationMs !== undefined ? ` (${compact(durationMs)})` : ''
  return `${sentences[event]}${time}${details === '' ? '' : `: ${details}`}`
}

const sentences: Record<AgentEventName, string> = {
  started: 'started',
  done: 'done',
  'needs-you': 'needs you',
  failed: 'stopped',
  idle: 'is waiting for you',
  ended: 'ended',
  subagent: 'sub-agent done',
}

function compact(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const parts = [hours && `${hours}h`, (hours || minutes) && `${minutes}m`, `${seconds % 60}s`]
  return parts.filter(Boolean).join(' ')
}
