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
