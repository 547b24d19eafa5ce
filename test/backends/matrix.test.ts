import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'
import { answerJson, fakeInternet } from '../support/internet.ts'
import { homeserver } from '../support/matrix.ts'

let server: Awaited<ReturnType<typeof homeserver>>

beforeEach(async () => {
  vi.stubEnv('XDG_STATE_HOME', temporaryFolder())
  server = await homeserver()
})

afterEach(() => {
  vi.unstubAllEnvs()
  expect(server.wrong).toEqual([])
})

function send(rooms: unknown = '!plain:example.org', options: Parameters<typeof attemptWith>[2] = {}, more = {}) {
  return attemptWith('matrix', { homeserver: server.address, rooms, access_token: server.token, ...more }, options)
}

describe('posting', () => {
  it.each([
    { room: '!plain:example.org', to: '!plain:example.org' },
    { room: '!v12roomWithoutServer', to: '!v12roomWithoutServer' },
    { room: '#ops/x:example.org', to: '!plain:example.org' },
  ])('reaches $room', async ({ room, to }) => {
    const result = await send(room)
    expect(result).toMatchObject({ kind: 'delivered', answer: { [room]: '$event0' } })
    expect(server.events).toMatchObject([{ room: to, content: { msgtype: 'm.text', body: 'title\nmessage' } }])
  })

  it.each([[['!plain:example.org', '!other:example.org']], ['!plain:example.org !other:example.org']])(
    'reaches several rooms, given as %j',
    async (rooms) => {
      expect(await send(rooms)).toMatchObject({ kind: 'delivered' })
      expect(server.events.map(({ room }) => room)).toEqual(['!plain:example.org', '!other:example.org'])
    },
  )

  it('joins a room that it was invited to, once that turns out to be missing', async () => {
    expect(await send('!invited:example.org')).toMatchObject({ kind: 'delivered' })
    const done = server.requests.map((request) => request.replace(/ \/_matrix\/client\/v3\/(\w+).*/, ' $1'))
    expect(done).toEqual(['GET rooms', 'POST join', 'GET rooms', 'PUT rooms'])
  })

  it('text stays text, and calls nobody', async () => {
    const notification = { title: '<h1>@room', message: 'a & b "c" \'d\'\n<img src=x> @ops:example.org' }
    await send(undefined, { notification }, { msgtype: 'm.notice' })
    expect(server.events[0]?.content).toEqual({
      msgtype: 'm.notice',
      body: `${notification.title}\n${notification.message}`,
      format: 'org.matrix.custom.html',
      formatted_body:
        '<strong>&lt;h1&gt;@room</strong><br>a &amp; b &quot;c&quot; &#39;d&#39;<br>&lt;img src=x&gt; @ops:example.org',
      'm.mentions': {},
      // For another ntfy
      'io.github.ntfy-done.notification': expect.objectContaining({ title: notification.title, host: 'host' }),
    })
  })

  it('an address becomes a link, if it is one of the web', async () => {
    await send(undefined, { notification: { url: 'https://ci.example/?a="b"&c' } })
    await send(undefined, { notification: { url: 'javascript:x' } })
    const [web, other] = server.events.map(({ content }) => content['formatted_body'])
    expect(web).toContain('<br><a href="https://ci.example/?a=&quot;b&quot;&amp;c">https://ci.example/')
    expect(other).not.toContain('<a')
    expect(server.events[0]?.content['body']).toBe('title\nmessage\nhttps://ci.example/?a="b"&c')
  })

  it('without encryption an encrypted room gets nothing, unless that is allowed, and the others get theirs', async () => {
    server.encrypted.add('!plain:example.org')
    const never = { encryption: 'never' }
    const refused = { kind: 'config', error: expect.stringMatching(/encrypted.*allow_unencrypted: true/) }
    expect(await send(undefined, {}, never)).toMatchObject(refused)
    expect(await send(['!plain:example.org', '!other:example.org'], {}, never)).toMatchObject({ kind: 'transient' })
    expect(server.events.map(({ room }) => room)).toEqual(['!other:example.org'])
    const allowed = await send(undefined, {}, { ...never, allow_unencrypted: 'yes' })
    expect(allowed).toMatchObject({ kind: 'delivered', answer: { warnings: [expect.stringContaining('plain text')] } })
  })

  it('plain text is allowed only where nothing is to be encrypted', async () => {
    server.encrypted.add('!plain:example.org')
    expect(await send(undefined, {}, { allow_unencrypted: true })).not.toMatchObject({ kind: 'delivered' })
    expect(server.events).toEqual([])
  })

  it('a room that turns out to be encrypted once it was joined gets nothing', async () => {
    server.encrypted.add('!invited:example.org')
    expect(await send('!invited:example.org')).toMatchObject({ kind: 'config' })
    expect(server.events).toEqual([])
  })

  it('of a room that was replaced the next one is named', async () => {
    server.tombstones['!plain:example.org'] = '!v12roomWithoutServer'
    const said = expect.stringContaining('replaced by !v12roomWithoutServer')
    expect(await send()).toMatchObject({ kind: 'config', error: said })
  })

  it('an answer that is lost makes no second copy', async () => {
    server.faults.push('drop')
    expect(await send(undefined, { id: 'fixed-1' })).toMatchObject({ kind: 'transient' })
    expect(await send(undefined, { id: 'fixed-1' })).toMatchObject({
      kind: 'delivered',
      answer: { '!plain:example.org': '$event0' },
    })
    expect(server.events).toHaveLength(1)
  })

  it('after a part of the rooms has it, only the others are tried again', async () => {
    const rooms = ['!plain:example.org', '!foreign:example.org', '!other:example.org']
    const first = await send(rooms)
    expect(first).toMatchObject({
      kind: 'transient',
      error: expect.stringMatching(/foreign.*M_FORBIDDEN.*posted to !plain:example.org, !other:example.org/),
      remaining: { rooms: ['!foreign:example.org'] },
    })
    const remaining = first.kind === 'transient' ? (first.remaining ?? {}) : {}
    expect(await send(rooms, { remaining })).toMatchObject({ kind: 'config' })
    expect(server.events).toHaveLength(2)
  })
})

describe('size', () => {
  const texts = { quotes: '"', markup: '<&>', lines: '\n', letters: 'a', emoji: '👩‍👩‍👧', 'combining marks': 'e\u0301' }

  it.each(Object.entries(texts))('the largest text of %s fits', async (_, piece) => {
    const notification = { title: piece.repeat(2000), message: piece.repeat(100_000) }
    expect(await send(undefined, { notification })).toMatchObject({ kind: 'delivered' })
    const body = String(server.events[0]?.content['body'])
    expect(Buffer.byteLength(body)).toBeGreaterThan(28_000)
  })

  it('an ordinary long text arrives whole, and formatted', async () => {
    const message = 'error: expected `;` at end of input in "main.c"\n'.repeat(400)
    await send(undefined, { notification: { message } })
    expect(server.events[0]?.content['body']).toContain(message)
    expect(server.events[0]?.content['format']).toBe('org.matrix.custom.html')
  })
})

describe('what an error means', () => {
  const error = (status: number, errcode: string, more = {}, headers = {}) => ({
    status,
    body: { errcode, error: 'because', ...more },
    headers,
  })

  it.each([
    { fault: error(429, 'M_LIMIT_EXCEEDED', {}, { 'retry-after': '7' }), kind: 'transient', retryAfter: 7 },
    { fault: error(429, 'M_LIMIT_EXCEEDED', { retry_after_ms: 4500 }), kind: 'transient', retryAfter: 5 },
    {
      fault: error(429, 'M_LIMIT_EXCEEDED', { retry_after_ms: 4500 }, { 'retry-after': '7' }),
      kind: 'transient',
      retryAfter: 7,
    },
    { fault: error(403, 'M_RESOURCE_LIMIT_EXCEEDED'), kind: 'transient' },
    // The status decides where the code is one that nobody knows.
    { fault: error(408, 'M_SOMETHING_NEW'), kind: 'transient' },
    { fault: error(425, 'M_SOMETHING_NEW'), kind: 'transient' },
    { fault: error(429, 'ORG.EXAMPLE_SLOW_DOWN', {}, { 'retry-after': '9' }), kind: 'transient', retryAfter: 9 },
    { fault: error(503, 'M_SOMETHING_NEW'), kind: 'transient' },
    { fault: error(500, 'M_UNKNOWN'), kind: 'transient' },
    { fault: { status: 502, body: '<html>bad gateway</html>' }, kind: 'transient' },
    { fault: { status: 200, body: '<html>log in</html>' }, kind: 'transient' },
    { fault: { status: 200, body: { event_id: 4 } }, kind: 'transient' },
    { fault: error(401, 'M_UNKNOWN_TOKEN'), kind: 'config' },
    { fault: error(401, 'M_UNKNOWN_TOKEN', { soft_logout: true }), kind: 'config' },
    { fault: error(401, 'M_MISSING_TOKEN'), kind: 'config' },
    { fault: error(401, 'M_USER_LOCKED'), kind: 'config' },
    { fault: error(403, 'M_USER_SUSPENDED'), kind: 'config' },
    { fault: error(404, 'M_NOT_FOUND'), kind: 'config' },
    { fault: { status: 404, body: 'no Matrix here' }, kind: 'config' },
    { fault: error(413, 'M_TOO_LARGE'), kind: 'permanent' },
    { fault: error(400, 'M_BAD_JSON'), kind: 'permanent' },
    { fault: error(400, 'M_INVALID_PARAM'), kind: 'permanent' },
  ])('$fault.status $fault.body is $kind', async ({ fault, kind, retryAfter }) => {
    server.faults.push(fault)
    const result = await send()
    expect(result.kind).toBe(kind)
    if (kind === 'transient') expect(result).toMatchObject({ retryAfter })
    expect(server.events).toEqual([])
  })

  it('a room that it may not join is a matter of configuration', async () => {
    expect(await send('!foreign:example.org')).toMatchObject({
      kind: 'config',
      error: expect.stringContaining('not in room'),
    })
  })

  it('an unknown alias is, too, and so is a name that is neither', async () => {
    expect(await send('#nowhere:example.org')).toMatchObject({
      kind: 'config',
      error: expect.stringContaining('M_NOT_FOUND'),
    })
    expect(await send('ops')).toMatchObject({ kind: 'config', error: expect.stringContaining('a room id (!...)') })
  })

  it('a wrong token is said, and not shown', async () => {
    const result = await send(undefined, {}, { access_token: 'syt_wrong_token' })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('M_UNKNOWN_TOKEN') })
    expect(errorOf(result)).not.toContain('syt_wrong_token')
  })
})

describe('configurations of other programs', () => {
  it('a homeserver may be a mere name', async () => {
    const internet = await fakeInternet((_, response) => answerJson(response, 200, { event_id: '$1' }))
    vi.stubEnv('https_proxy', internet.address)
    const given = { homeserver: 'matrix.example.org/', rooms: '!a:b', access_token: 'syt_x', ca: internet.ca }
    expect(await attemptWith('matrix', given)).toMatchObject({ kind: 'delivered' })
    expect(new Set(internet.received.map(({ host }) => host))).toEqual(new Set(['matrix.example.org']))
    expect(internet.received.at(-1)?.path).toMatch(/^\/_matrix\/client\/v3\/rooms\/!a%3Ab\/send\/m.room.message\//)
  })

  it.each([
    [
      'dschep/ntfy',
      'backends: [matrix]\nmatrix: {url: ADDRESS, roomId: "ROOM", userId: "@ntfy:example.org", token: TOKEN}',
    ],
    [
      'Backy',
      'notifications:\n  chat:\n    type: matrix\n    home-server: ADDRESS\n    room-id: "ROOM"\n    access-token: TOKEN\n    user-id: "@ntfy:example.org"',
    ],
    [
      'Netdata',
      'backends: [matrix]\nmatrix: {MATRIX_HOMESERVER: "ADDRESS", DEFAULT_RECIPIENT_MATRIX: "ROOM !other:example.org", MATRIX_ACCESSTOKEN: TOKEN}',
    ],
    [
      'RouterOS',
      'backends: [matrix]\nmatrix: {MatrixHomeServer: ADDRESS, MatrixRoom: "ROOM", MatrixAccessToken: TOKEN}',
    ],
  ])('%s', async (_, text) => {
    const { home, env } = temporaryHome()
    const config = text
      .replace('ADDRESS', server.address)
      .replace('ROOM', '!plain:example.org')
      .replace(/\bTOKEN\b/, server.token)
    writeFileSync(join(home, '.ntfy.yml'), `${config}\n`, { mode: 0o600 })
    const outcome = await ntfy(['-v', 'send', 'hi'], { env })
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stderr).not.toContain(server.token)
    expect(server.events[0]?.room).toBe('!plain:example.org')
  })
})
