import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { redactCommand } from '../../src/redact/index.ts'

const lines = readFileSync(join(import.meta.dirname, 'commands.txt'), 'utf8').split('\n')

const cases = lines
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.replaceAll('⏎', '\n'))
  .map((marked) => ({
    line: marked.replace(/[‹›]/g, ''),
    // Of a value in several quotes the first piece shows the mask.
    expected: marked.replace(/‹[^›]*›?/g, '***').replace('***\'***\'"***"', '***\'\'""'),
  }))

it('knows two hundred lines at least', () => {
  expect(new Set(cases.map(({ line }) => line)).size).toBeGreaterThanOrEqual(200)
})

it.each(cases)('$line', ({ line, expected }) => {
  const redacted = redactCommand(line)
  expect(redacted).toBe(expected)
  expect(redactCommand(redacted)).toBe(redacted)
})
