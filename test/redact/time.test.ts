import { expect, it } from 'vitest'
import { redactCommand, redactText } from '../../src/redact/index.ts'

/** What a careless expression would look at again and again. */
const repeated = [
  'a',
  'a ',
  '"',
  '$(',
  '"$(',
  '`',
  '=',
  ':',
  'a=',
  'token=',
  'token=x ',
  'PWD=/',
  'password="',
  'password=\\"',
  '-----BEGIN PRIVATE KEY-----',
  'eyJaaaaaaa.',
  '-eyJ',
  'a://u:',
  '<<a ',
  'mysql -px ',
  'docker ',
  'ssh mysql ',
  '--token ',
  'Authorization: Bearer x\n',
  'login a ',
  'password: |\n  ',
  'IDENTIFIED BY ',
  '-----END PRIVATE KEY-----\n',
  'abc\n',
  'machine a login a ',
  '"password": ["a", ',
  'TOKEN=$(echo x) ',
  'echo a | ',
  'cat <<E\na\nE\n',
  '- ',
  "sed 's/token=",
  '${TOKEN:-',
]

/** Ten times what a busy machine takes for it, in milliseconds. */
const tooLong = 3000

/** The time of a call, in milliseconds: the best of three. */
function timeOf(redact: (text: string) => string, text: string): number {
  const times = [1, 2, 3].map(() => {
    const start = performance.now()
    redact(text)
    return performance.now() - start
  })
  return Math.min(...times)
}

it.each([redactCommand, redactText])('takes time in proportion to the length ($name)', (redact) => {
  for (const part of repeated) {
    const sized = (length: number) => part.repeat(Math.ceil(length / part.length))
    const took = timeOf(redact, sized(128 * 1024))
    // What grows with the square takes minutes; how fast it is on this machine is the benchmark's matter.
    expect(took, `${JSON.stringify(part)}: ${took} ms`).toBeLessThan(tooLong)
  }
})

it.each([redactCommand, redactText])('reads a line of 256 kB at once ($name)', (redact) => {
  const line = `deploy --token abc ${'src/some/file.ts --verbose '.repeat(10_000)}`.slice(0, 256 * 1024)
  expect(timeOf(redact, line)).toBeLessThan(tooLong)
  expect(redact(line).startsWith('deploy --token *** src')).toBe(true)
})

it.each([redactCommand, redactText])('says the same when it is asked again ($name)', (redact) => {
  for (const part of repeated) {
    const once = redact(part.repeat(300))
    expect(redact(once)).toBe(once)
  }
})
