import { describe, expect, it } from 'vitest'
import { cut, hidesSomething, type LengthUnit, lengthIn } from '../../src/platform/text.ts'
import { expectProportional } from '../support/growth.ts'

describe('cutting', () => {
  it.each<{ text: string; max: number; unit: LengthUnit; cut: string }>([
    { text: 'short', max: 5, unit: 'bytes', cut: 'short' },
    { text: 'longer', max: 5, unit: 'codepoints', cut: 'long…' },
    { text: 'longer', max: 5, unit: 'bytes', cut: 'lo…' },
    { text: 'ab👩‍👩‍👧cd', max: 6, unit: 'codepoints', cut: 'ab…' },
    { text: 'ab👩‍👩‍👧cd', max: 8, unit: 'codepoints', cut: 'ab👩‍👩‍👧…' },
    { text: 'abe\u0301cd', max: 4, unit: 'utf16', cut: 'ab…' },
    { text: '😀😀😀', max: 4, unit: 'utf16', cut: '😀…' },
    { text: 'a\r\nb', max: 3, unit: 'utf16', cut: 'a…' },
    { text: 'abc', max: 2, unit: 'bytes', cut: '' },
    { text: '🇩🇪🇫🇷🇮🇹', max: 4, unit: 'codepoints', cut: '🇩🇪…' },
    { text: `x${'🇩🇪'.repeat(200)}`, max: 205, unit: 'codepoints', cut: `x${'🇩🇪'.repeat(101)}…` },
    { text: `${'🇩🇪'.repeat(200)}`, max: 206, unit: 'codepoints', cut: `${'🇩🇪'.repeat(102)}…` },
  ])('$text to $max $unit', ({ text, max, unit, cut: expected }) => {
    expect(cut(text, { max, unit })).toBe(expected)
  })

  it.each(['a', '日', '👩‍👩‍👧', 'e\u0301', `z${'\u0301'.repeat(500)}`, '🇩🇪'])(
    'takes no longer than it must, and never too much, of %s',
    (piece) => {
      for (const unit of ['bytes', 'utf16', 'codepoints'] as const) {
        expectProportional(`${piece} by ${unit}`, (length) =>
          cut(piece.repeat(length / piece.length), { max: length / 3, unit }),
        )
      }
      const text = piece.repeat(300_000 / piece.length)
      for (const unit of ['bytes', 'utf16', 'codepoints'] as const) {
        const result = cut(text, { max: 100_000, unit })
        expect(lengthIn(result, unit)).toBeLessThanOrEqual(100_000)
        expect(lengthIn(result, unit)).toBeGreaterThan(99_000)
      }
    },
  )
})

describe('what a reader does not see', () => {
  it.each([
    'ls\u200b',
    'l\u00ads',
    'ls\u00a0x',
    'ls \u2800',
    'ls\u3164',
    'ls \u{e0041}',
    'a\ufe0f',
    'ls\u200e x',
    'ls\u2028rm x',
    'ls\u0085rm x',
    'ls\u{f0000}',
    'ls\rrm x',
    '\u001b[8mls',
    'ls\u202ex',
    `ls${' '.repeat(60)}; rm x`,
    `ls${'\n'.repeat(9)}rm x`,
  ])('is found in %j', (text) => expect(hidesSomething(text)).toBe(true))

  it.each([
    'git commit -m "✨ naïve 👩‍👩‍👧 ❤️ 👍🏽 日本語 🇩🇪"',
    'if x:\n\tpass\n\n\ny',
    'cat <<EOF\n        deep\nEOF',
    '',
  ])('is not found in %j', (text) => expect(hidesSomething(text)).toBe(false))
})
