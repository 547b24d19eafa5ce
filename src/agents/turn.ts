import type { AgentEventName } from '../notification/agent.ts'
import { shortDuration } from '../platform/duration.ts'
import type { Occurrence } from './happening.ts'

/** Hooks that are there twice call within this time, in milliseconds. */
const twice = 2000

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

/** The next state of a session, and what is to be done. Events count by their times, in whatever order they come. */
export function step(before: Session | undefined, event: Occurrence, settings: TurnSettings): Step {
  const session: Session = { ...(before ?? { cwd: event.cwd, seen: event.time }) }
  if (event.child) session.child = true
  const isLate = event.time < session.seen
  session.seen = Math.max(session.seen, event.time)
  if (event.number !== undefined) session.number = event.number
  if (session.child || event.meaning === 'subagent') return { session, decision: subagent(event, settings) }
  if (event.meaning === 'needs-you') return ask(session, event, isLate, settings)
  if (event.meaning === 'passive') return { session, decision: nothing }
  if (event.meaning === 'idle') return { session, decision: idle(session, event, settings) }
  const withdraw = goOn(session, event)
  return { ...steps[event.meaning](session, event, settings), ...(withdraw && { withdraw }) }
}

const nothing: Decision = { kind: 'nothing' }

/** Any later event but those above answers the question. */
function goOn(session: Session, { time, meaning }: Occurrence): Step['withdraw'] {
  const isAnswer = session.question !== undefined && session.question.time <= time
  if (isAnswer) delete session.question
  if (meaning === 'started' && (session.closed === undefined || session.closed.time <= time)) return 'all'
  return isAnswer ? 'question' : undefined
}

type Turn = (session: Session, event: Occurrence, settings: TurnSettings) => Step

const steps: Record<'started' | 'active' | 'paused' | 'interrupted' | 'done' | 'failed' | 'ended', Turn> = {
  started(session, { time, text, turn }, settings) {
    const isOver =
      session.closed !== undefined &&
      (session.closed.time > time ||
        (turn !== undefined && session.closed.turn === turn && session.closed.as !== 'done'))
    if (session.started !== undefined || isOver) return { session, decision: nothing }
    session.started = time
    session.announced = true
    delete session.paused
    delete session.answer
    if (text !== undefined) session.prompt = text
    else delete session.prompt
    return { session, decision: wanted(settings, { kind: 'notify', event: 'started', text }, false) }
  },
  active(session, { text }) {
    if (text !== undefined) session.answer = text
    return { session, decision: nothing }
  },
  paused(session) {
    session.paused = true
    return { session, decision: { kind: 'silent', rule: 'paused', reason: 'it waits for tasks in the background' } }
  },
  interrupted(session, event) {
    close(session, event, 'interrupted')
    return { session, decision: { kind: 'silent', rule: 'interrupted', reason: 'it was interrupted' } }
  },
  done(session, event, settings) {
    if (event.helper && before(session)) return silent(session, 'it is a thread that invents a title')
    const repeated = whyRepeated(session, event, 'done')
    if (repeated !== undefined) return silent(session, repeated)
    const { started } = session
    const text = event.text ?? session.answer
    close(session, event, 'done')
    if (started === undefined) return { session, decision: wanted(settings, { kind: 'notify', event: 'done', text }) }
    const durationMs = Math.max(0, event.time - started)
    if (durationMs < settings.longerThan) {
      const reason = `it took ${shortDuration(durationMs)}, under ${shortDuration(settings.longerThan)}`
      return { session, decision: { kind: 'silent', rule: 'agents.longer_than', reason } }
    }
    return { session, decision: wanted(settings, { kind: 'notify', event: 'done', durationMs, text }) }
  },
  failed(session, event, settings) {
    const repeated = whyRepeated(session, event, 'failed')
    if (repeated !== undefined) return silent(session, repeated)
    close(session, event, 'failed')
    return { session, decision: wanted(settings, { kind: 'notify', event: 'failed', text: event.text }) }
  },
  ended(session, _, settings) {
    delete session.started
    return { session, decision: wanted(settings, { kind: 'notify', event: 'ended' }, false) }
  },
}

/** Nothing else is known of the session. */
function before(session: Session): boolean {
  return session.started === undefined && session.closed === undefined
}

function silent(session: Session, reason: string): Step {
  return { session, decision: { kind: 'silent', rule: 'repeated', reason } }
}

function close(session: Session, { time, turn }: Occurrence, as: 'done' | 'failed' | 'idle' | 'interrupted'): void {
  session.closed = { time, as, ...(turn !== undefined && { turn }) }
  delete session.started
  delete session.paused
}

/** Why this is the end of a turn that has ended already: by its name, or because no other one can have begun. */
function whyRepeated(session: Session, { time, turn }: Occurrence, as: 'done' | 'failed'): string | undefined {
  const { closed, started, announced } = session
  const repeated = 'the end of this turn was seen already'
  if (started !== undefined && time < started) return 'the session has gone on'
  if (closed === undefined) return undefined
  const sameTurn = turn === undefined || closed.turn === undefined ? undefined : turn === closed.turn
  if (as === 'failed' && closed.as !== 'failed' && closed.as !== 'interrupted') return undefined
  if (sameTurn === true) return repeated
  if (sameTurn === false || started !== undefined) return undefined
  if (Math.abs(time - closed.time) <= twice) return repeated
  return as === 'done' && announced && closed.as !== 'done' && closed.as !== 'idle' ? repeated : undefined
}

/** It says what `done` has said, or that a turn has ended of which nobody has said it. */
function idle(session: Session, event: Occurrence, settings: TurnSettings): Decision {
  if (session.question !== undefined) return nothing
  if (session.paused) return { kind: 'silent', rule: 'paused', reason: 'it waits for tasks in the background' }
  if (session.closed !== undefined && session.started === undefined) {
    return { kind: 'silent', rule: 'repeated', reason: 'the end of this turn was seen already' }
  }
  close(session, event, 'idle')
  return wanted(settings, { kind: 'notify', event: 'idle' })
}

function subagent({ meaning, text }: Occurrence, settings: TurnSettings): Decision {
  const isEnd = meaning === 'subagent' || meaning === 'done'
  return isEnd ? wanted(settings, { kind: 'notify', event: 'subagent', text }, false) : nothing
}

function ask(session: Session, event: Occurrence, isLate: boolean, settings: TurnSettings): Step {
  const { asking = 'hold', time, tool, question: text, isCommand } = event
  const known = session.question
  const key = JSON.stringify([tool, text])
  const isSame = known?.key === key && (!event.repeats || Math.abs(time - known.time) <= twice)
  const joins = (asking === 'tell' || asking === 'join') && known !== undefined && known.state !== 'kept'
  if (isSame && known.state === 'kept' && asking === 'keep') return { session, decision: nothing }
  if (joins || (isSame && known.state !== 'kept')) return silent(session, 'this question was asked already')
  if (isLate) return silent(session, 'the session has gone on')
  const question: Question = { key, time, state: 'held', tool, text, isCommand }
  if (asking === 'keep') {
    session.question = { ...question, state: 'kept' }
    return { session, decision: nothing, ...(known && { withdraw: 'question' }) }
  }
  const withdraw = known && { withdraw: 'question' as const }
  if (asking === 'tell') {
    session.question = { ...(known ?? question), state: 'sent', time }
    return {
      session,
      decision: wanted(settings, { kind: 'notify', event: 'needs-you', question: session.question }),
      ...withdraw,
    }
  }
  session.question = question
  if (!settings.notify.includes('needs-you')) session.question.state = 'sent'
  return { session, decision: wanted(settings, { kind: 'hold', event: 'needs-you', question }), ...withdraw }
}

/** @param noted whether `why` is to explain that it is not wanted */
function wanted(
  { notify }: TurnSettings,
  decision: Extract<Decision, { kind: 'notify' | 'hold' }>,
  noted = true,
): Decision {
  if (notify.includes(decision.event)) return decision
  const reason = `agents notify of ${notify.join(', ') || 'nothing'}, not of ${decision.event}`
  return noted ? { kind: 'silent', rule: 'agents.notify', reason } : nothing
}
