import { describe, expect, it } from 'vitest'
import { excerpt, hideSecret, withoutSecrets } from '../../src/platform/masking.ts'
import { expectProportional } from '../support/growth.ts'

const secret = 'h=nt/er +2"ä'

hideSecret('nt/er')
hideSecret(secret)

it.each([
  { form: 'as it is', text: `x ${secret} y`, expected: 'x *** y' },
  { form: 'in an address', text: `?token=${encodeURIComponent(secret)}&a=b`, expected: '?token=***&a=b' },
  { form: 'in a form', text: new URLSearchParams({ token: secret }).toString(), expected: 'token=***' },
  { form: 'in JSON', text: JSON.stringify({ token: secret }), expected: '{"token":"***"}' },
])('hides a secret $form', ({ text, expected }) => {
  expect(withoutSecrets(text)).toBe(expected)
})

it.each(['', 'a', 'ab', 'abc', 'user:', 'name:'])('hides it in base64 behind "%s"', (before) => {
  for (const encoding of ['base64', 'base64url'] as const) {
    const encoded = Buffer.from(`${before}${secret} and more`).toString(encoding)
    const shown = withoutSecrets(`Basic ${encoded}`)
    expect(shown).toContain('***')
    expect(Buffer.from(shown.replace(/^Basic /, ''), 'base64').toString()).not.toContain('er +2')
    expect(shown).not.toContain(Buffer.from(secret).toString(encoding).slice(4, 12))
  }
})

it('leaves what is no secret, and secrets of two characters', () => {
  hideSecret('ab')
  expect(withoutSecrets('cabin')).toBe('cabin')
})

describe('of a foreign text', () => {
  const long = 'correct-horse-battery-staple'
  hideSecret(long)

  it('no part of a secret is left, wherever it is cut', () => {
    for (let before = 0; before < 60; before++) {
      const said = excerpt(`${'x'.repeat(before)} ${long} ${'y'.repeat(60)}`, 50)
      expect(said).not.toMatch(/corr|orse|staple/)
      expect(said.length).toBeLessThanOrEqual(50)
    }
  })

  it('nor where somebody else has cut it', () => {
    for (let length = 4; length < long.length; length++) {
      expect(withoutSecrets(`token ${long.slice(0, length)}… more`)).toBe('token ***… more')
    }
  })

  it('nor where escape sequences stand within it', () => {
    expect(excerpt('is correct-horse-\u001b[1mbattery\u001b[0m-staple wrong')).toBe('is *** wrong')
  })

  it('so much is read as can be shown', () => {
    expectProportional('an excerpt', (length) => excerpt(`\u009d${'a'.repeat(10)}`.repeat(length / 11)))
  })
})
