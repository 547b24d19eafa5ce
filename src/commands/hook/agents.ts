import type { Call } from '../../inbox/call.ts'
import type { CallHandler } from '../../inbox/handler.ts'
import { didYouMean } from '../../platform/suggest.ts'

/** What an agent's hook was called with. */
export interface AgentEvent {
  /** As the command line names it. */
  agent: string
  /** The words behind the agent's name, without the JSON. */
  words: string[]
  /** The JSON of the last word, or of stdin; nothing where there was none. */
  payload: unknown
  /** When, where, by which process and with which session's variables it was called. */
  call: Call
}

/** Decides about an event; the same contract as a call's handler has. */
export type AgentHandler = (event: AgentEvent, options: Parameters<CallHandler>[1]) => ReturnType<CallHandler>

/** The agents whose events are known, each loaded when it calls. */
export const agents: Record<string, () => Promise<AgentHandler>> = {}

/** What is wrong with the name of an agent; nothing if it is known. */
export function unknownAgent(name: string): string | undefined {
  return Object.hasOwn(agents, name) ? undefined : `hook: unknown agent ${name}${didYouMean(name, Object.keys(agents))}`
}
