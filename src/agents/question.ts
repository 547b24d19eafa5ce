import type { Occurrence } from './happening.ts'
import { nothing, type Question, type Session, type Step, silent, type TurnSettings, twice, wanted } from './state.ts'

/** Somebody is needed: now, unless there is an answer soon, or once the agent says that there is none. */
export function ask(session: Session, event: Occurrence, isLate: boolean, settings: TurnSettings): Step {
  const { asking = 'hold', time, tool, question: text, isCommand } = event
  const known = session.question
  const key = keyOf(event)
  const isSame = known?.key === key && (!event.repeats || Math.abs(time - known.time) <= twice)
  const joins = (asking === 'tell' || asking === 'join') && known !== undefined && known.state !== 'kept'
  if (isSame && known.state === 'kept' && asking === 'keep') return { session, decision: nothing }
  if (joins || (isSame && known.state !== 'kept')) return silent(session, 'this question was asked already')
  if (isLate) return silent(session, 'the session has gone on')
  const question: Question = { key, time, state: 'held', tool, text, isCommand }
  if (event.asked !== undefined) {
    session.question = { ...question, state: 'sent', askedBy: event.asked.by }
    return { session, decision: { kind: 'silent', rule: 'agents.ask', reason: `asked on ${event.asked.on}` } }
  }
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

/**
 * Does an event show that a question is answered? Any does, but what is asked elsewhere stays until its own tool has
 * run: another one that runs at the same time says nothing of it.
 */
export function isAnswered(question: Question | undefined, event: Occurrence): boolean {
  if (question === undefined || question.time > event.time) return false
  const isOther = event.meaning === 'active' && event.tool !== undefined && keyOf(event) !== question.key
  return question.askedBy === undefined || !isOther
}

function keyOf({ tool, question }: Occurrence): string {
  return JSON.stringify([tool, question])
}
