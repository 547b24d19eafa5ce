import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
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
import { queued } from './queued.ts'

printCounts('crowds and stops')

const flusher = (here: Place, ...args: string[]) =>
  spawn(process.execPath, [mainFile, ...args], { env: here.env, stdio: 'ignore' })

/** The service keeps the first request waiting until what this gives is called; the others it takes at once. */
function holdFirst(here: Place): () => (() => void) | undefined {
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
  return () => held
}

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

it('a flusher stopped in an attempt and woken: nobody else sends what it holds, the others are sent, and it goes on', async () => {
  const { here, messages } = await queued(5)
  const held = holdFirst(here)
  const child = flusher(here, 'queue', 'flush')
  const answer = await waitFor('its first attempt', held)
  child.kill('SIGSTOP')
  const other = await here.ntfy('queue', 'flush')
  expect(other).toMatchObject({
    code: 75,
    stderr: expect.stringMatching(/^ntfy: phone: not tried: \S+: process \d+ was stopped/),
  })
  expect(here.taken.map(({ message }) => message)).toEqual(messages.slice(1))
  answer()
  child.kill('SIGCONT')
  await ended(child)
  expect(here.taken.map(({ message }) => message).sort()).toEqual(messages)
  await recover(here, messages)
  expect(repeats(here)).toBe(0)
  tally(5)
})

it('stopped for longer than an attempt may take, with the answer there when it goes on: sent once', async () => {
  const here = await place()
  const held = holdFirst(here)
  const child = flusher(here, 'send', 'once')
  const answer = await waitFor('the request', held)
  child.kill('SIGSTOP')
  answer()
  // The attempt's ten seconds pass for everybody else.
  const end = performance.now() + 11_000
  await waitFor('its deadline to be over', () => performance.now() > end)
  child.kill('SIGCONT')
  await ended(child)
  await recover(here, ['once'])
  expect(here.received).toHaveLength(1)
  tally()
})

it('TERM in the middle of an attempt: it comes to its end, and nothing is sent twice', async () => {
  const { here, messages } = await queued(5)
  const held = holdFirst(here)
  const child = flusher(here, 'deliver')
  const answer = await waitFor('the first attempt', held)
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
