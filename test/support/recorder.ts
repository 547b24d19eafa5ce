import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A program for the backend `exec` that writes down what it gets, a line of JSON each, and what it has got. */
export function recorder(home: string): { program: string; shown: () => Record<string, unknown>[] } {
  const [record, program] = [join(home, 'record'), join(home, 'show')]
  writeFileSync(record, '')
  writeFileSync(program, `#!/bin/sh\ncat >> '${record}'\necho >> '${record}'\n`, { mode: 0o755 })
  const shown = () =>
    readFileSync(record, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { program, shown }
}
