// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file is about
import { describe, expect, it } from 'vitest'
import { type Kind, kinds, type Protocol, unknownKind } from '../../src/terminal/kinds.ts'
import { throughScreen } from '../../src/terminal/screen.ts'
import { line, notificationSequence } from '../../src/terminal/sequences.ts'
import { hostileTexts } from '../support/hostile.ts'

const konsole = kinds.find(({ name }) => name === 'Konsole')
const asKinds: [Protocol, Kind][] = [
  ['osc9', unknownKind],
  ['osc99', unknownKind],
  ['osc777', unknownKind],
  ['osc777', konsole ?? unknownKind],
  ['osc1337', unknownKind],
]

/** What a terminal makes of the bytes: nothing may be left over. */
const grammar: Record<Protocol, RegExp> = {
  osc9: /^\x1b\]9;(?!\d+(?:;|\x07))[^\x00-\x1f\x7f-\x9f]*\x07$/,
  osc777: /^\x1b\]777;notify;([^\x00-\x1f\x7f-\x9f;]*);([^\x00-\x1f\x7f-\x9f]*)\x07$/,
  osc99:
    /^\x1b\]99;i=[\w.+-]+:e=1:d=0:f=bnRmeQ==:u=[012]:p=title;([\w+/=]*)\x1b\\\x1b\]99;i=[\w.+-]+:e=1:d=1:p=body;([\w+/=]*)\x1b\\$/,
  osc1337: /^\x1b\]1337;Notification=title=([\w+/=]*);message=([\w+/=]*)\x07$/,
}

describe('a notification as an escape sequence', () => {
  it.each(asKinds)('%s stays one sequence below 1 KiB whatever the texts are', (protocol, kind) => {
    for (const text of hostileTexts(300)) {
      const message = { title: text, message: `${text}${text}`, priority: 'default' as const, id: text }
      const sequence = notificationSequence({ ...message, id: `x${text}` }, protocol, kind)
      expect(sequence).toMatch(grammar[protocol])
      expect(Buffer.byteLength(sequence)).toBeLessThan(1024)
      expect(sequence.isWellFormed()).toBe(true)
    }
  })

  it('keeps plain words as they are', () => {
    const message = {
      title: 'make: done',
      message: 'took 3 s; all; well\nreally',
      priority: 'urgent' as const,
      id: 'a b',
    }
    const read = (protocol: Protocol, kind?: Kind) => notificationSequence(message, protocol, kind)
    expect(read('osc9')).toBe('\x1b]9;make: done: took 3 s; all; well really\x07')
    expect(read('osc777')).toBe('\x1b]777;notify;make: done;took 3 s; all; well really\x07')
    expect(read('osc777', konsole)).toBe('\x1b]777;notify;make: done;took 3 s, all, well really\x07')
    const [, title = '', body = ''] = grammar.osc99.exec(read('osc99')) ?? []
    expect([title, body].map((text) => Buffer.from(text, 'base64').toString())).toEqual([
      'make: done',
      'took 3 s; all; well really',
    ])
    expect(read('osc99')).toContain('i=a-b:e=1:d=0:f=bnRmeQ==:u=2:')
    expect(notificationSequence({ ...message, unlessFocused: true }, 'osc99')).toContain(':u=2:o=unfocused:p=title;')
  })

  it('does not begin OSC 9 with a number, which is a command in several terminals', () => {
    for (const title of ['4', '9;1', '2;5', '12']) {
      const message = { title, message: '', priority: 'default' as const, id: 'i' }
      expect(notificationSequence(message, 'osc9')).toBe(`\x1b]9;ntfy: ${title}\x07`)
    }
  })

  it("fits Konsole's and everybody's length between characters", () => {
    const message = { title: '日'.repeat(500), message: '👩‍👩‍👧‍👦'.repeat(500), priority: 'low' as const, id: 'i' }
    const [, title = '', body = ''] = grammar.osc777.exec(notificationSequence(message, 'osc777', konsole)) ?? []
    expect(title).toMatch(/^日+…$/)
    expect(body).toMatch(/^(👩‍👩‍👧‍👦)+…$/)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(130)
  })
})

describe('a line', () => {
  it('is one line without a control character', () => {
    for (const text of hostileTexts(300)) {
      expect(line({ title: text, message: text })).toMatch(
        /^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/,
      )
    }
  })
})

describe('what goes through screen', () => {
  it('is cut into pieces that screen takes, none with an end inside', () => {
    for (const [protocol, kind] of asKinds) {
      for (const text of hostileTexts(100)) {
        const message = { title: text, message: text.repeat(20), priority: 'default' as const, id: 'i' }
        const sequence = notificationSequence(message, protocol, kind)
        const pieces = throughScreen(sequence).match(/\x1bP(?:(?!\x1b\\)[\s\S])*\x1b\\/g) ?? []
        expect(pieces.join('')).toBe(throughScreen(sequence))
        expect(pieces.map((piece) => piece.slice(2, -2)).join('')).toBe(sequence)
        for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(604)
      }
    }
  })
})
