import { expect, it } from 'vitest'
import { shellQuote } from '../../src/process/quote.ts'
import { lastLines, redactedLines } from '../../src/process/tail.ts'
import { describeWith } from '../support/programs.ts'
import { runScript } from './both.ts'

const tail = (text: string, lines?: number) => lastLines(Buffer.from(text), lines)

it.each([
  ['colours and titles', 'a\x1b[31mb\x1b[0m\r\nc\x1b]0;title\x07d\n', 'ab\ncd'],
  ['8-bit codes', 'x\x9b31my\x9d0;t\x9cz', 'xyz'],
  ['links', '\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link'],
  ['other escapes, BEL', 'a\x1b(B\x1b=b\x07\x0ec', 'abc'],
  ['an unfinished title swallows no line', '\x1b]0;oops\nnext', '\nnext'],
  ['progress bars', '10%\r50%\r100%\ndone', '100%\ndone'],
  ['progress that gets shorter', 'long line\r\x1b[Kok\n', 'ok'],
  ['an overwritten beginning', 'abc\rX', 'Xbc'],
  ['backspaces', 'ab\b \bc', 'ac'],
  ['tabs', 'ab\tc', 'ab      c'],
  ['empty lines at the end', 'a\n\nb\n\n\n', 'a\n\nb'],
  ['nothing', '', ''],
])('the tail without %s', (_, output, expected) => {
  expect(tail(output)).toBe(expected)
})

it('is the last 20 lines, or as many as asked for', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`)
  expect(tail(lines.join('\n'))).toBe(lines.slice(-20).join('\n'))
  expect(tail(`${lines.join('\n')}\n`, 3)).toBe('line 97\nline 98\nline 99')
})

it('is at most 4 kB, cut at a whole line or character', () => {
  const long = tail('é'.repeat(5000))
  expect(Buffer.byteLength(long)).toBeGreaterThan(4090)
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(4096)
  expect(long).toMatch(/^é+$/)
  const lines = tail(Array.from({ length: 1000 }, (_, i) => `line ${i} ${'x'.repeat(20)}`).join('\n'), 1000)
  expect(Buffer.byteLength(lines)).toBeLessThanOrEqual(4096)
  expect(lines).toMatch(/^line \d+ x{20}\n/)
})

it.each([
  [3, '-----BEGIN RSA PRIVATE KEY-----\nMIIES3cr3tA\nS3cr3tB\nS3cr3tC\n-----END RSA PRIVATE KEY-----\nok\n'],
  [4, '-----BEGIN RSA PRIVATE KEY-----\nMIIES3cr3tA\nS3cr3tB\nS3cr3tC\n-----END RSA PRIVATE KEY-----\nok\n'],
  [3, '-----BEGIN RSA PRIVATE KEY-----\nMIIES3cr3tA\nS3cr3tB\nS3cr3tC\n'],
  [2, 'S3cr3tC\n-----END RSA PRIVATE KEY-----\n'],
  [20, `token=${'S3cr3t'.repeat(1000)}\nok`],
  [20, `${'S3cr3t'.repeat(11_000)}\nok`],
])('has no rest of a secret in the last %d lines: %.20s', async (lines, output) => {
  const shown = await redactedLines(Buffer.from(output).subarray(-64 * 1024), lines)
  expect(shown).not.toContain('S3cr3t')
  expect(shown).toContain('***')
})

it('begins with a whole character though the bytes do not', () => {
  expect(lastLines(Buffer.from('é→🎉x').subarray(1))).toBe('→🎉x')
  expect(lastLines(Buffer.from('🎉x').subarray(2))).toBe('x')
})

describeWith(['bash'], 'the text of a command', () => {
  const words = ['a=b', 'x=1', '', "it's", '-j4', 'a b', '=ls', '$(x)', '~', '*', 'a\nb', '\\', '"', '#', '!', 'é']
  it('is what a shell reads back to the same words', () => {
    const text = shellQuote(['printf', '%s|', ...words])
    expect(Buffer.from(runScript(text, false).stdout, 'latin1').toString()).toBe(
      words.map((word) => `${word}|`).join(''),
    )
    expect(shellQuote(words)).toMatch(/^'a=b' x=1 '' 'it'\\''s' -j4 'a b' '=ls'/)
  })
})
