import type { AgentEventName, AgentName } from '../notification/agent.ts'
import type { Payload } from './payload.ts'

/**
 * What an event means. Besides those that may notify: `paused` waits for tasks in the background, `interrupted` was
 * ended by its user, `active` only shows that the session goes on, `passive` not even that.
 */
export type Meaning = AgentEventName | 'paused' | 'interrupted' | 'active' | 'passive'

/**
 * When somebody is needed: `keep` only keeps what is asked until `tell` says that nobody has answered; `hold` waits for
 * an answer; `join` speaks of what is held already.
 */
export type Asking = 'keep' | 'tell' | 'hold' | 'join'

/** An event of one of the agents in our words. */
export interface Happening {
  meaning: Meaning
  asking?: Asking
  tool?: string | undefined
  /** What is asked. */
  question?: string | undefined
  /** Is that the command line of a shell? */
  isCommand?: boolean
  /** The same question may come again, as the agent says nothing of the answer. */
  repeats?: boolean
  /** The prompt, the answer, or why it failed. */
  text?: string | undefined
  /** The name of the turn. */
  turn?: string | undefined
  /** A thread of the agent's own, if nothing else is known of it. */
  helper?: boolean
  /** The session is a sub-agent's. */
  child?: boolean
}

/** Whose event it is, and when it was. */
export interface Occurrence extends Happening {
  agent: AgentName
  /** As the agent calls the event. */
  name: string
  session: string
  /** The folder of the session. */
  cwd: string
  /** Milliseconds since 1970. */
  time: number
  /** Counts the events of the session, where a plug-in of ours does. */
  number?: number | undefined
  /** A permission that is asked for elsewhere at the same time: on which targets, and by which call. */
  asked?: { on: string; by: string }
}

/** Turns an event of an agent into ours; nothing if the agent has no such event, as far as is known. */
export type EventReader = (event: string, payload: Payload) => Happening | undefined
