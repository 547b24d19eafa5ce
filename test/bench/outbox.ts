import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { retryDelay } from '../../src/outbox/backoff.ts'
import type { Delivery } from '../../src/outbox/delivery.ts'
import { finish, put } from '../../src/outbox/index.ts'
import type { Figure } from './index.ts'

const rounds = 200
const drained = 1000
const hour = 60 * 60_000

/** What it costs that nothing is lost. */
export async function benchOutbox(): Promise<Figure[]> {
  const home = mkdtempSync(join(tmpdir(), 'ntfy-bench-'))
  mkdirSync(join(home, 'run'), { mode: 0o700 })
  const env = { HOME: home, PATH: process.env['PATH'] ?? '', XDG_RUNTIME_DIR: join(home, 'run'), LANG: 'C.UTF-8' }
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"id":"x","topic":"bench","event":"message"}'))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const port = (server.address() as AddressInfo).port
  try {
    return [
      putting(join(home, 'put')),
      await draining(home, env, port),
      { name: 'attempts in the first hour at a dead server', value: attemptsWithin(0, hour), unit: '' },
      { name: 'attempts in each later hour', value: attemptsWithin(10 * hour, 20 * hour) / 10, unit: '' },
      await memory(home, env),
    ]
  } finally {
    server.close()
    server.closeAllConnections()
    rmSync(home, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** The median of `put` over that of writing and syncing the same bytes without any care. */
function putting(folder: string): Figure {
  const ours: number[] = []
  const bare: number[] = []
  const bytes = Buffer.from(`${JSON.stringify(delivery(0))}\n`)
  put(folder, [delivery(0)], { claimed: true })
  for (let round = 0; round < rounds; round++) {
    const one = delivery(round)
    ours.push(
      time(() => {
        const [entry] = put(folder, [one], { claimed: true }).entries
        if (entry === undefined) throw new Error('put has not kept it')
      }),
    )
    bare.push(time(() => syncBarely(join(folder, 'bare'), bytes, folder)))
  }
  for (const name of readdirSync(folder)) finish(folder, { name, path: join(folder, name) })
  return { name: 'put of one delivery over its bare fsyncs', value: median(ours) - median(bare), unit: 'ms', limit: 2 }
}

function syncBarely(path: string, bytes: Buffer, folder: string): void {
  const file = openSync(`${path}.new`, 'w')
  writeSync(file, bytes)
  fsyncSync(file)
  closeSync(file)
  renameSync(`${path}.new`, path)
  const directory = openSync(folder, 'r')
  fsyncSync(directory)
  closeSync(directory)
}

async function draining(home: string, env: Record<string, string>, port: number): Promise<Figure> {
  const outbox = fill(home, drained, port)
  const start = performance.now()
  await ended(spawn(process.execPath, [resolve('dist/main.cjs'), 'queue', 'flush'], { env, stdio: 'ignore' }))
  const left = readdirSync(outbox).filter((name) => /^\d{14}-/.test(name)).length
  if (left > 0) throw new Error(`${left} deliveries were left`)
  return { name: `${drained} queued deliveries drained`, value: (performance.now() - start) / 1000, unit: 's' }
}

/** What the flusher takes at its peak over bare Node, which waits too, while a hundred deliveries wait with it. */
async function memory(home: string, env: Record<string, string>): Promise<Figure> {
  const outbox = fill(home, 100, 1)
  const flusher = spawn(process.execPath, [resolve('dist/main.cjs'), 'deliver'], { env, stdio: 'ignore' })
  const bare = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e6)'], { env, stdio: 'ignore' })
  try {
    await until(() => readdirSync(outbox).some((name) => triesOf(join(outbox, name)) > 0))
    const value = peakOf(flusher) - peakOf(bare)
    return { name: 'peak memory of the flusher over bare Node', value, unit: 'MB', limit: 20 }
  } finally {
    flusher.kill()
    bare.kill()
    await Promise.all([ended(flusher), ended(bare)])
  }
}

/** By the schedule itself, without jitter: nobody waits for an hour. */
function attemptsWithin(from: number, to: number): number {
  let attempts = 0
  let now = 0
  for (let tries = 1; now < to; tries++) {
    if (now >= from) attempts++
    now += retryDelay(tries, 0.5)
  }
  return attempts
}

function delivery(number: number): Delivery {
  const now = new Date(Date.now() - 60_000 + number).toISOString()
  const id = randomUUID()
  const origin = { user: 'user', host: 'host', cwd: '/home/user/project' }
  return {
    version: 1,
    id,
    target: 'ntfy_sh',
    backend: 'ntfy_sh',
    created: now,
    tries: 0,
    next: now,
    state: 'waiting',
    notification: {
      ...{
        id,
        time: now,
        source: 'done',
        title: 'user@host:~/project',
        message: '"make build" succeeded in 1:02 minutes',
      },
      ...{ priority: 'default', tags: [], origin },
    },
  }
}

function fill(home: string, number: number, port: number): string {
  const outbox = join(home, '.local/state/ntfy/outbox')
  rmSync(outbox, { recursive: true, force: true })
  mkdirSync(outbox, { recursive: true, mode: 0o700 })
  for (let index = 0; index < number; index++) {
    const one = { ...delivery(index), options: { topic: 'bench', server: `http://127.0.0.1:${port}` } }
    writeFileSync(
      join(outbox, `${String(Date.parse(one.created)).padStart(14, '0')}-${one.id}.json`),
      JSON.stringify(one),
    )
  }
  return outbox
}

function triesOf(file: string): number {
  try {
    return Number(JSON.parse(readFileSync(file, 'utf8')).tries)
  } catch {
    return 0
  }
}

/** In MB, as the kernel counts it. */
function peakOf({ pid }: ChildProcess): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > end) throw new Error('the flusher has tried nothing')
    await new Promise((done) => setTimeout(done, 20))
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done()
    else child.on('exit', () => done())
  })
}

function time(step: () => void): number {
  const start = performance.now()
  step()
  return performance.now() - start
}

function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
