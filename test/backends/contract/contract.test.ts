import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Backend } from '../../../src/backends/contract/backend.ts'
import { httpOptions } from '../../../src/backends/contract/http-options.ts'
import { findOption } from '../../../src/backends/contract/read-option.ts'
import { backendAliases, backends, loadBackend } from '../../../src/backends/index.ts'
import { resolveOptions } from '../../../src/config/resolve.ts'
import { attempt } from '../../../src/delivery/attempt.ts'
import { lengthIn } from '../../../src/platform/text.ts'
import { answerJson, fakeInternet, type Service } from '../../support/internet.ts'
import { deliveryFor, smallest, successor, tryOnce, tryWith } from '../../support/try-once.ts'
import { timer } from '../../support/wait.ts'

/** Every backend of the registry: none can be forgotten. */
const all = await Promise.all(Object.keys(backends).map(loadBackend))
const overHttp = all.filter(({ options }) => options['ca'] === httpOptions.ca)

/** Says yes as the service's documentation shows it. */
const sayYes =
  ({ answer }: Backend): Service =>
  (_, response) => {
    if (answer?.text === undefined) answerJson(response, answer?.status ?? 200, answer?.json ?? {})
    else response.writeHead(answer.status ?? 200).end(answer.text)
  }

/** Where a service's documentation gives a status another meaning (RFC 8030 §7.3: the subscription has ended). */
const ownMeaning: Record<string, Record<number, string>> = {
  ntfy_webpush: { 404: 'permanent', 400: 'config' },
  // A captcha that somebody has to solve.
  signal: { 429: 'config' },
}

/** A webhook's owner need not answer anything in particular. */
function declaresAnswer({ answer }: Backend): boolean {
  return answer !== undefined
}

beforeEach(() => {
  vi.unstubAllEnvs()
  for (const name of ['http_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY']) vi.stubEnv(name, '')
})

describe.each(all.map((backend) => ({ name: backend.name, backend })))('$name', ({ name, backend }) => {
  it('says what it is', () => {
    expect(backend.name).toBe(name)
    expect(backend.title).not.toBe('')
    expect(URL.canParse(backend.homepage)).toBe(true)
    const others = Object.entries(backendAliases).filter(([, own]) => own === name)
    expect([...(backend.aliases ?? [])].sort()).toEqual(others.map(([alias]) => alias).sort())
  })

  it('describes every option, and calls none like another', () => {
    for (const [option, { details }] of Object.entries(backend.options)) {
      expect(details.description, option).toMatch(/^\S.*[^.\s]$/s)
      if (details.required) expect(details.example, option).toBeDefined()
      for (const spelling of [option, ...(details.aliases ?? [])])
        expect(findOption(backend.options, spelling)).toBe(option)
    }
  })

  it('is valid in its smallest configuration, and names each missing option', async () => {
    const settings = smallest(backend)
    const config = { path: '/ntfy.yml', lasting: true }
    await resolveOptions(config, { name, backend: name, settings }, {})
    for (const option of Object.keys(settings).filter((key) => backend.options[key]?.details.required)) {
      const { [option]: _, ...rest } = settings
      const lacking = resolveOptions(config, { name, backend: name, settings: rest }, {})
      await expect(lacking).rejects.toThrow(`${name}: ${option} is missing`)
    }
  })
})

it.each(
  all.filter(({ options }) => options['endpoint'] && !options['endpoint'].details.required).map(({ name }) => name),
)('%s says that its service has shut down, unless another takes its place', async (name) => {
  const backend = await loadBackend(name)
  const target = { name, backend: name, settings: smallest(backend) }
  const options = await resolveOptions({ path: undefined, lasting: true }, target, {})
  const result = await attempt(deliveryFor(backend), options, { foreground: false })
  expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('has shut down') })
})

describe.each(overHttp.map((backend) => ({ name: backend.name, backend })))('$name over HTTP', ({ backend }) => {
  it("takes the service's own yes, and gives its answer on", async () => {
    const { result, internet } = await tryOnce(backend, sayYes(backend))
    expect(result).toMatchObject({ kind: 'delivered' })
    expect(internet.received.length).toBeGreaterThan(0)
  })

  it.skipIf(!declaresAnswer(backend))("does not take another's yes", async () => {
    const portal: Service = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>')
    expect((await tryOnce(backend, portal)).result).toMatchObject({ kind: 'transient' })
    expect(
      (await tryOnce(backend, (_, response) => answerJson(response, 200, { unrelated: true }))).result.kind,
    ).not.toBe('delivered')
  })

  it.each([
    { status: 500, kind: backend.once ? 'permanent' : 'transient' },
    { status: 503, kind: backend.once ? 'permanent' : 'transient' },
    { status: 408, kind: 'transient' },
    { status: 401, kind: 'config' },
    { status: 403, kind: 'config' },
    { status: 404, kind: ownMeaning[backend.name]?.[404] ?? 'config' },
    { status: 400, kind: ownMeaning[backend.name]?.[400] ?? 'permanent' },
    { status: 422, kind: 'permanent' },
  ])('an answer of $status is $kind', async ({ status, kind }) => {
    const { result } = await tryOnce(backend, (_, response) => answerJson(response, status, {}))
    expect(result.kind).toBe(kind)
  })

  it.each([408, 425, 429].filter((status) => !ownMeaning[backend.name]?.[status]))(
    'an answer of %i is for later, whatever words come with it',
    async (status) => {
      const words = {
        errcode: 'UNHEARD_OF',
        error: 'unheard_of',
        message: 'no',
        code: 99,
        ok: false,
        success: false,
        status: 0,
      }
      const { result } = await tryOnce(backend, (_, response) => answerJson(response, status, words))
      expect(result.kind).toBe('transient')
    },
  )

  it('honours Retry-After, in seconds and as a date', async () => {
    const began = Date.now()
    const date = new Date(began + 900_000).toUTCString()
    for (const value of ['90', date]) {
      const { result } = await tryOnce(backend, (_, response) =>
        answerJson(response, 429, {}, { 'retry-after': value }),
      )
      expect(result.kind).toBe('transient')
      const wait = result.kind === 'transient' ? result.retryAfter : undefined
      if (value === '90') expect(wait).toBe(90)
      else {
        expect(wait).toBeLessThanOrEqual((Date.parse(date) - began) / 1000 + 1)
        expect(wait).toBeGreaterThanOrEqual((Date.parse(date) - Date.now()) / 1000 - 1)
      }
    }
  })

  it.each([301, 302, 307, 308])('never follows a redirect (%i) to another origin', async (status) => {
    const { result, internet } = await tryOnce(backend, ({ host }, response) => {
      if (host === 'elsewhere.example') return answerJson(response, 200, backend.answer?.json ?? {})
      response.writeHead(status, { location: 'https://elsewhere.example/' }).end()
    })
    expect(result.kind).toBe('config')
    expect(internet.received.map(({ host }) => host)).not.toContain('elsewhere.example')
  })

  it('knows when its certificate is not to be trusted, whatever the environment says to Node', async () => {
    const internet = await fakeInternet(sayYes(backend))
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    vi.stubEnv('https_proxy', internet.address)
    const target = {
      name: backend.name,
      backend: backend.name,
      settings: { ...smallest(backend), ...successor(backend) },
    }
    const options = await resolveOptions({ path: undefined, lasting: true }, target, {})
    const result = await attempt(deliveryFor(backend), options, { foreground: false, deadline: 3000 })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('certificate') })
    expect(internet.received).toEqual([])
  })

  it('sends hostile text as text, cut to what fits', async () => {
    const hostile =
      '& < > " \' ` * _ ~ \\ @here <!channel> $( ) %s \u202eabc \ud800 \0 \x1b[31m 👩‍👩‍👧 {{title}} \n'.repeat(3000)
    const { result, internet } = await tryOnce(backend, sayYes(backend), { title: hostile, message: hostile })
    expect(result).toMatchObject({ kind: 'delivered' })
    const sent = internet.received.at(-1)
    expect(sent?.body).not.toMatch(/\\u0000|\\u001b|\\ud800/)
    const { message } = backend.limits
    const longest = texts(sent?.json).reduce(
      (most, text) => Math.max(most, lengthIn(text, message?.unit ?? 'bytes')),
      0,
    )
    if (message) expect(longest).toBeLessThanOrEqual(message.max * 8)
  })
})

// All services at once: each waits for its whole deadline.
it.each<[string, Service]>([
  ['no answer', () => {}],
  ['an answer of a byte at a time', (_, response) => trickle(response)],
  ['an endless answer', (_, response) => flood(response)],
])('each service over HTTP keeps its deadline with %s', async (_, service) => {
  const internet = await fakeInternet(service)
  const isLate = timer(20 * 700)
  const attempts = overHttp.map(async (backend) => {
    const { kind } = await tryWith(internet, backend, deliveryFor(backend), 700)
    return [backend.name, { isLate: isLate(), delivered: declaresAnswer(backend) && kind === 'delivered' }] as const
  })
  const inTime = overHttp.map(({ name }) => [name, { isLate: false, delivered: false }])
  expect(Object.fromEntries(await Promise.all(attempts))).toEqual(Object.fromEntries(inTime))
})

function texts(node: unknown): string[] {
  if (typeof node === 'string') return [node]
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(texts) : []
}

function trickle(response: Parameters<Service>[1]): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 100)
  response.on('close', () => clearInterval(timer))
}

function flood(response: Parameters<Service>[1]): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const fill = () => {
    while (response.write(Buffer.alloc(100_000, 0x20)));
  }
  response.on('drain', fill)
  fill()
}
