import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from '../support/cli.ts'
import { count, kept, printCounts } from './place.ts'
import { queued } from './queued.ts'

printCounts('foreign files')

it('truncated, newer and foreign files are left as they are, and hold up nothing', async () => {
  const { here, messages } = await queued(3)
  const [one] = kept(here.outbox)
  const text = readFileSync(String(one?.file), 'utf8')
  const name = (number: number) =>
    join(here.outbox, `0000000000000${number}-ffffffff-0000-4000-8000-00000000000${number}.json`)
  const withId = (number: number, change: object) =>
    JSON.stringify({ ...one?.content, id: `ffffffff-0000-4000-8000-00000000000${number}`, ...change })
  writeFileSync(name(1), text.slice(0, text.length / 2))
  writeFileSync(name(2), withId(2, { version: 2 }))
  writeFileSync(name(3), withId(3, { notification: { ...(one?.content['notification'] as object), tags: 'none' } }))
  writeFileSync(name(4), withId(4, { id: '../../evil' }))
  writeFileSync(name(5), withId(5, { padding: 'x'.repeat(1024 * 1024) }))
  symlinkSync('/etc/passwd', name(6))
  mkdirSync(name(7))
  await run('mkfifo', [name(8)], { env: here.env })
  writeFileSync(name(9), '')
  writeFileSync(join(here.outbox, 'NOTES.txt'), 'mine')
  const before = readdirSync(here.outbox).filter((file) => file.startsWith('0000000000000') || file === 'NOTES.txt')
  expect(await here.ntfy('queue', 'flush')).toMatchObject({ code: 0 })
  expect(here.taken.map(({ message }) => message)).toEqual(messages)
  expect(readdirSync(here.outbox).filter((file) => before.includes(file))).toEqual(before)
  const { stdout } = await here.ntfy('queue', '--json')
  const listed = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { state: string })
  expect(listed.map(({ state }) => state)).toEqual(Array(6).fill('damaged'))
  tally(3)
})

it('a program or a backend that only a file of the outbox names is not run', async () => {
  const { here } = await queued(1)
  const [one] = kept(here.outbox)
  const proof = join(here.home, 'was-run')
  writeFileSync(join(here.home, 'evil.cjs'), `require('node:fs').writeFileSync(${JSON.stringify(proof)}, '')`)
  const { config: _, ...content } = one?.content ?? {}
  writeFileSync(String(one?.file), JSON.stringify({ ...content, backend: join(here.home, 'evil.cjs') }))
  await here.ntfy('queue', 'flush')
  expect(readdirSync(here.home)).not.toContain('was-run')
  expect(kept(here.outbox)).toMatchObject([{ content: { state: 'parked' } }])
  tally()
})

function tally(messages = 1): void {
  count('cases')
  count('messages', messages)
  count('lost', 0)
}
