import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { waitFor } from '../support/wait.ts'

/** A home with messages that could not be delivered, and its server, which answers again from now on. */
async function outage(...messages: string[]) {
  const configured = await configuredHome()
  configured.server.answer((_, response) => {
    response.statusCode = 503
    return {}
  })
  for (const message of messages) await ntfy(['send', message], configured)
  const outbox = join(configured.home, '.local/state/ntfy/outbox')
  const listed = async () =>
    (await ntfy(['queue', '--json'], configured)).stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, string>)
  const received = () => configured.server.received.map(({ json }) => json['message'])
  configured.server.received.length = 0
  return { ...configured, outbox, listed, received }
}

/** Makes all in the outbox that is its argument due. */
const soon =
  'for f in "$1"/*.json; do sed -i "s/\\"next\\":\\"[^\\"]*\\"/\\"next\\":\\"2020-01-01T00:00:00.000Z\\"/" "$f"; done'

const well = ({ json }: { json: Record<string, unknown> }) => ({ id: 'x', topic: json['topic'], event: 'message' })

it('lists what is kept, the oldest first, within 80 columns', async () => {
  const { env, listed } = await outage('first 漢字 with many wide characters '.repeat(5), 'second')
  expect((await listed()).map(({ state, tries, target }) => ({ state, tries, target }))).toEqual([
    { state: 'waiting', tries: 1, target: 'phone' },
    { state: 'waiting', tries: 1, target: 'phone' },
  ])
  const { stdout } = await ntfy(['queue', 'list'], { env })
  expect(stdout).toContain('second')
  expect(stdout).toContain('503')
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

it('flushes all of it, the oldest first, whatever its time', async () => {
  const { env, server, received, listed } = await outage('first', 'second', 'third')
  server.answer(well)
  expect(await ntfy(['queue', 'flush', '--wait'], { env })).toMatchObject({ code: 0 })
  expect(received()).toEqual(['first', 'second', 'third'])
  expect(await listed()).toEqual([])
  const log = (await ntfy(['log', '--json'], { env })).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(log).toHaveLength(3)
  expect(log[0]).toMatchObject({ target: 'phone', backend: 'ntfy_sh', tries: 2 })
})

it('sends what waits when a new one has reached the service', async () => {
  const { env, server, received } = await outage('first', 'second')
  server.answer(well)
  await ntfy(['send', 'new'], { env })
  await waitFor('all of them', () => received().length === 3)
  expect(received()).toEqual(['new', 'first', 'second'])
})

it('leaves a target alone that asked for it, and sends when told to', async () => {
  const { env, server, received, listed } = await outage()
  server.answer((_, response) => {
    response.statusCode = 429
    response.setHeader('retry-after', '3600')
    return {}
  })
  const began = Date.now()
  await ntfy(['send', 'first'], { env })
  const answered = Date.now()
  expect(await ntfy(['send', 'second'], { env })).toMatchObject({ code: 0, stderr: expect.stringContaining('queued') })
  expect(received()).toEqual(['first'])
  for (const { next } of await listed()) {
    expect(Date.parse(String(next))).toBeGreaterThanOrEqual(began + 3_600_000)
    expect(Date.parse(String(next))).toBeLessThanOrEqual(answered + 3_600_000)
  }
  server.answer(well)
  await ntfy(['queue', 'flush'], { env })
  expect(received()).toEqual(['first', 'first', 'second'])
})

it('tries a parked one when the configuration has changed', async () => {
  const { env, server, received, config, listed } = await outage()
  server.answer((_, response) => {
    response.statusCode = 401
    return {}
  })
  expect(await ntfy(['send', 'secret'], { env })).toMatchObject({ code: 78 })
  expect(await listed()).toMatchObject([{ state: 'parked' }])
  server.answer(well)
  writeFileSync(
    config,
    `backends: [phone]\nphone: {backend: ntfy_sh, topic: mine, token: good, server: "${server.address}"}\n`,
  )
  await ntfy(['send', 'another'], { env })
  await waitFor('both', () => received().length === 3)
  // By which of the processes in the background it goes first is not said.
  expect(received()[0]).toBe('secret')
  expect(received().slice(1).sort()).toEqual(['another', 'secret'])
})

describe('failures', () => {
  async function failure() {
    const kept = await outage()
    kept.server.answer((_, response) => {
      response.statusCode = 400
      return { error: 'bad message' }
    })
    expect(await ntfy(['send', 'bad'], kept)).toMatchObject({ code: 69 })
    return kept
  }

  it('are kept with their reason, and tried again by retry', async () => {
    const { env, server, listed, received } = await failure()
    expect(await listed()).toMatchObject([{ state: 'failed', error: expect.stringContaining('bad message') }])
    server.answer(well)
    expect(await ntfy(['queue', 'retry'], { env })).toMatchObject({ code: 0 })
    expect(received()).toEqual(['bad', 'bad'])
    expect(await listed()).toEqual([])
  })

  it('are dropped by the beginning of their id, and shown whole', async () => {
    const { env, listed } = await failure()
    const [one] = await listed()
    const id = String(one?.['id'])
    const shown = await ntfy(['queue', 'show', id.slice(0, 6)], { env })
    expect(shown.stdout).toContain(id)
    expect(shown.stdout).toContain('bad message')
    expect(await ntfy(['queue', 'drop'], { env })).toMatchObject({ code: 64 })
    expect(await ntfy(['queue', 'drop', 'nonsense'], { env })).toMatchObject({ code: 64 })
    expect(await ntfy(['queue', 'drop', id.slice(0, 6)], { env })).toMatchObject({ code: 0 })
    expect(await listed()).toEqual([])
  })

  it('are forgotten after 30 days', async () => {
    const { env, outbox } = await failure()
    const [file = ''] = readdirSync(join(outbox, 'failed'))
    const old = Date.now() / 1000 - 31 * 86_400
    utimesSync(join(outbox, 'failed', file), old, old)
    await ntfy(['deliver'], { env })
    expect(existsSync(join(outbox, 'failed', file))).toBe(false)
  })
})

it('leaves damaged, newer and foreign files alone, and names the first two', async () => {
  const { env, outbox, listed, server } = await outage('good')
  const name = (digit: number) => `0000000000000${digit}-aaaaaaaa-bbbb-cccc-dddd-00000000000${digit}.json`
  writeFileSync(join(outbox, name(1)), '{"version":1,"id":')
  writeFileSync(join(outbox, name(2)), '{"version":2,"id":"x"}')
  writeFileSync(join(outbox, 'README'), 'foreign')
  mkdirSync(join(outbox, name(3)))
  await run('mkfifo', [join(outbox, name(4))], { env })
  server.answer(well)
  expect(await ntfy(['queue', 'flush'], { env })).toMatchObject({ code: 0 })
  expect(server.received).toHaveLength(1)
  const states = (await listed()).map(({ state }) => state)
  expect(states.length).toBeGreaterThanOrEqual(2)
  expect(new Set(states)).toEqual(new Set(['damaged']))
})

it('takes back what a process has left that is gone', async () => {
  const { env, outbox, server, received } = await outage('orphan')
  const [file = ''] = readdirSync(outbox).filter((name) => name.endsWith('.json'))
  const claimed = await run(
    'sh',
    [
      '-c',
      `mv "$1/$2" "$1/\${2%.json}.claim-$(tr -d - </proc/sys/kernel/random/boot_id)-$(readlink /proc/self/ns/pid | tr -dc 0-9)-999999-1"`,
      'sh',
      outbox,
      file,
    ],
    { env },
  )
  expect(claimed.code).toBe(0)
  server.answer(well)
  await ntfy(['queue', 'flush'], { env })
  expect(received()).toEqual(['orphan'])
})

it('believes a claim of another machine', async () => {
  const { env, outbox, server, listed } = await outage('elsewhere')
  const [file = ''] = readdirSync(outbox).filter((name) => name.endsWith('.json'))
  await run('sh', ['-c', `mv "$1/$2" "$1/\${2%.json}.claim-0123456789abcdef-4026531836-1-1"`, 'sh', outbox, file], {
    env,
  })
  server.answer(well)
  await ntfy(['queue', 'flush'], { env })
  expect(server.received).toEqual([])
  expect(await listed()).toMatchObject([{ state: 'claimed' }])
})

it('says in a late message when it happened', async () => {
  const { env, outbox, server, received } = await outage('late')
  const [file = ''] = readdirSync(outbox).filter((name) => name.endsWith('.json'))
  const delivery = JSON.parse(readFileSync(join(outbox, file), 'utf8'))
  delivery.notification.time = new Date(Date.now() - 3_600_000).toISOString()
  writeFileSync(join(outbox, file), JSON.stringify(delivery))
  server.answer(well)
  await ntfy(['queue', 'flush'], { env })
  expect(received()[0]).toMatch(/^late\n\(late: this happened at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d\)$/)
})

it('keeps 8 flushers at once from sending anything twice', async () => {
  const { env, server, received } = await outage(...Array.from({ length: 20 }, (_, index) => `message ${index}`))
  server.answer(well)
  await Promise.all(Array.from({ length: 8 }, () => ntfy(['queue', 'flush', '--wait'], { env })))
  await ntfy(['queue', 'flush', '--wait'], { env })
  expect([...received()].sort()).toEqual(Array.from({ length: 20 }, (_, index) => `message ${index}`).sort())
})

it('holds no descriptor of the caller while it waits in the background', async () => {
  const { env } = await outage()
  const script = `exec 9>lock; flock 9; "$0" send hi; exec 9>&-; flock -w 5 lock echo free`
  expect((await run('bash', ['-c', script, ntfyBin], { env })).stdout).toContain('free')
})

it('prints a line for cron where there is no systemd', async () => {
  const { env } = await configuredHome()
  const folders = { XDG_STATE_HOME: '/own 100%/state', XDG_CONFIG_HOME: "/it's/config" }
  const outcome = await ntfy(['queue', '--install-timer'], { env: { ...env, ...folders } })
  expect(outcome.code).toBe(0)
  expect(outcome.stdout).toMatch(/^\*\/10 \* \* \* \* NTFY_NODE='\/[^']*node' .*'.*ntfy' queue flush --due /)
  expect(outcome.stdout).toContain(`XDG_CONFIG_HOME='/it'\\''s/config' XDG_STATE_HOME='/own 100\\%/state' `)
})

it('leaves a service alone that asked for it when only what is due is flushed', async () => {
  const { env, server, received } = await outage('older')
  server.answer((_, response) => {
    response.statusCode = 429
    response.setHeader('retry-after', '3600')
    return {}
  })
  await ntfy(['send', 'newer'], { env })
  const asked = received().length
  // The older one is due by its own time, and its service is still not to be asked.
  await run('sh', ['-c', soon, 'sh', join(env['HOME'] ?? '', '.local/state/ntfy/outbox')], { env })
  for (let round = 0; round < 2; round++) {
    expect(await ntfy(['queue', 'flush', '--due'], { env })).toMatchObject({ code: 0, stdout: '', stderr: '' })
  }
  expect(received().length).toBe(asked)
  server.answer(well)
  await ntfy(['queue', 'flush'], { env })
  expect(received().slice(asked)).toEqual(['older', 'newer'])
})

it('tries what is due after a command that nobody is told about, too', async () => {
  const { env, server, received } = await outage('waiting')
  server.answer(well)
  await run('sh', ['-c', soon, 'sh', join(env['HOME'] ?? '', '.local/state/ntfy/outbox')], { env })
  expect(await ntfy(['done', '-L', '10', 'true'], { env })).toMatchObject({ code: 0 })
  await waitFor('the waiting one', () => received().includes('waiting'))
})
