import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { temporaryFolder } from '../support/home.ts'
import { answerJson, fakeInternet, type Service } from '../support/internet.ts'
import { describeWith } from '../support/programs.ts'
import { loopbackServer } from '../support/server.ts'

afterEach(() => vi.unstubAllEnvs())

async function over(service: Service, backend: string, settings: Record<string, unknown>, notification = {}) {
  const internet = await fakeInternet(service)
  vi.stubEnv('https_proxy', internet.address)
  const result = await attemptWith(backend, { ...settings, ca: internet.ca }, { notification })
  const [request] = internet.received
  return { result, request, error: result.kind === 'delivered' ? '' : errorOf(result) }
}

const saying =
  (status: number, json: unknown): Service =>
  (_, response) =>
    answerJson(response, status, json)

/** A program that keeps its words and its input, and ends as told. */
function fakeProgram(name: string, { status = 0, stderr = '' } = {}) {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'bin'))
  const file = join(folder, 'bin', name)
  writeFileSync(
    file,
    `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder}/words'\ncat >'${folder}/input'\nprintf '%s' '${stderr}' >&2\nexit ${status}\n`,
  )
  chmodSync(file, 0o755)
  vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH']}`)
  const read = (what: string) => readFileSync(join(folder, what), 'utf8')
  return { words: () => read('words').trimEnd().split('\n'), input: () => read('input') }
}

const text = { title: 'a *title*', message: 'a <message>\n@here', priority: 'urgent' as const }

describe('pushsafer', () => {
  const settings = { key: 'a-private-key', device: 'd1', ttl: 10 }

  it('gets a form', async () => {
    const { result, request } = await over(
      saying(200, { status: 1, success: 'message transmitted' }),
      'pushsafer',
      settings,
      text,
    )
    expect(result.kind).toBe('delivered')
    expect(request?.host).toBe('www.pushsafer.com')
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      k: 'a-private-key',
      t: 'a *title*',
      m: 'a <message>\n@here',
      pr: '2',
      d: 'd1',
      l: '10',
    })
  })

  it('waits for another key where this one is wrong', async () => {
    const refusal = { status: 0, error: 'private or alias key is missing or not correct!' }
    const { result, error } = await over(saying(250, refusal), 'pushsafer', settings)
    expect(result.kind).toBe('config')
    expect(error).toBe(`pushsafer: ${refusal.error}`)
  })
})

describe('chanify', () => {
  it('gets JSON, the token not in the address', async () => {
    const { result, request } = await over(saying(200, { 'request-uid': 'u' }), 'chanify', { token: 'CICs' }, text)
    expect(result.kind).toBe('delivered')
    expect(`${request?.host}${request?.path}`).toBe('api.chanify.net/v1/sender')
    expect(request?.json).toEqual({
      token: 'CICs',
      title: 'a *title*',
      text: 'a <message>\n@here',
      sound: 1,
      'interruption-level': 'time-sensitive',
    })
  })

  it('waits for another token', async () => {
    expect((await over(saying(401, { res: 401, msg: 'invalid token' }), 'chanify', { token: 'x' })).result.kind).toBe(
      'config',
    )
  })
})

describe('bearychat', () => {
  const settings = { url: 'https://hook.bearychat.com/=bw52O/incoming/8a5c3f0f7a1b2c3d' }

  it('gets Markdown that shows the text', async () => {
    const { result, request } = await over(saying(200, { code: 0, result: null }), 'bearychat', settings, text)
    expect(result.kind).toBe('delivered')
    expect(request?.json).toMatchObject({ text: '**a \\*title\\***\na \\<message\\>\n@\u200bhere', markdown: true })
  })

  it('says what the service says', async () => {
    const { result, error } = await over(saying(400, { code: 4, error: 'token not found' }), 'bearychat', settings)
    expect(result.kind).toBe('config')
    expect(error).toBe('bearychat: token not found')
  })
})

describe('keybase', () => {
  it('runs its program', async () => {
    const program = fakeProgram('keybase')
    const settings = { conversation: 'team', channel: 'ops', exploding_lifetime: '1h' }
    expect((await attemptWith('keybase', settings, { notification: text })).kind).toBe('delivered')
    expect(program.words()).toEqual('chat send --channel ops --exploding-lifetime 1h -- team'.split(' '))
    expect(program.input()).toBe('*a \\*title\\**\na \\<message\\>\n@\u200bhere')
  })

  it('waits for somebody to log in', async () => {
    fakeProgram('keybase', { status: 2, stderr: 'ERROR You are not logged in.' })
    expect(await attemptWith('keybase', { conversation: 'a' })).toMatchObject({ kind: 'config' })
  })

  it('is tried again for anything else', async () => {
    fakeProgram('keybase', { status: 2, stderr: 'ERROR network error' })
    expect(await attemptWith('keybase', { conversation: 'a' })).toMatchObject({ kind: 'transient' })
  })

  it('is a problem of the configuration where it is not installed', async () => {
    vi.stubEnv('PATH', temporaryFolder())
    expect(await attemptWith('keybase', { conversation: 'a' })).toMatchObject({ kind: 'config' })
  })
})

describe('speech', () => {
  it('hands the text to espeak-ng, where it can be no option', async () => {
    const program = fakeProgram('espeak-ng')
    const notification = { title: '-w /tmp/x', message: '--help' }
    expect((await attemptWith('speech', { voice: 'de', rate: 200 }, { notification })).kind).toBe('delivered')
    expect(program.words()).toEqual(['-v', 'de', '-s', '200', '--stdin'])
    expect(program.input()).toBe('-w /tmp/x.\n--help\n')
  })

  it('knows say', async () => {
    const program = fakeProgram('say')
    expect((await attemptWith('speech', { program: 'say', rate: 200 })).kind).toBe('delivered')
    expect(program.words()).toEqual(['-r', '200', '-f', '-'])
  })
})

describeWith(['espeak-ng'], 'the real espeak-ng', () => {
  it('takes the words that it is given', async () => {
    // What it leaves of a sound server's lies there.
    vi.stubEnv('TMPDIR', temporaryFolder())
    // Without a sound card it writes no sound, but reads its options and its input all the same.
    const result = await attemptWith('speech', { voice: 'en' }, { notification: { message: 'hello' } })
    expect(result.kind === 'delivered' || /sound|audio|pcm|device/i.test(errorOf(result))).toBe(true)
  })
})

describe('an Apprise server', () => {
  const settings = { url: 'https://apprise.example.org', key: 'ops', tag: 'phone', user: 'me', password: 'secret' }

  it('gets JSON', async () => {
    const { result, request } = await over(saying(200, { error: null, details: [] }), 'apprise', settings, text)
    expect(result.kind).toBe('delivered')
    expect(request).toMatchObject({ path: '/notify/ops', method: 'POST' })
    expect(request?.headers).toMatchObject({
      'x-apprise-config-id': 'ops',
      authorization: expect.stringMatching(/^Basic /),
    })
    expect(request?.json).toEqual({
      title: 'a *title*',
      body: 'a <message>\n@here',
      type: 'warning',
      format: 'text',
      tag: 'phone',
    })
  })

  it('gets addresses where it has no configuration', async () => {
    const stateless = { url: 'https://apprise.example.org', urls: ['json://one', 'json://two'] }
    const { request } = await over(saying(200, { error: null, details: [] }), 'apprise', stateless)
    expect(request).toMatchObject({ path: '/notify', json: { urls: 'json://one,json://two', type: 'info' } })
  })

  it.each([
    [204, 'config'],
    [424, 'permanent'],
    [431, 'permanent'],
    [500, 'transient'],
    [503, 'transient'],
  ])('answers %i: %s', async (status, kind) => {
    expect((await over(saying(status, { error: 'no' }), 'apprise', settings)).result.kind).toBe(kind)
  })
})

describeWith(['apprise'], 'the program apprise', () => {
  it('gets the addresses where nobody sees them, and the text as it is', async () => {
    const server = await loopbackServer((_, response) => {
      response.end('ok')
      return undefined
    })
    vi.stubEnv('HOME', temporaryFolder())
    const settings = { urls: [`json://127.0.0.1:${server.port}/`] }
    const result = await attemptWith('apprise', settings, { notification: { title: '-v', message: '--help\n$(id)' } })
    expect(result.kind).toBe('delivered')
    expect(server.received[0]?.json).toMatchObject({ title: '-v', message: '--help\n$(id)', type: 'info' })
  })

  it('without any address is a problem of the configuration', async () => {
    vi.stubEnv('HOME', temporaryFolder())
    expect((await attemptWith('apprise', {})).kind).toBe('config')
  })
})

describe('telegram', () => {
  it('takes the token and the chat that telegram-send kept for dschep/ntfy', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'ntfy'))
    writeFileSync(join(folder, 'ntfy/telegram.ini'), '[telegram]\ntoken = 123:abc-DEF\nchat_id = 987\n')
    vi.stubEnv('XDG_CONFIG_HOME', folder)
    const { request } = await over(saying(200, { ok: true, result: {} }), 'telegram', {})
    expect(request?.path).toBe('/bot123:abc-DEF/sendMessage')
    expect(request?.json).toMatchObject({ chat_id: '987' })
    const own = await over(saying(200, { ok: true, result: {} }), 'telegram', { token: '5:own', chat_id: '6' })
    expect(own.request?.path).toBe('/bot5:own/sendMessage')
  })

  it('follows a group that became a supergroup', async () => {
    const chats: unknown[] = []
    const moving: Service = ({ json }, response) => {
      chats.push(json?.['chat_id'])
      if (json?.['chat_id'] === '-100123') answerJson(response, 200, { ok: true, result: {} })
      else {
        const parameters = { migrate_to_chat_id: -100123 }
        answerJson(response, 400, { ok: false, error_code: 400, description: 'group chat was upgraded', parameters })
      }
    }
    const { result } = await over(moving, 'telegram', { token: '1:a', chat_id: '-5' })
    expect(result.kind).toBe('delivered')
    expect(chats).toEqual(['-5', '-100123'])
  })

  it('says what is missing where there is no such file', async () => {
    vi.stubEnv('XDG_CONFIG_HOME', temporaryFolder())
    expect(await attemptWith('telegram', {})).toMatchObject({ error: expect.stringContaining('token is missing') })
  })
})

describe('mattermost', () => {
  it('posts as a bot', async () => {
    const settings = { url: 'https://mattermost.example.org', token: 'bot-token', channel_id: 'c1' }
    const { result, request } = await over(saying(201, { id: 'p1' }), 'mattermost', settings, text)
    expect(result.kind).toBe('delivered')
    expect(request).toMatchObject({ path: '/api/v4/posts', headers: { authorization: 'Bearer bot-token' } })
    expect(request?.json).toMatchObject({ channel_id: 'c1', pending_post_id: expect.any(String) })
    expect(request?.json?.['message']).toContain('@\u200bhere')
  })
})

describe('ntfy.sh', () => {
  it.each([
    ['high', 4],
    ['MAX', 5],
    [3, 3],
    ['1', 1],
  ])('takes the priority %s', async (priority, sent) => {
    const answer = { id: 'x', topic: 't' }
    const { request } = await over(saying(200, answer), 'ntfy_sh', { topic: 't', priority })
    expect(request?.json).toMatchObject({ priority: sent })
  })

  it.each(['normal', 9, 0, 'hight'])('refuses the priority %s', async (priority) => {
    const result = await attemptWith('ntfy_sh', { topic: 't', priority })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('one of 1, 2, 3, 4, 5, min') })
  })
})
