import { describe, expect, it } from 'vitest'
import { sorted } from '../../../src/backends/xmpp/hosts.ts'
import { element, escapeXml, streamParser } from '../../../src/backends/xmpp/xml.ts'

describe('a stream', () => {
  const stream =
    "<?xml version='1.0'?><stream:stream id='a>b' xmlns='jabber:client'><stream:features><a x='&lt;1&gt;' y=\"2'\"/></stream:features> <message to='ü'><body>a &amp;&#x1F600;&#65; <b>é</b></body></message></stream:stream>"

  it('is taken apart, wherever it is cut', () => {
    const bytes = Buffer.from(stream)
    const whole = streamParser()(bytes)
    expect(whole.map(({ name }) => name)).toEqual(['features', 'message'])
    expect(whole[0]?.children[0]?.attributes).toEqual({ x: '<1>', y: "2'" })
    expect(whole[1]?.children[0]?.text).toBe('a &😀A ')
    expect(whole[1]?.attributes).toEqual({ to: 'ü' })
    const parse = streamParser()
    expect([...bytes].flatMap((byte) => parse(Buffer.of(byte)))).toEqual(whole)
  })

  it('holds no declarations of entities', () => {
    expect(() => streamParser()(Buffer.from('<!DOCTYPE x [<!ENTITY a "b">]>'))).toThrow('XMPP')
  })

  it('ends nothing that we write', () => {
    expect(escapeXml('<a b="c">&\'\0\x1b\ud800\ufffe\uffff\t\n😀')).toBe('&lt;a b=&quot;c&quot;&gt;&amp;&apos;\t\n😀')
    expect(element('a', { b: '"', c: undefined }, escapeXml('<'))).toBe('<a b="&quot;">&lt;</a>')
  })
})

describe('the places of a domain', () => {
  it('are tried by priority, and the heavier ones more often first', () => {
    const record = (name: string, priority: number, weight: number) => ({ name, priority, weight, port: 1 })
    const records = [record('c', 2, 0), record('.', 0, 0), record('a', 1, 90), record('b', 1, 10)]
    const firsts = Array.from({ length: 400 }, () => sorted(records).map(({ name }) => name))
    expect(firsts.every((names) => names.length === 3 && names[2] === 'c')).toBe(true)
    const heavy = firsts.filter(([first]) => first === 'a').length
    expect(heavy).toBeGreaterThan(300)
    expect(heavy).toBeLessThan(400)
  })
})
