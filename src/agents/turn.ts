import { shortDuration } from '../platform/duration.ts'
import type { Occurrence } from './happening.ts'
import { ask, isAnswered } from './question.ts'
import { type Decision, nothing, type Session, type Step, silent, type TurnSettings, twice, wanted } from './state.ts'

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

/** Any later event but those above answers the question. */
function goOn(session: Session, event: Occurrence): Step['withdraw'] {
  const { time, meaning } = event
  const isAnswer = isAnswered(session.question, event)
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
    if (isOpen(session, turn) || isOver) return { session, decision: nothing }
    session.started = time
    session.announced = true
    if (turn !== undefined) session.turn = turn
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
    delete session.turn
    return { session, decision: wanted(settings, { kind: 'notify', event: 'ended' }, false) }
  },
}

/** A prompt that comes meanwhile belongs to the turn; of one that was interrupted another name is the only sign. */
function isOpen({ started, paused, turn: open }: Session, turn: string | undefined): boolean {
  if (started === undefined) return false
  return paused === true || open === undefined || turn === undefined || open === turn
}

/** Nothing else is known of the session. */
function before(session: Session): boolean {
  return session.started === undefined && session.closed === undefined
}

function close(session: Session, { time, turn }: Occurrence, as: 'done' | 'failed' | 'idle' | 'interrupted'): void {
  session.closed = { time, as, ...(turn !== undefined && { turn }) }
  delete session.started
  delete session.turn
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
