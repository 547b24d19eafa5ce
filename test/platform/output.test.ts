import { expect, it } from 'vitest'
import { hideSecret, withoutSecrets } from '../../src/platform/output.ts'

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
