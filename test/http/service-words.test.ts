import { afterEach, describe, expect, it, vi } from 'vitest'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { fakeInternet } from '../support/internet.ts'

afterEach(() => vi.unstubAllEnvs())

const chat = 'https://chat.example.org'
const settings: Record<string, Record<string, unknown>> = {
  prowl: { api_key: 'k' },
  gotify: { url: chat, token: 't' },
  rocketchat: { url: chat, user_id: 'u', token: 't', room: '#r' },
  pushover: { user_key: 'u', api_token: 'a' },
  pushbullet: { access_token: 'o.x' },
  discord: { url: `${chat}/api/webhooks/1/x` },
  mattermost: { url: `${chat}/hooks/x` },
  zulip: { site: chat, email: 'b@z', key: 'k', to: 's' },
  apprise: { url: chat, key: 'ops' },
  pushalot: { auth_token: 'a', endpoint: chat },
}

describe('what a service says of a refusal is in the message, whatever ntfy makes of it', () => {
  it.each<[string, number, unknown, string]>([
    [
      'prowl',
      406,
      '<?xml version="1.0"?><prowl><error code="406">Not acceptable, limit of 1000</error></prowl>',
      'limit of 1000',
    ],
    [
      'prowl',
      401,
      '<?xml version="1.0"?><prowl><error code="401">Invalid API key(s).</error></prowl>',
      'Invalid API key(s).',
    ],
    [
      'gotify',
      401,
      { error: 'Unauthorized', errorCode: 401, errorDescription: 'provide a valid token' },
      'Unauthorized: provide a valid token',
    ],
    ['rocketchat', 401, { status: 'error', message: 'You must be logged in to do this.' }, 'You must be logged in'],
    ['rocketchat', 401, { error: 'Forbidden by the proxy' }, 'Forbidden by the proxy'],
    ['pushover', 429, { status: 0, errors: ['application has exceeded its limit'] }, 'exceeded its limit'],
    [
      'pushbullet',
      429,
      { error: { code: 'ratelimited', message: 'You have been ratelimited.' } },
      'You have been ratelimited.',
    ],
    ['discord', 429, { message: 'You are being rate limited.', retry_after: 1.5, global: false }, 'being rate limited'],
    ['mattermost', 429, 'limit exceeded', 'limit exceeded'],
    ['zulip', 429, { msg: 'API usage exceeded rate limit', 'retry-after': 28.7 }, 'API usage exceeded'],
    ['apprise', 424, { error: 'One or more notification could not be sent.' }, 'could not be sent'],
    ['pushalot', 400, { Success: false, Status: 400, Description: 'Body is too long' }, 'Body is too long'],
  ])('%s: %i %j', async (backend, status, body, says) => {
    const internet = await fakeInternet((_, response) => {
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
    })
    vi.stubEnv('https_proxy', internet.address)
    const error = errorOf(await attemptWith(backend, { ...settings[backend], ca: internet.ca }))
    expect(error).toContain(says)
    expect(error.split(says)).toHaveLength(2)
  })
})
