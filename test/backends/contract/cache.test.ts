import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openCache } from '../../../src/backends/contract/cache.ts'
import { ownClaim } from '../../../src/platform/claim.ts'
import { TransientError } from '../../../src/platform/errors.ts'
import { readStat } from '../../../src/process/proc.ts'
import { temporaryFolder } from '../../support/home.ts'
import { minutes } from '../../support/wait.ts'

let folder: string

beforeEach(() => {
  const state = temporaryFolder()
  vi.stubEnv('XDG_STATE_HOME', state)
  folder = join(state, 'ntfy/cache')
})

afterEach(() => vi.unstubAllEnvs())

function open(name = 'https://example.org me', signal = AbortSignal.timeout(minutes)) {
  return openCache('matrix', name, signal)
}

it('keeps a value in a file that only its owner can read', () => {
  expect(open().read()).toBeUndefined()
  expect(open().write({ token: 'a' })).toBe(true)
  expect(open().read()).toEqual({ token: 'a' })
  expect(open('https://example.org you').read()).toBeUndefined()
  const [file = ''] = readdirSync(folder)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
})

it('tells long names apart, though not in the name of the file', () => {
  const [one, two] = ['one', 'two'].map((end) => open(`${'x'.repeat(500)}${end}`))
  one?.write(1)
  expect(one?.read()).toBe(1)
  expect(two?.read()).toBeUndefined()
})

it('reads no pipe, and nothing that is larger than what it writes', () => {
  open().write(1)
  const file = join(folder, readdirSync(folder)[0] ?? '')
  writeFileSync(file, JSON.stringify({ name: 'https://example.org me', value: 'x'.repeat(300_000) }))
  expect(open().read()).toBeUndefined()
  rmSync(file)
  execFileSync('mkfifo', [file])
  expect(open().read()).toBeUndefined()
})

it('lets one work at a time, and leaves no lock', async () => {
  let working = 0
  let most = 0
  const work = () =>
    open().alone(async () => {
      most = Math.max(most, ++working)
      await new Promise((resolve) => setImmediate(resolve))
      working--
    })
  const failing = open().alone(() => Promise.reject(new Error('no')))
  const all = [work(), work(), work()]
  await expect(failing).rejects.toThrow('no')
  await Promise.all(all)
  expect(most).toBe(1)
  expect(readdirSync(folder)).toEqual([])
})

it('takes over from a process that is gone, and waits for one that lives as long as it may', async () => {
  let lock = ''
  await open().alone(async () => {
    lock = join(folder, readdirSync(folder)[0] ?? '')
  })
  // A claim of this boot and namespace, by a process that cannot exist.
  const parts = ownClaim().split('-')
  writeFileSync(lock, [parts[0], parts[1], 2 ** 30, 1].join('-'))
  expect(await open().alone(async () => 'worked')).toBe('worked')
  const parent = process.ppid
  writeFileSync(lock, [parts[0], parts[1], parent, readStat(parent)?.startTicks].join('-'))
  const controller = new AbortController()
  const waiting = open(undefined, controller.signal).alone(async () => 'never')
  controller.abort()
  await expect(waiting).rejects.toThrow(TransientError)
})

it('works without a lock, and keeps the value for itself, where nothing can be written', async () => {
  mkdirSync(join(folder, '..'), { recursive: true })
  writeFileSync(folder, '')
  expect(open('nowhere').write(7)).toBe(false)
  expect(open('nowhere').read()).toBe(7)
  expect(await open('nowhere').alone(async () => 'worked')).toBe('worked')
})
