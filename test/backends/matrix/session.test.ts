import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attemptWith, errorOf } from '../../support/attempt.ts'
import { temporaryFolder } from '../../support/home.ts'
import { homeserver } from '../../support/matrix.ts'

let server: Awaited<ReturnType<typeof homeserver>>
let state: string

beforeEach(async () => {
  state = temporaryFolder()
  vi.stubEnv('XDG_STATE_HOME', state)
  server = await homeserver()
})

afterEach(() => {
  vi.unstubAllEnvs()
  expect(server.wrong).toEqual([])
})

function send(more: Record<string, unknown> = {}) {
  const account = { homeserver: server.address, user_id: '@ntfy:example.org', password: server.password }
  return attemptWith('matrix', { ...account, rooms: '!plain:example.org', ...more })
}

function sessionFile(): string {
  const cache = join(state, 'ntfy/cache')
  return join(cache, readdirSync(cache).find((name) => name.startsWith('matrix-session')) ?? '')
}

describe('a login', () => {
  it('is made once, and says what it is', async () => {
    for (let time = 0; time < 3; time++) expect(await send()).toMatchObject({ kind: 'delivered' })
    expect(server.sessions.logins).toHaveLength(1)
    expect(server.sessions.logins[0]).toMatchObject({
      identifier: { type: 'm.id.user', user: '@ntfy:example.org' },
      initial_device_display_name: expect.stringMatching(/^ntfy on /),
      refresh_token: true,
    })
  })

  it('is made once for several that send at the same time, under whichever spelling of the account', async () => {
    const results = await Promise.all([send(), send({ user_id: 'ntfy' }), send()])
    for (const result of results) expect(result).toMatchObject({ kind: 'delivered' })
    expect(server.sessions.logins).toHaveLength(1)
  })

  it('is not tried for each room when it failed', async () => {
    const rooms = ['!plain:example.org', '!other:example.org']
    const result = await send({ password: 'not this one', rooms })
    expect(result).toMatchObject({ kind: 'config' })
    expect(errorOf(result)).not.toContain('not this one')
    expect(server.sessions.logins).toHaveLength(1)
  })

  it('is not needed while a token of the configuration is good, and replaces it when it is not', async () => {
    await send({ access_token: server.token })
    expect(server.sessions.logins).toHaveLength(0)
    expect(await send({ access_token: 'syt_revoked' })).toMatchObject({ kind: 'delivered' })
    expect(server.sessions.logins).toHaveLength(1)
  })

  it('that takes the homeserver too long is a matter of time', async () => {
    const body = { errcode: 'M_LIMIT_EXCEEDED', error: 'slowly', retry_after_ms: 3000 }
    server.faults.push({ status: 429, body })
    expect(await send()).toMatchObject({ kind: 'transient', retryAfter: 3 })
  })

  it.each([
    { given: { password: undefined }, said: /ntfy matrix login @ntfy:example.org/ },
    { given: { user_id: undefined }, said: /user_id is missing/ },
    { given: { user_id: undefined, password: undefined, access_token: 'syt_x' }, said: /M_UNKNOWN_TOKEN/ },
    { given: { homeserver: undefined, user_id: undefined, password: undefined }, said: /homeserver is missing/ },
  ])('that cannot be made says what is missing: $said', async ({ given, said }) => {
    const result = await send(given)
    expect(result).toMatchObject({ kind: 'config', error: expect.stringMatching(said) })
  })
})

describe('a token that has ended', () => {
  it('softly is refreshed, one for all who send', async () => {
    server.sessions.lifetime = 3_600_000
    await send()
    server.sessions.end(true)
    for (const result of await Promise.all([send(), send(), send()]))
      expect(result).toMatchObject({ kind: 'delivered' })
    expect(server.sessions.refreshes).toBe(1)
    expect(server.sessions.logins).toHaveLength(1)
  })

  it('by its time is refreshed before it is refused', async () => {
    server.sessions.lifetime = 500
    await send()
    const before = server.requests.length
    expect(await send()).toMatchObject({ kind: 'delivered' })
    expect(server.requests[before]).toBe('POST /_matrix/client/v3/refresh')
  })

  it('together with its refresh token needs a login, of the same device', async () => {
    server.sessions.lifetime = 3_600_000
    await send()
    server.sessions.end(false)
    expect(await send()).toMatchObject({ kind: 'delivered' })
    expect(server.sessions.logins).toHaveLength(2)
    expect(server.sessions.logins[1]).toMatchObject({ device_id: 'DEVICE0' })
  })

  it('is replaced once: a homeserver that refuses the next one too is left alone', async () => {
    const refusal = { status: 401, body: { errcode: 'M_UNKNOWN_TOKEN', error: 'no' } }
    await send()
    server.faults.push(refusal, { status: 200, body: { access_token: 'syt_bnRmeQ_secret' } }, refusal)
    expect(await send()).toMatchObject({ kind: 'config' })
  })

  it('keeps its refresh token when the answer was lost', async () => {
    server.sessions.lifetime = 3_600_000
    await send()
    const kept = readFileSync(sessionFile(), 'utf8')
    server.sessions.end(true)
    const refusal = { status: 401, body: { errcode: 'M_UNKNOWN_TOKEN', error: 'no' } }
    server.faults.push(refusal, { status: 502, body: '' })
    expect(await send()).toMatchObject({ kind: 'transient' })
    expect(readFileSync(sessionFile(), 'utf8')).toBe(kept)
    expect(await send()).toMatchObject({ kind: 'delivered' })
  })
})

describe('what is kept', () => {
  it.each(['', 'no JSON', '[]', '{"name":"x","value":{}}', '{"value":null}'])('is not believed: %j', async (text) => {
    await send()
    writeFileSync(sessionFile(), text)
    expect(await send()).toMatchObject({ kind: 'delivered' })
    expect(server.sessions.logins).toHaveLength(2)
  })

  it('of one homeserver is not sent to another', async () => {
    await send()
    const kept = JSON.parse(readFileSync(sessionFile(), 'utf8'))
    writeFileSync(sessionFile(), JSON.stringify({ ...kept, value: { ...kept.value, homeserver: 'https://other' } }))
    await send()
    expect(server.sessions.logins).toHaveLength(2)
  })

  it('is not read through a link', async () => {
    const cache = join(state, 'ntfy/cache')
    await send()
    const file = sessionFile()
    const elsewhere = join(cache, 'elsewhere')
    writeFileSync(elsewhere, readFileSync(file))
    rmSync(file)
    symlinkSync(elsewhere, file)
    await send()
    expect(server.sessions.logins).toHaveLength(2)
  })

  it('is only kept for this process where nothing can be written', async () => {
    // A file in the place of the folder stops root, too.
    mkdirSync(join(state, 'ntfy'))
    writeFileSync(join(state, 'ntfy/cache'), '')
    for (let time = 0; time < 2; time++) expect(await send()).toMatchObject({ kind: 'delivered' })
    expect(server.sessions.logins).toHaveLength(1)
  })
})
