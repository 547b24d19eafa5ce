import type { AgentEventName } from '../notification/agent.ts'

/** What is known of a session between two events. */
export interface Session {
  /** Its folder, as its first event named it. */
  cwd: string
  /** When its last event was, milliseconds since 1970. */
  seen: number
  /** That event's number, where a plug-in counts. */
  number?: number
  /** When the turn began that has not ended. */
  started?: number
  /** That turn's name. */
  turn?: string
  prompt?: string
  answer?: string
  /** It waits for tasks in the background. */
  paused?: true
  /** Its turns have a beginning. */
  announced?: true
  /** How the last turn ended. */
  closed?: { time: number; turn?: string | undefined; as: 'done' | 'failed' | 'idle' | 'interrupted' }
  question?: Question
  /** A sub-agent's. */
  child?: true
}

/** What its user is asked. */
export interface Question {
  key: string
  time: number
  state: 'kept' | 'held' | 'sent'
  tool?: string | undefined
  text?: string | undefined
  isCommand?: boolean | undefined
  /** The call that asks for it elsewhere. */
  askedBy?: string
}

/** What comes of an event. */
export type Decision =
  | { kind: 'nothing' }
  | { kind: 'silent'; rule: string; reason: string }
  | {
      kind: 'notify'
      event: AgentEventName
      durationMs?: number
      question?: Question | undefined
      text?: string | undefined
    }
  | { kind: 'hold'; event: 'needs-you'; question: Question }

export interface Step {
  session: Session
  decision: Decision
  /** What was notified and is no news any more: the question alone, or all. */
  withdraw?: 'question' | 'all'
}

export interface TurnSettings {
  longerThan: number
  notify: readonly AgentEventName[]
}

/** Hooks that are there twice call within this time, in milliseconds. */
export const twice = 2000

export const nothing: Decision = { kind: 'nothing' }

/** Why there is no notification. */
export function silent(session: Session, reason: string): Step {
  return { session, decision: { kind: 'silent', rule: 'repeated', reason } }
}

/** @param noted whether `why` is to explain that it is not wanted */
export function wanted(
  { notify }: TurnSettings,
  decision: Extract<Decision, { kind: 'notify' | 'hold' }>,
  noted = true,
): Decision {
  if (notify.includes(decision.event)) return decision
  const reason = `agents notify of ${notify.join(', ') || 'nothing'}, not of ${decision.event}`
  return noted ? { kind: 'silent', rule: 'agents.notify', reason } : nothing
}
