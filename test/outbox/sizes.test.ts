import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { nodeWith } from '../support/home.ts'
import { closedPort, loopbackServer, type Received } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

/** What a file of the state folder may weigh if it is to be read again: what the README and the code promise. */
const readable = [
  { path: /^outbox\/(failed\/)?\d{14}-/, most: 1024 * 1024 },
  { path: /^outbox\/pauses\//, most: 64 * 1024 },
  { path: /^(cache\/|completion$)/, most: 256 * 1024 },
  { path: /^(log|journal)(\.1)?$/, most: 16 * 1024 * 1024 },
  { path: /^hook-settings$/, most: 4096 },
  // The parsed copy of a configuration
  { path: /^config$/, most: 1024 * 1024 },
  { path: /^stats\//, most: 64 * 1024 },
  { path: /^agents\//, most: 512 * 1024 },
  { path: /(^|\/)(flusher|off|.*\.lock)$|^(off-here|shells|seen)\//, most: 1024 },
]

const down = (_: Received, response: { statusCode: number }) => {
  response.statusCode = 503
  return { error: 'x'.repeat(200_000) }
}

/** Files of the state folder that are larger than whoever reads them takes, or that nobody is known to read. */
function unreadable(home: string): string[] {
  const state = join(home, '.local/state/ntfy')
  return readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const stats = statSync(join(state, name), { throwIfNoEntry: false })
    const known = readable.find(({ path }) => path.test(name))
    return stats?.isFile() && !name.endsWith('.tmp') && !(known && stats.size <= known.most)
  })
}

async function listed(env: Record<string, string>, ...args: string[]): Promise<Record<string, string>[]> {
  const { stdout } = await ntfy([...args, '--json'], { env })
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

/** Sends with a configuration that is a pipe. */
function piped(config: string, env: Record<string, string>) {
  const file = join(env['HOME'] ?? '', 'piped.yml')
  writeFileSync(file, config)
  return run('sh', ['-c', 'cat "$1" | "$0" -c /dev/stdin send hi', ntfyBin, file], { env })
}

it('reads back every file that it writes, however large the words are that go into it', async () => {
  const { server, home, env, config } = await configuredHome()
  const rules = 'limit: 2000/hour, dedupe: 1h, fallback: second'
  const chatty = join(home, 'chatty')
  writeFileSync(chatty, '#!/bin/sh\nhead -c 3000000 /dev/zero | tr "\\0" e >&2\nexit 75\n', { mode: 0o755 })
  const targets = [
    `first: {backend: ntfy_sh, topic: first, server: "${server.address}", ${rules}}`,
    `second: {backend: webhook, url: "${server.address}/${'u'.repeat(5000)}"}`,
    `third: {backend: exec, command: ["${chatty}"]}`,
  ]
  const always = `always: [${Array.from({ length: 3000 }, (_, index) => `word${index}`).join(', ')}]`
  writeFileSync(config, `backends: [first, third]\n${targets.join('\n')}\n${always}\n`, { mode: 0o600 })
  server.answer(down)
  const huge = {
    env: { ...env, LOGNAME: 'l'.repeat(100_000), NTFY_LONGER_THAN: '0' },
    stdin: '"\\\u0001\n'.repeat(250_000),
  }
  const tags = Array.from({ length: 300 }, (_, index) => ['--tag', `${index}${'t'.repeat(2000)}`]).flat()
  const sent = await ntfy(
    ['send', '-t', '"'.repeat(100_000), '--url', `https://example.org/${'p'.repeat(100_000)}`, ...tags],
    huge,
  )
  expect(sent.code).toBe(0)
  expect(sent.stderr).toContain('--url')
  expect(sent.stderr).toContain('--tag')
  const words = Array.from({ length: 12 }, () => '\\"'.repeat(50_000))
  await ntfy(['done', '-o', '-e', '--', 'sh', '-c', 'head -c 200000 /dev/zero | tr "\\0" \'"\'', ...words], huge)
  await waitFor('what was wrapped', async () => (await listed(env, 'queue')).length === 4)
  const before = await listed(env, 'queue')
  expect(before.filter(({ state }) => state === 'damaged')).toEqual([])
  expect(unreadable(home)).toEqual([])
  expect((await listed(env, 'why')).length).toBe(3)
  server.answer(({ json }) => ({ id: 'x', event: 'message', topic: json['topic'] }))
  writeFileSync(chatty, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  await ntfy(['queue', 'flush', '--wait'], { env })
  expect(await listed(env, 'queue')).toEqual([])
  expect((await listed(env, 'log')).length).toBe(4)
  expect(unreadable(home)).toEqual([])
})

it('says before anything is sent that something is too large to be kept, and then that it is not sent', async () => {
  const { home, env } = await configuredHome()
  // A configuration that is a pipe goes into the delivery's file.
  const phone = `{backend: ntfy_sh, topic: mine, server: "http://127.0.0.1:${await closedPort()}", user: me, password: '${'"'.repeat(600_000)}'}`
  const config = `backends: [phone]\nphone: ${phone}\n`
  const { code, stderr } = await piped(config, env)
  expect({ code, stderr }).toEqual({ code: 75, stderr: expect.stringContaining('it is too large to be kept') })
  expect(stderr).toContain('phone: not sent')
  expect(readdirSync(join(home, '.local/state/ntfy/outbox')).filter((name) => /^\d{14}/.test(name))).toEqual([])
})

/** A home whose target a webhook is, with a limit that holds all but the first message. */
async function limited(rule = 'limit: 1/hour') {
  const service = await loopbackServer(({ json }) => json)
  const { home, env, config } = await configuredHome()
  writeFileSync(config, `backends: [w]\nw: {backend: webhook, url: "${service.address}", ${rule}}\n`)
  await ntfy(['send', 'first'], { env })
  return { service, home, env, config, outbox: join(home, '.local/state/ntfy/outbox') }
}

it('splits a digest that could not be read back', async () => {
  const { service, env } = await limited()
  const letters = ['b', 'c', 'd', 'e', 'f']
  for (const letter of letters) await ntfy(['send'], { env, stdin: letter.repeat(240_000) })
  const { code, stdout } = await ntfy(['queue', 'flush', '--held'], { env })
  expect(code).toBe(0)
  expect(stdout).toContain('delivered')
  const all = service.received.map(({ body }) => body).join()
  for (const letter of letters) expect(all).toContain(letter.repeat(200_000))
  expect(await listed(env, 'queue')).toEqual([])
})

it('joins thousands of one-liners, and keeps a word of each in the log', async () => {
  const { service, env, outbox } = await limited()
  await ntfy(['send', 'held'], { env })
  const [name = ''] = readdirSync(outbox).filter((one) => one.endsWith('.json'))
  const held = JSON.parse(readFileSync(join(outbox, name), 'utf8'))
  const ids = Array.from({ length: 2500 }, (_, index) => `aaaaaaaa-bbbb-4ccc-8ddd-${String(index).padStart(12, '0')}`)
  for (const [index, id] of ids.entries()) {
    const notification = { ...held.notification, title: `title ${'t'.repeat(190)}`, message: `number ${index} of many` }
    writeFileSync(join(outbox, `${name.slice(0, 14)}-${id}.json`), JSON.stringify({ ...held, id, notification }))
  }
  expect((await ntfy(['queue', 'flush', '--held'], { env })).code).toBe(0)
  const all = service.received.map(({ body }) => body).join()
  expect(ids.filter((_, index) => !all.includes(`number ${index} of`))).toEqual([])
  expect(service.received.length).toBeLessThan(6)
  expect(await listed(env, 'queue')).toEqual([])
  expect(await listed(env, 'log', '-n', '99999').then((lines) => lines.length)).toBeGreaterThan(2000)
}, 120_000)

it('lets the digest of quiet hours fit the service', async () => {
  const hour = new Date().getHours()
  const clock = (one: number) => `${String(one % 24).padStart(2, '0')}:00`
  const quiet = `quiet: "${clock(hour + 23)}-${clock(hour + 2)}"`
  const { server, env } = await configuredHome(`${quiet}\n`)
  const letters = ['b', 'c', 'd', 'e', 'f', 'g']
  for (const letter of letters) await ntfy(['send', letter.repeat(1000)], { env })
  await ntfy(['queue', 'flush', '--held', '--wait'], { env })
  const all = server.received.map(({ body }) => body).join()
  for (const letter of letters) expect(all).toContain(letter.repeat(1000))
  expect(server.received.length).toBe(2)
})

it('keeps what a delivery and its fallbacks say once, and no secret of theirs among the failures', async () => {
  const { server, home, env } = await configuredHome()
  server.answer(down)
  const target = (name: string, more: string) =>
    `${name}: {backend: webhook, url: "${server.address}/${name}", token: secret-of-${name}, title: "at ${name}"${more}}`
  const chain = [
    target('a', ', fallback: b'),
    target('b', ', fallback: c'),
    target('c', ', fallback: d'),
    target('d', ''),
  ]
  const config = `backends: [a]\n${chain.join('\n')}\n`
  writeFileSync(join(home, '.config/ntfy/ntfy.yml'), config, { mode: 0o600 })
  await ntfy(['send'], { env, stdin: 'm'.repeat(400_000) })
  const outbox = join(home, '.local/state/ntfy/outbox')
  const [file = ''] = readdirSync(outbox).filter((name) => name.endsWith('.json'))
  expect(statSync(join(outbox, file)).size).toBeLessThan(300_000)
  server.answer((_, response) => {
    response.statusCode = 400
    return {}
  })
  expect((await ntfy(['queue', 'flush'], { env })).code).toBe(69)
  expect(
    server.received.map(({ path, json }) => [path, String(json['title']), String(json['message']).length]),
  ).toEqual(['/a', '/a', '/b', '/c', '/d'].map((path) => [path, `at ${path.slice(1)}`, expect.any(Number)]))
  expect(new Set(server.received.slice(1).map(({ json }) => json['message'])).size).toBe(1)
  expect((await piped(config, env)).code).toBe(69)
  const failed = readdirSync(join(outbox, 'failed')).map((name) => readFileSync(join(outbox, 'failed', name), 'utf8'))
  expect(failed).toHaveLength(8)
  expect(failed.join()).not.toContain('secret-of')
})

it('gives a fallback its turn once, however often a failure is tried again', async () => {
  const { server, env, config } = await configuredHome()
  const target = (name: string) => `${name}: {backend: ntfy_sh, topic: ${name}, server: "${server.address}"`
  writeFileSync(config, `backends: [a]\n${target('a')}, fallback: b}\n${target('b')}}\n`)
  server.answer(({ json }, response) => {
    if (json['topic'] === 'a') response.statusCode = 400
    return { id: 'x', event: 'message', topic: json['topic'] }
  })
  await ntfy(['send', 'hi'], { env })
  for (let round = 0; round < 2; round++) expect((await ntfy(['queue', 'retry'], { env })).code).toBe(69)
  expect(server.received.map(({ json }) => json['topic'])).toEqual(['a', 'b', 'a', 'a'])
})

/** Puts files of so many bytes into a folder of the outbox, which take no room on the disk. */
function fill(folder: string, count: number, bytes: number): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (let index = 0; index < count; index++) {
    const descriptor = openSync(join(folder, `00000000000001-${index}.json`), 'w', 0o600)
    ftruncateSync(descriptor, bytes)
    closeSync(descriptor)
  }
}

it('takes no more when the outbox is full, and says so; what the service takes is sent all the same', async () => {
  const { server, home, env } = await configuredHome()
  const outbox = join(home, '.local/state/ntfy/outbox')
  fill(outbox, 600, 1_000_000)
  server.answer(down)
  const { code, stderr } = await ntfy(['send', 'hi'], { env })
  expect({ code, stderr }).toEqual({ code: 75, stderr: expect.stringContaining('it is full: 600 deliveries') })
  expect(readdirSync(outbox).filter((name) => /^\d{14}-/.test(name))).toHaveLength(600)
  server.answer(({ json }) => ({ id: 'x', event: 'message', topic: json['topic'] }))
  expect((await ntfy(['send', 'hi'], { env })).code).toBe(0)
})

it('lets failures go before it refuses new deliveries, the oldest first', async () => {
  const { server, home, env } = await configuredHome()
  const outbox = join(home, '.local/state/ntfy/outbox')
  fill(join(outbox, 'failed'), 600, 1_000_000)
  server.answer(down)
  const { code, stderr } = await ntfy(['send', 'hi'], { env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('queued') })
  const failures = readdirSync(join(outbox, 'failed'))
  expect(failures.length).toBeLessThan(500)
  expect(failures).toContain('00000000000001-599.json')
})

it('lists more than the memory is to hold', async () => {
  const { server, home, env } = await configuredHome()
  server.answer(down)
  await ntfy(['send'], { env, stdin: 'm'.repeat(250_000) })
  const outbox = join(home, '.local/state/ntfy/outbox')
  const [name = ''] = readdirSync(outbox).filter((one) => one.endsWith('.json'))
  const text = readFileSync(join(outbox, name), 'utf8')
  const id = String(JSON.parse(text).id)
  const another = (index: number) => `aaaaaaaa-bbbb-4ccc-8ddd-${String(index).padStart(12, '0')}`
  for (let index = 0; index < 400; index++) {
    writeFileSync(join(outbox, `${name.slice(0, 14)}-${another(index)}.json`), text.replace(id, another(index)))
  }
  // The heap, young and old, may not hold a third of it.
  const { code, stdout } = await ntfy(['queue', 'list'], {
    env: { ...env, NTFY_NODE: nodeWith(home, '--max-old-space-size=24 --max-semi-space-size=4') },
  })
  expect(code).toBe(0)
  expect(stdout.match(/ waiting /g)).toHaveLength(401)
})
