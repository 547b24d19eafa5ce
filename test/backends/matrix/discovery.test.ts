import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../../src/config/index.ts'
import { attemptWith } from '../../support/attempt.ts'
import { temporaryFolder } from '../../support/home.ts'
import { answerJson, fakeInternet, type Service } from '../../support/internet.ts'

/** A server that answers for its well-known file like this, and for everything else as a homeserver. */
const wellKnown =
  (answer: Service): Service =>
  (request, response) => {
    if (request.path === '/.well-known/matrix/client') return answer(request, response)
    if (request.path.includes('/state/')) return answerJson(response, 404, { errcode: 'M_NOT_FOUND' })
    answerJson(response, 200, { event_id: '$1' })
  }

const found = (address: string): Service =>
  wellKnown((_, response) => answerJson(response, 200, { 'm.homeserver': { base_url: address } }))

beforeEach(() => {
  vi.stubEnv('XDG_STATE_HOME', temporaryFolder())
})

afterEach(() => vi.unstubAllEnvs())

async function send(service: Service, account: Record<string, unknown> = { user_id: '@me:example.org' }) {
  const internet = await fakeInternet(service)
  vi.stubEnv('https_proxy', internet.address)
  const given = { ...account, access_token: 'syt_x', rooms: '!a', ca: internet.ca }
  const attempt = () => attemptWith('matrix', given)
  return { result: await attempt(), internet, attempt }
}

describe('a user id', () => {
  it('leads to the homeserver by the well-known file, asked for once a day', async () => {
    const { result, internet, attempt } = await send(found('https://matrix.example.org/'))
    expect(result).toMatchObject({ kind: 'delivered' })
    await attempt()
    const hosts = internet.received.map(({ host }) => host)
    expect(hosts).toEqual(['example.org', ...Array(4).fill('matrix.example.org')])
    expect(internet.received[0]?.headers.authorization).toBeUndefined()
  })

  it('leads to its own server where there is no such file', async () => {
    const { result, internet } = await send(wellKnown((_, response) => answerJson(response, 404, {})))
    expect(result).toMatchObject({ kind: 'delivered' })
    expect(new Set(internet.received.map(({ host }) => host))).toEqual(new Set(['example.org']))
  })

  it('is followed over redirects, but not to plain HTTP', async () => {
    const redirect =
      (location: string): Service =>
      (request, response) => {
        if (request.host === 'example.org') response.writeHead(302, { location }).end()
        else found('https://matrix.example.org')(request, response)
      }
    const secure = await send(redirect('https://www.example.org/.well-known/matrix/client'))
    expect(secure.result).toMatchObject({ kind: 'delivered' })
    vi.stubEnv('XDG_STATE_HOME', temporaryFolder())
    const plain = await send(redirect('http://www.example.org/.well-known/matrix/client'))
    expect(plain.result).toMatchObject({ kind: 'config' })
    expect(plain.internet.received.map(({ host }) => host)).toEqual(['example.org'])
  })

  it.each<[string, Service, string]>([
    ['a page', (_, response) => response.writeHead(200).end('<html>'), 'config'],
    ['no address', (_, response) => answerJson(response, 200, { 'm.homeserver': { base_url: 7 } }), 'config'],
    [
      'no web address',
      (_, response) => answerJson(response, 200, { 'm.homeserver': { base_url: 'ftp://x' } }),
      'config',
    ],
    ['a failure', (_, response) => answerJson(response, 503, {}), 'transient'],
  ])('leads nowhere by %s', async (_, answer, kind) => {
    const { result, internet } = await send(wellKnown(answer))
    expect(result).toMatchObject({ kind, error: expect.stringContaining('give homeserver') })
    expect(internet.received).toHaveLength(1)
  })

  it('has to be one', async () => {
    const { result } = await send(found('https://matrix.example.org'), { user_id: 'me' })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('@name:server') })
  })
})

describe('a homeserver', () => {
  it('given by a name is found like that of a user', async () => {
    const { internet } = await send(found('https://matrix.example.org'), { homeserver: 'example.org' })
    expect(internet.received.map(({ host }) => host)).toEqual([
      'example.org',
      'matrix.example.org',
      'matrix.example.org',
    ])
  })

  it.each([['https://example.org/'], ['example.org:8448']])('given as %s is taken as it is', async (given) => {
    const { result, internet } = await send(found('https://matrix.example.org'), { homeserver: given })
    expect(result).toMatchObject({ kind: 'delivered' })
    expect(internet.received.map(({ path }) => path)).not.toContain('/.well-known/matrix/client')
  })
})

it.each([
  ['{rooms: "!a", access_token: syt_x}', 'homeserver is missing'],
  ['{rooms: "!a", access_token: syt_x, user_id: me}', 'homeserver is missing'],
  ['{rooms: "!a", homeserver: example.org, password: x}', 'user_id is missing'],
  ['{rooms: "!a", user_id: "@me:example.org", password: x}', undefined],
  ['{rooms: "!a"}', undefined],
])('a configuration %s lacks %j', async (section, lacking) => {
  const file = join(temporaryFolder(), 'ntfy.yml')
  writeFileSync(file, `matrix: ${section}\n`, { mode: 0o600 })
  const { problems } = await loadConfig(file)
  expect(problems).toEqual(lacking === undefined ? [] : [expect.stringContaining(`matrix: ${lacking}`)])
})
