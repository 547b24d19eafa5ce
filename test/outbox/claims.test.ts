import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin, type RunOutcome } from '../support/cli.ts'
import { ntfyAt } from '../support/clock.ts'
import { configuredHome } from '../support/configured.ts'
import { nodeWith } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import type { Received } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

const well = ({ json }: Received) => ({ id: 'x', event: 'message', topic: json['topic'] })

const down = (_: Received, response: { statusCode: number }) => {
  response.statusCode = 503
  return { error: 'down' }
}

/** A home, its service, and a `send` whose request has arrived and is not answered yet. */
async function midAttempt() {
  const { server, home, env } = await configuredHome()
  let answer = (_: number) => {}
  server.answer((_, response) => {
    answer = (status) => {
      response.statusCode = status
      response.end('{"id":"x","event":"message","topic":"mine"}')
    }
    return undefined
  })
  const sending = spawn(ntfyBin, ['send', 'first'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void sending.kill('SIGKILL'))
  const ended = outcomeOf(sending)
  await waitFor('the request', () => server.received.length === 1)
  return { server, home, env, sending, ended, outbox: join(home, '.local/state/ntfy/outbox'), answer }
}

function outcomeOf(child: ChildProcess): Promise<Pick<RunOutcome, 'code' | 'stderr'>> {
  let stderr = ''
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })))
}

/** The names of deliveries, claimed or not. */
function deliveries(outbox: string): string[] {
  return readdirSync(outbox).filter((name) => /^\d{14}-/.test(name))
}

it('names a process that is stopped with a delivery in its hands, and sends what stands behind it', async () => {
  const { server, env, sending, ended, answer } = await midAttempt()
  sending.kill('SIGSTOP')
  const first = answer
  server.answer(down)
  await ntfy(['send', 'second'], { env })
  server.answer(well)
  for (const args of [
    ['queue', 'flush'],
    ['queue', 'flush', '--wait'],
  ]) {
    const { code, stderr } = await ntfy(args, { env })
    expect({ code, stderr }).toEqual({
      code: 75,
      stderr: expect.stringContaining(`process ${sending.pid} was stopped`),
    })
  }
  expect(server.received.at(-1)?.json['message']).toBe('second')
  first(200)
  sending.kill('SIGCONT')
  expect((await ended).code).toBe(0)
  expect(await ntfy(['queue', 'flush'], { env })).toMatchObject({ code: 0, stderr: '' })
  expect(server.received.filter(({ json }) => json['message'] === 'first')).toHaveLength(1)
})

describeWith(['faketime'], 'an old claim', () => {
  it('does not wait for long for what an earlier boot has left in its claim, and says so', async () => {
    const { server, home, env } = await configuredHome()
    server.answer(down)
    for (const message of ['first', 'second']) await ntfy(['send', message], { env })
    const outbox = join(home, '.local/state/ntfy/outbox')
    const [oldest = ''] = deliveries(outbox).sort()
    const claimed = join(outbox, oldest.replace(/\.json$/, '.claim-0123456789abcdef-1-2-3'))
    renameSync(join(outbox, oldest), claimed)
    server.answer(well)
    const sent = () => server.received.slice(2).map(({ json }) => json['message'])
    // So young a claim may be that of another machine, which is at work.
    expect(await ntfy(['queue', 'flush'], { env })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('--wait'),
    })
    expect(sent()).toEqual([])
    const later = (offset: string) => ntfyAt(offset, ['queue', 'flush'], env)
    expect(await later('+3m')).toMatchObject({ code: 75, stderr: expect.stringContaining('an earlier boot') })
    expect(sent()).toEqual(['second'])
    expect(await later('+61m')).toMatchObject({ code: 0, stderr: '' })
    expect(sent()).toEqual(['second', expect.stringMatching(/^first/)])
  })
})

it.each([[['list']], [['flush']], [['flush', '--wait']]])(
  'queue %j ends where nothing can be claimed',
  async (words) => {
    const { server, home, env } = await configuredHome()
    server.answer(down)
    await ntfy(['send', 'hi'], { env })
    const outbox = join(home, '.local/state/ntfy/outbox')
    const [name = ''] = deliveries(outbox)
    // Root may write everywhere.
    const bin = join(home, 'read-only.cjs')
    writeFileSync(bin, readOnly(join(outbox, name)))
    const { code, stderr } = await ntfy(['queue', ...words], {
      env: { ...env, NTFY_NODE: nodeWith(home, `--require ${bin}`) },
    })
    expect(code).toBe(words[0] === 'list' ? 0 : 75)
    if (words[0] !== 'list') expect(stderr).toContain('the outbox cannot be written: EROFS')
    expect(deliveries(outbox)).toEqual([name])
  },
)

it('says what is wrong where a disk quota is used up', async () => {
  const { server, home, env } = await configuredHome()
  server.answer(down)
  const quota = join(home, 'quota.cjs')
  // So libuv names what it has no name for.
  const name = 'Unknown system error -122'
  writeFileSync(
    quota,
    `require('node:fs').fsyncSync = () => {
  throw Object.assign(new Error('${name}: ${name}, fsync'), { code: '${name}', errno: -122 })
}
require('node:module').syncBuiltinESMExports()
`,
  )
  const { code, stderr } = await ntfy(['send', 'hi'], {
    env: { ...env, NTFY_NODE: nodeWith(home, `--require ${quota}`) },
  })
  expect({ code, stderr }).toEqual({ code: 75, stderr: expect.stringContaining('EDQUOT: disk quota exceeded') })
})

/** A file system that is mounted read-only, as far as one file is concerned. */
function readOnly(path: string): string {
  return `const fs = require('node:fs')
const { renameSync } = fs
fs.renameSync = (from, to) => {
  if (from !== ${JSON.stringify(path)}) return renameSync(from, to)
  throw Object.assign(new Error('EROFS: read-only file system, rename'), { code: 'EROFS', errno: -30 })
}
require('node:module').syncBuiltinESMExports()
`
}

it('puts a delivery anew whose file was cleaned away while it was tried', async () => {
  const { server, env, home, outbox, ended, answer } = await midAttempt()
  rmSync(join(home, '.local/state'), { recursive: true })
  answer(503)
  expect(await ended).toMatchObject({ code: 0, stderr: expect.stringContaining('queued') })
  expect(deliveries(outbox)).toHaveLength(1)
  server.answer(well)
  await ntfy(['queue', 'flush', '--wait'], { env })
  expect(server.received.at(-1)?.json['message']).toBe('first')
})

it('promises nothing where that cannot be done', async () => {
  const { home, ended, answer } = await midAttempt()
  rmSync(join(home, '.local/state'), { recursive: true })
  writeFileSync(join(home, '.local/state'), '')
  answer(503)
  const { code, stderr } = await ended
  expect({ code, stderr }).toEqual({ code: 75, stderr: expect.stringContaining('phone: not sent') })
  expect(stderr).not.toContain('queued')
})

it('does not put anew what another process has sent', async () => {
  const { server, home, outbox, env, ended, sending, answer } = await midAttempt()
  const [name = ''] = deliveries(outbox)
  const first = answer
  sending.kill('SIGSTOP')
  // What takes an hour in life: the claim is taken back from the stopped process.
  renameSync(join(outbox, name), join(outbox, name.replace(/\.claim-.*/, '.json')))
  server.answer(well)
  await ntfy(['queue', 'flush'], { env })
  expect(deliveries(outbox)).toEqual([])
  first(503)
  sending.kill('SIGCONT')
  await ended
  expect(deliveries(outbox)).toEqual([])
  expect(readFileSync(join(home, '.local/state/ntfy/log'), 'utf8').trim().split('\n')).toHaveLength(1)
})

it('empties the failures of a machine on which messages are all there is', async () => {
  const { server, home, env } = await configuredHome()
  server.answer(well)
  const failed = join(home, '.local/state/ntfy/outbox/failed')
  mkdirSync(failed, { recursive: true, mode: 0o700 })
  const old = join(failed, '00000000000001-aaaaaaaa-bbbb-4ccc-8ddd-000000000000.json')
  writeFileSync(old, '{}')
  utimesSync(old, 1, 1)
  await ntfy(['send', 'hi'], { env })
  expect(readdirSync(failed)).toEqual([])
})
