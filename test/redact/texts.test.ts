import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { redactText } from '../../src/redact/index.ts'

const file = readFileSync(join(import.meta.dirname, 'texts.txt'), 'utf8').replace(/^#.*\n/, '')

const cases = file.split('\n---\n').map((marked) => ({
  first: marked.split('\n')[0] ?? '',
  text: marked.replace(/[‹›]/g, ''),
  expected: marked.replace(/‹[^›]*›/g, '***'),
}))

it.each(cases)('$first', ({ text, expected }) => {
  const redacted = redactText(text)
  expect(redacted).toBe(expected)
  expect(redactText(redacted)).toBe(redacted)
})
