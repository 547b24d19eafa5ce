import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from '../support/cli.ts'
import { likeNtfyServer } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'
import {
  count,
  flusherOf,
  isRunning,
  kept,
  mainFile,
  type Place,
  place,
  printCounts,
  recover,
  repeats,
  rounds,
  status,
} from './place.ts'

printCounts('crowds, stops and foreign files')

/** Puts many deliveries into the outbox by copying one that ntfy has written. */
async function queued(number: number): Promise<{ here: Place; messages: string[] }> {
  const here = await place()
  here.ill(status(503))
  await here.ntfy('send', 'message 0')
  await here.quiet()
  const [one] = kept(here.outbox)
  const past = new Date(Date.now() - 60_000).toISOString()
  const messages = Array.from({ length: number }, (_, index) => `message ${index}`)
  writeFileSync(String(one?.file), JSON.stringify({ ...one?.content, next: past }))
  messages.slice(1).forEach((message, index) => {
    const id = `aaaaaaaa-bbbb-4ccc-8ddd-${String(index).padStart(12, '0')}`
    const content = {
      ...one?.content,
      id,
      next: past,
      notification: { ...(one?.content['notification'] as object), message },
    }
    writeFileSync(
      join(here.outbox, `${Date.now() + index}`.padStart(14, '0').concat(`-${id}.json`)),
      JSON.stringify(content),
    )
  })
  here.received.length = 0
  here.taken.length = 0
  here.well()
  return { here, messages }
}

const flusher = (here: Place, ...args: string[]) =>
  spawn(process.execPath, [mainFile, ...args], { env: here.env, stdio: 'ignore' })

const ended = (child: ReturnType<typeof flusher>) =>
  new Promise<void>((resolve) => (child.exitCode === null ? child.on('exit', () => resolve()) : resolve()))

it('1,000 queued and 8 flushers at once: each arrives once, the oldest first', async () => {
  const { here, messages } = await queued(1000)
  await Promise.all(Array.from({ length: 8 }, () => here.ntfy('queue', 'flush', '--wait')))
  expect(here.taken.map(({ message }) => message)).toEqual(messages)
  expect(kept(here.outbox)).toEqual([])
  expect(repeats(here)).toBe(0)
  tally(1000)
})

it('8 flushers in the background at once: one stays, and one attempt goes out', async () => {
  const { here, messages } = await queued(20)
  here.ill(status(503))
  const all = Array.from({ length: 8 }, () => flusher(here, 'deliver'))
  await waitFor('seven to go', () => all.filter(({ exitCode }) => exitCode !== null).length === 7)
  expect(here.received.length).toBeLessThanOrEqual(2)
  await recover(here, messages)
  expect(here.taken.map(({ message }) => message)).toEqual(messages)
  await Promise.all(all.map(ended))
  tally(20)
})

it('a flusher stopped in an attempt and woken: nobody else sends what it holds, and it goes on', async () => {
  const { here, messages } = await queued(5)
  const child = flusher(here, 'queue', 'flush')
  await waitFor('its first attempt', () => here.received.length >= 1)
  child.kill('SIGSTOP')
  const other = await here.ntfy('queue', 'flush')
  expect(other.code).toBe(0)
  const atStop = here.taken.length
  child.kill('SIGCONT')
  await ended(child)
  expect(atStop).toBeLessThanOrEqual(messages.length)
  await recover(here, messages)
  expect(repeats(here)).toBe(0)
  tally(5)
})

it('TERM in the middle of an attempt: it comes to its end, and nothing is sent twice', async () => {
  const { here, messages } = await queued(5)
  let held: (() => void) | undefined
  here.ill((request, response) => {
    const answer = likeNtfyServer(request, response)
    if (here.received.length > 1) return answer
    held = () => {
      here.taken.push({ id: String(request.json['sequence_id']), message: String(request.json['message']) })
      response.end(JSON.stringify(answer))
    }
    return undefined
  })
  const child = flusher(here, 'deliver')
  const answer = await waitFor('the first attempt', () => held)
  child.kill('SIGTERM')
  answer()
  await ended(child)
  expect({ code: child.exitCode, taken: here.taken[0]?.message }).toEqual({ code: 0, taken: 'message 0' })
  expect(kept(here.outbox)).toHaveLength(messages.length - here.taken.length)
  expect(readdirSync(here.outbox).filter((name) => name.includes('claim') || name === 'flusher')).toEqual([])
  await recover(here, messages)
  expect(repeats(here)).toBe(0)
  tally(5)
})

it('killed flushers, one after the other: each message is there once in the end', async () => {
  const { here, messages } = await queued(60)
  let kills = 0
  for (let round = 0; round < Math.min(rounds, 20); round++) {
    const child = flusher(here, 'queue', 'flush')
    const goal = here.received.length + 2
    await waitFor('two more', () => here.received.length >= goal || child.exitCode !== null)
    if (child.kill('SIGKILL')) kills++
    await ended(child)
  }
  count('kills', kills)
  await recover(here, messages)
  expect(new Set(here.taken.map(({ id }) => id)).size).toBe(messages.length)
  expect(repeats(here)).toBeLessThanOrEqual(kills)
  count('sent again under the same key', repeats(here))
  tally(60)
})

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

it('one flusher, with nothing of the caller: its own session, at /, no terminal, no descriptors', async () => {
  const here = await place()
  here.ill(status(503))
  await here.ntfy('send', 'hi')
  const pid = await waitFor('the flusher', () => flusherOf(here.outbox))
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const [, , , session, terminal] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  expect({ session: Number(session), terminal }).toEqual({ session: pid, terminal: '0' })
  const { stdout } = await run('readlink', [`/proc/${pid}/cwd`], { env: here.env })
  expect(stdout.trim()).toBe('/')
  expect(isRunning(pid)).toBe(true)
  await recover(here, ['hi'])
  tally()
})

function tally(messages = 1): void {
  count('cases')
  count('messages', messages)
  count('lost', 0)
}
