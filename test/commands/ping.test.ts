import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { type Answering, closedPort, type LoopbackServer, loopbackServer } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

const key = '0f1e2d3c-aaaa-4bbb-8ccc-123456789abc'

interface Heard {
  path: string
  query: Record<string, string>
  body: string
}

const heard = (server: LoopbackServer): Heard[] =>
  server.received.map(({ path, body }) => {
    const url = new URL(path, 'http://x')
    return { path: url.pathname, query: Object.fromEntries(url.searchParams), body }
  })

async function setUp(type: string, query = '', answering: Answering = () => ({ ok: true })) {
  const pings = await loopbackServer(answering)
  const url = `${pings.address}/${key}${query}`
  const home = await configuredHome(`pings: {backup: {url: {env: HC_URL}, type: ${type}}}\n`)
  return { ...home, pings, url, env: { ...home.env, HC_URL: url } }
}

const log = async (env: Record<string, string>) => (await ntfy(['log'], { env })).stdout

describe('done --ping', () => {
  it.each([
    { words: ['sh', '-c', 'exit 3'], end: '3' },
    { words: ['true'], end: '0' },
    { words: ['sh', '-c', 'kill -9 $$'], end: '137' },
    { words: ['no-such-program-x'], end: '127' },
  ])('healthchecks: the beginning, then the exit status of the same run: $words', async ({ words, end }) => {
    const { server, pings, env } = await setUp('healthchecks', '?create=1', (_, response) => {
      response.setHeader('Ping-Body-Limit', '20')
      return {}
    })
    const { stderr } = await ntfy(['done', '-L', '1h', '--on', 'failure', '--ping', 'backup', ...words], { env })
    expect(stderr).not.toContain('ping')
    await waitFor('both', () => pings.received.length === 2)
    const run = heard(pings)[0]?.query['rid']
    expect(run).toMatch(/^[0-9a-f-]{36}$/)
    expect(heard(pings)).toEqual([
      { path: `/${key}/start`, query: { create: '1', rid: run }, body: '' },
      { path: `/${key}/${end}`, query: { create: '1', rid: run }, body: '' },
    ])
    expect(server.received).toEqual([])
  })

  it('sends the end of the output, redacted, within what the server keeps', async () => {
    const { pings, env } = await setUp('healthchecks', '', (_, response) => {
      response.setHeader('Ping-Body-Limit', '24')
      return {}
    })
    const script = 'echo 0123456789 0123456789; echo PASSWORD=S3cr3t-x9; echo ä'
    await ntfy(['done', '-o', '--ping', 'backup', 'sh', '-c', script], { env })
    await waitFor('both', () => pings.received.length === 2)
    expect(heard(pings)[1]?.body).toMatch(/^[\d\s]*PASSWORD=\*\*\*\nä$/)
  })

  it.each([
    ['uptime-kuma', '?status=up&msg=OK&ping=', 0, [{ status: 'up', msg: 'OK', ping: expect.stringMatching(/^\d+$/) }]],
    ['uptime-kuma', '?status=up', 2, [{ status: 'down', msg: 'exit status 2', ping: expect.stringMatching(/^\d+$/) }]],
    [
      'cronitor',
      '?state=ok&env=prod',
      2,
      [
        { state: 'run', env: 'prod', series: expect.any(String) },
        { state: 'fail', env: 'prod', series: expect.any(String), status_code: '2' },
      ],
    ],
    ['plain', '?a=b', 0, [{ a: 'b' }]],
    ['plain', '', 2, []],
  ])('%s%s: exit %d', async (type, query, status, expected) => {
    const { server, pings, env } = await setUp(type, query)
    await ntfy(['done', '--ping', 'backup', 'sh', '-c', `exit ${status}`], { env })
    await waitFor('the notification', () => server.received.length === 1)
    await waitFor('all', () => pings.received.length >= expected.length)
    await ntfy(['queue', 'flush', '--wait'], { env })
    expect(heard(pings).map(({ path }) => path)).toEqual(expected.map(() => `/${key}`))
    expect(heard(pings).map((one) => one.query)).toEqual(expected)
  })

  it('an address works as a name does; a server that cannot be reached delays nothing, and gets the end later', async () => {
    const { pings, env, home } = await setUp('healthchecks')
    const port = await closedPort()
    const words = ['--ping', `http://127.0.0.1:${port}/${key}`, 'sh', '-c', 'exit 4']
    expect(await ntfy(['done', ...words], { env })).toMatchObject({ code: 4, stderr: '' })
    await waitFor('the queue', async () => (await ntfy(['queue', '--json'], { env })).stdout.includes('exit status 4'))
    await waitFor('the beginning is given up', () => readdirSync(join(home, '.local/state/ntfy/pings')).length === 0)
    const { stdout } = await ntfy(['queue', '--json'], { env })
    expect(stdout).not.toContain(key)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect((await ntfy(['log', '--json'], { env })).stdout).toMatch(/start",.*connection refused/)
    await ntfy(['done', '--ping', `${pings.address}/${key}`, 'true'], { env })
    await waitFor('both', () => pings.received.length === 2)
  })

  it('the end waits for a slow beginning', async () => {
    const { pings, env } = await setUp('healthchecks')
    const order: string[] = []
    pings.answer(({ path }, response) => {
      order.push(path.includes('/start') ? 'start' : 'end')
      if (!path.includes('/start')) return {}
      setTimeout(() => {
        order.push('started')
        response.end('OK')
      }, 500)
      return undefined
    })
    await ntfy(['done', '--ping', 'backup', 'true'], { env })
    await waitFor('all', () => order.length === 3)
    expect(order).toEqual(['start', 'started', 'end'])
  })

  it.each([404, 409])('%d is in the log, not in the status', async (status) => {
    const { pings, env } = await setUp('healthchecks', '', (_, response) => {
      response.statusCode = status
      return {}
    })
    expect(await ntfy(['done', '--ping', 'backup', 'true'], { env })).toMatchObject({ code: 0, stderr: '' })
    await waitFor('both in the log', async () => (await log(env)).split(`answered ${status}`).length === 3)
    expect(pings.received).toHaveLength(2)
    expect(await log(env)).not.toContain(key)
  })

  it.each(['bakcup', `htp://hc.example/${key}`, `hc.example/${key}`, `http:///${key}`])(
    '%s: a warning, and the command runs',
    async (word) => {
      const { pings, env } = await setUp('healthchecks')
      const { code, stdout, stderr } = await ntfy(['done', '--ping', word, 'sh', '-c', 'echo ran; exit 5'], { env })
      expect({ code, stdout }).toEqual({ code: 5, stdout: 'ran\n' })
      expect(stderr).toMatch(/^ntfy: --ping: .*\n$/)
      expect(stderr).not.toContain(key)
      expect(pings.received).toEqual([])
      expect(await ntfy(['ping', word], { env })).toMatchObject({ code: word === 'bakcup' ? 78 : 64 })
    },
  )
})

describe('ping', () => {
  it('sends what it is told', async () => {
    const { pings, env } = await setUp('healthchecks')
    for (const words of [[], ['start'], ['fail'], ['log'], ['0'], ['255']]) {
      expect(await ntfy(['ping', 'backup', ...words], { env })).toEqual({
        code: 0,
        signal: null,
        stdout: '',
        stderr: '',
      })
    }
    expect(heard(pings).map(({ path }) => path.slice(key.length + 1))).toEqual([
      '',
      '/start',
      '/fail',
      '/log',
      '/0',
      '/255',
    ])
    for (const words of [[], ['backup', 'strat'], ['backup', '256'], ['backup', '-1']]) {
      expect((await ntfy(['ping', ...words], { env })).code, words.join(' ')).toBe(64)
    }
  })

  it('is queued where it does not arrive, but for a beginning', async () => {
    const { env, pings } = await setUp('healthchecks', '', (_, response) => {
      response.statusCode = 503
      return {}
    })
    expect(await ntfy(['ping', 'backup', 'start'], { env })).toMatchObject({ code: 75 })
    expect(await ntfy(['ping', 'backup', '1'], { env })).toMatchObject({ code: 0 })
    pings.answer(() => ({}))
    await ntfy(['queue', 'flush', '--wait'], { env })
    expect(heard(pings).at(-1)?.path).toBe(`/${key}/1`)
    expect(pings.received.filter(({ path }) => path.endsWith('start'))).toHaveLength(1)
  })
})

it('config check finds what is wrong with pings, and shows no address', async () => {
  const { config, env } = await configuredHome()
  writeFileSync(
    config,
    `pings:\n  a: {url: "htp://x/${key}"}\n  b: {type: plain}\n  c: {url: "https://x/${key}", typ: plain}\n  d: {url: "https://x/${key}", type: kuma}\n  e: https://x/${key}\nstats: maybe\n`,
    { mode: 0o600 },
  )
  const { code, stdout } = await ntfy(['config', 'check'], { env })
  expect(code).toBe(78)
  const problems = stdout.split('\n').map((line) => line.replace(/^.*?ntfy.yml:/, ''))
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^2: pings\.a\.url: expected an address/),
      expect.stringMatching(/^3: pings\.b: url is missing/),
      expect.stringMatching(/^4: pings\.c\.typ: unknown option.*type/),
      expect.stringMatching(/^5: pings\.d\.type: expected one of healthchecks/),
      expect.stringMatching(/^6: pings\.e: expected an address/),
      expect.stringMatching(/^7: stats: expected true or false/),
    ]),
  )
  expect(stdout).not.toContain(key)
  // Only those that are right are used.
  for (const name of ['a', 'b', 'c', 'd']) expect((await ntfy(['ping', name], { env })).code, name).toBe(78)
})
