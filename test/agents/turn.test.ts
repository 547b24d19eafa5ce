import { describe, expect, it } from 'vitest'
import type { Asking, Occurrence } from '../../src/agents/happening.ts'
import type { Session } from '../../src/agents/state.ts'
import { step } from '../../src/agents/turn.ts'

const settings = { longerThan: 10_000, notify: ['done', 'needs-you', 'failed'] as const }

/** What comes of the events of one session; times are seconds. */
function play(...events: (Partial<Occurrence> & { at: number })[]): string[] {
  let session: Session | undefined
  return events.map(({ at, meaning = 'done', ...rest }) => {
    const event: Occurrence = { agent: 'claude', name: 'x', session: 's', cwd: '/', time: at * 1000, meaning, ...rest }
    const { session: next, decision, withdraw } = step(session, event, settings)
    session = next
    const what = decision.kind === 'silent' ? `silent: ${decision.reason}` : decision.kind
    const time =
      decision.kind === 'notify' && decision.durationMs !== undefined ? ` ${decision.durationMs / 1000} s` : ''
    const asked = decision.kind === 'notify' || decision.kind === 'hold' ? decision : undefined
    const question = asked && 'question' in asked && asked.question ? ` ${asked.question.text}` : ''
    return `${what}${time}${question}${withdraw ? ` (withdraw ${withdraw})` : ''}`
  })
}

const ask = (at: number, asking: Asking, question: string) =>
  ({ at, meaning: 'needs-you', asking, tool: 'Bash', question }) as const
const repeated = 'silent: the end of this turn was seen already'
const asked = 'silent: this question was asked already'

describe('a turn', () => {
  it('notifies once, with its duration, if it took long enough', () => {
    expect(
      play({ at: 0, meaning: 'started' }, { at: 4, meaning: 'started' }, { at: 12 }, { at: 40, meaning: 'idle' }),
    ).toEqual(['nothing (withdraw all)', 'nothing (withdraw all)', 'notify 12 s', repeated])
    expect(play({ at: 0, meaning: 'started' }, { at: 9 })).toEqual([
      'nothing (withdraw all)',
      'silent: it took 9 s, under 10 s',
    ])
    expect(play({ at: 0 }, { at: 1 }, { at: 4 })).toEqual(['notify', repeated, 'notify'])
  })

  it('is known by its name', () => {
    expect(play({ at: 0, turn: 'a' }, { at: 1, turn: 'b' }, { at: 9, turn: 'b' })).toEqual([
      'notify',
      'notify',
      repeated,
    ])
    const late = play(
      { at: 0, turn: 'a' },
      { at: 1, meaning: 'started', turn: 'b' },
      { at: 2, turn: 'a' },
      { at: 20, turn: 'b' },
    )
    expect(late).toEqual(['notify', 'nothing (withdraw all)', repeated, 'notify 19 s'])
  })

  it('begins again after one that was interrupted without a word', () => {
    const started = (at: number, turn: string) => ({ at, meaning: 'started', turn }) as const
    expect(play(started(0, 'a'), started(60, 'b'), { at: 61, turn: 'b' })).toEqual([
      ...['nothing (withdraw all)', 'nothing (withdraw all)', 'silent: it took 1 s, under 10 s'],
    ])
    // A prompt that comes meanwhile has the name of the turn, and tasks in the background belong to what started them.
    expect(play(started(0, 'a'), started(9, 'a'), { at: 12, turn: 'a' }).at(-1)).toBe('notify 12 s')
    const paused = { at: 1, meaning: 'paused', turn: 'a' } as const
    expect(play(started(0, 'a'), paused, started(11, 'b'), { at: 12, turn: 'b' }).at(-1)).toBe('notify 12 s')
  })

  it('is silent when it is interrupted, pauses, or is a sub-agent’s', () => {
    expect(play({ at: 0, meaning: 'started' }, { at: 20, meaning: 'interrupted' }, { at: 30 })).toEqual([
      'nothing (withdraw all)',
      'silent: it was interrupted',
      repeated,
    ])
    const paused = 'silent: it waits for tasks in the background'
    expect(
      play({ at: 0, meaning: 'started' }, { at: 1, meaning: 'paused' }, { at: 61, meaning: 'idle' }, { at: 70 }),
    ).toEqual(['nothing (withdraw all)', paused, paused, 'notify 70 s'])
    expect(play({ at: 0, meaning: 'subagent' }, { at: 0, meaning: 'subagent', child: true }, { at: 50 })).toEqual([
      ...['nothing', 'nothing', 'nothing'],
    ])
  })

  it('fails once, and does not end a second time', () => {
    expect(
      play({ at: 0, meaning: 'started' }, { at: 1, meaning: 'failed' }, { at: 2, meaning: 'failed' }, { at: 9 }),
    ).toEqual(['nothing (withdraw all)', 'notify', repeated, repeated])
  })

  it('counts by the times of its events, not by their order', () => {
    expect(play({ at: 20 }, { at: 5, meaning: 'started' }, { at: 21, meaning: 'started' }, { at: 40 })).toEqual([
      ...['notify', 'nothing', 'nothing (withdraw all)', 'notify 19 s'],
    ])
    expect(play({ at: 5, meaning: 'active' }, ask(4, 'hold', 'x'))).toEqual([
      'nothing',
      'silent: the session has gone on',
    ])
  })

  it('is not one of a thread that only invents a title', () => {
    expect(play({ at: 0, helper: true })).toEqual(['silent: it is a thread that invents a title'])
    expect(play({ at: 0, meaning: 'started' }, { at: 12, helper: true })).toEqual([
      'nothing (withdraw all)',
      'notify 12 s',
    ])
  })
})

describe('a question', () => {
  it('is held until an answer comes, and asked once', () => {
    expect(
      play(ask(0, 'hold', 'x'), ask(1, 'hold', 'x'), ask(2, 'join', 'other words'), { at: 3, meaning: 'active' }),
    ).toEqual(['hold x', asked, asked, 'nothing (withdraw question)'])
    expect(play(ask(0, 'hold', 'x'), { at: 1, meaning: 'active' }, ask(2, 'hold', 'x'))).toEqual([
      ...['hold x', 'nothing (withdraw question)', 'hold x'],
    ])
    expect(play(ask(0, 'hold', 'x'), ask(1, 'hold', 'y'))).toEqual(['hold x', 'hold y (withdraw question)'])
  })

  it('is kept until the agent says that nobody has answered', () => {
    expect(play(ask(0, 'keep', 'touch x'), ask(6, 'tell', 'permission'), ask(7, 'tell', 'permission'))).toEqual([
      ...['nothing', 'notify touch x (withdraw question)', asked],
    ])
    expect(play(ask(0, 'keep', 'touch x'), { at: 1, meaning: 'active' }, ask(6, 'tell', 'of something else'))).toEqual([
      ...['nothing', 'nothing (withdraw question)', 'notify of something else'],
    ])
    expect(play(ask(0, 'hold', 'which?'), ask(6, 'tell', 'permission'))).toEqual(['hold which?', asked])
  })

  it('that is asked elsewhere stays while another tool runs', () => {
    const elsewhere = { ...ask(0, 'keep', 'x'), asked: { on: 'phone', by: 'a call' } }
    const ran = (at: number, question: string) => ({ at, meaning: 'active', tool: 'Bash', question }) as const
    expect(play(elsewhere, ran(1, 'y'), ran(2, 'x'))).toEqual([
      ...['silent: asked on phone', 'nothing', 'nothing (withdraw question)'],
    ])
  })

  it('may come again where no answer is ever seen', () => {
    const input = (at: number) => ({ ...ask(at, 'hold', 'input'), repeats: true })
    expect(play(input(0), input(1), input(9))).toEqual(['hold input', asked, 'hold input (withdraw question)'])
  })

  it('stays while the session is passive or says that it is idle', () => {
    expect(play(ask(0, 'hold', 'x'), { at: 1, meaning: 'passive' }, { at: 2, meaning: 'idle' })).toEqual([
      ...['hold x', 'nothing', 'nothing'],
    ])
    expect(play(ask(0, 'hold', 'x'), { at: 5 })).toEqual(['hold x', 'notify (withdraw question)'])
  })
})
