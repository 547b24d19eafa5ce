import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { redactCommand } from '../../src/redact/index.ts'
import { table } from '../../src/redact/programs/table.ts'

const lines = ['commands.txt', 'harmless.txt'].flatMap((file) =>
  readFileSync(join(import.meta.dirname, file), 'utf8').split('\n'),
)

const cases = lines
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.replaceAll('⏎', '\n'))
  .map((marked) => ({
    line: marked.replace(/[‹›]/g, ''),
    // Of a value in several quotes the first piece shows the mask.
    expected: marked.replace(/‹[^›]*›?/g, '***').replace('***\'***\'"***"', '***\'\'""'),
  }))

it('knows two thousand lines at least', () => {
  expect(new Set(cases.map(({ line }) => line)).size).toBeGreaterThanOrEqual(2000)
})

it.each(Object.keys(table))('reads what is known of %s', (name) => {
  for (const words of ['', 'a b c d e', '-p x --password y', 'user:x u/x //a/b'])
    expect(redactCommand(`${name} ${words}`).startsWith(name)).toBe(true)
})

it.each(cases)('$line', ({ line, expected }) => {
  const redacted = redactCommand(line)
  expect(redacted).toBe(expected)
  expect(redactCommand(redacted)).toBe(redacted)
})
