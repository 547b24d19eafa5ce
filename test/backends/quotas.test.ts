import { writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { lengthIn } from '../../src/platform/text.ts'
import { attemptWith } from '../support/attempt.ts'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { answerJson, fakeInternet } from '../support/internet.ts'
import { waitFor } from '../support/wait.ts'

afterEach(() => vi.unstubAllEnvs())

const settings: Record<string, Record<string, unknown>> = {
  pushover: { user_key: 'u', api_token: 'a' },
  ntfy_sh: { topic: 'mine' },
  pushbullet: { access_token: 'o.x' },
  mattermost: { url: 'https://mattermost.example.org/hooks/x' },
  slack: { token: 'xoxb-1', recipient: 'c' },
  discord: { url: 'https://discord.com/api/webhooks/1/x' },
  zulip: { site: 'https://z.example.org', email: 'b@z', key: 'k', to: 's' },
  googlechat: { url: 'https://chat.googleapis.com/v1/spaces/S/messages?key=K&token=T' },
  teams: { url: 'https://prod-00.westus.logic.azure.com/workflows/abc' },
}

async function answered(backend: string, status: number, json: unknown, headers: Record<string, string> = {}) {
  const internet = await fakeInternet((_, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    answerJson(response, status, json)
  })
  vi.stubEnv('https_proxy', internet.address)
  return attemptWith(backend, { ...settings[backend], ca: internet.ca })
}

const inSeconds = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds)

describe('a service that has had enough is left alone as long as it says', () => {
  it.each<[string, number, unknown, Record<string, string>, number]>([
    ['pushover', 429, { status: 0 }, { 'x-limit-app-reset': inSeconds(864_000) }, 864_000],
    ['pushbullet', 429, {}, { 'x-ratelimit-reset': inSeconds(7200) }, 7200],
    ['mattermost', 429, {}, { 'x-ratelimit-reset': '444' }, 444],
    ['slack', 429, { ok: false, error: 'ratelimited' }, { 'retry-after': '700' }, 700],
    ['slack', 200, { ok: false, error: 'ratelimited' }, { 'retry-after': '30' }, 30],
  ])('%s: %i', async (backend, status, json, headers, wait) => {
    const result = await answered(backend, status, json, headers)
    expect(result).toMatchObject({ kind: 'transient' })
    const asked = result.kind === 'transient' ? (result.retryAfter ?? 0) : 0
    expect(Math.abs(asked - wait)).toBeLessThan(60)
  })

  it.each([42_905, 42_908])('ntfy.sh: %i until the next day', async (code) => {
    const result = await answered('ntfy_sh', 429, { code, http: 429, error: 'limit reached' })
    const left = 86_400 - (Math.floor(Date.now() / 1000) % 86_400)
    expect(result).toMatchObject({ kind: 'transient' })
    expect(Math.abs((result.kind === 'transient' ? (result.retryAfter ?? 0) : 0) - left)).toBeLessThan(60)
  })

  it('ntfy.sh: 42909 until the login is fixed', async () => {
    expect(await answered('ntfy_sh', 429, { code: 42_909, http: 429, error: 'auth' })).toMatchObject({ kind: 'config' })
  })
})

describe('what a mark in front of every character makes longer is cut to what the service counts', () => {
  it.each<[string, number, 'bytes' | 'codepoints', (json: Record<string, unknown>, form: URLSearchParams) => unknown]>([
    ['discord', 2000, 'codepoints', (json) => json['content']],
    ['mattermost', 16_383, 'codepoints', (json) => json['text']],
    ['zulip', 10_000, 'codepoints', (_, form) => form.get('content')],
    ['googlechat', 32_000, 'bytes', (json) => json['text']],
    ['slack', 40_000, 'codepoints', (json) => json['text']],
    ['teams', 28_000, 'bytes', (json) => JSON.stringify(json)],
  ])('%s: %i %s', async (backend, max, unit, textOf) => {
    for (const text of ['x', '*', '&', '<']) {
      const internet = await fakeInternet((_, response) => answerJson(response, 200, {}))
      vi.stubEnv('https_proxy', internet.address)
      await attemptWith(
        backend,
        { ...settings[backend], ca: internet.ca },
        { notification: { message: text.repeat(90_000) } },
      )
      const [request] = internet.received
      const length = lengthIn(String(textOf(request?.json ?? {}, request?.form ?? new URLSearchParams())), unit)
      expect(length, text).toBeLessThanOrEqual(max)
      expect(length, text).toBeGreaterThan(max * 0.85)
    }
  })
})

it('no secret of the configuration is in a message about a command, wherever it comes from', async () => {
  const { env, server, config } = await configuredHome()
  writeFileSync(
    config,
    `phone: {backend: ntfy_sh, topic: a, server: "${server.address}", user: me, password: {env: PASSWORD}}\nother: {backend: gotify, url: "${server.address}", token: gS3cr3tLit}\nbackends: [phone]\n`,
    { mode: 0o600 },
  )
  const there = { ...env, PASSWORD: 'envS3cr3tVal' }
  await ntfy(['-t', 'gS3cr3tLit', 'done', '-o', 'echo', 'gS3cr3tLit', 'envS3cr3tVal'], { env: there })
  await waitFor('the message', () => server.received.length === 1)
  expect(server.received[0]?.body).not.toMatch(/S3cr3t/)
  expect((await ntfy(['why'], { env: there })).stdout).not.toMatch(/S3cr3t/)
})
