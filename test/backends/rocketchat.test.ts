import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { temporaryFolder } from '../support/home.ts'
import { answerJson, fakeInternet, type Request, type Service } from '../support/internet.ts'

const account = { username: 'ntfy', password: 'correct horse' }
let chat: ReturnType<typeof rocketChat>

beforeEach(() => {
  vi.stubEnv('XDG_STATE_HOME', temporaryFolder())
  chat = rocketChat()
})

afterEach(() => {
  vi.unstubAllEnvs()
  expect(chat.wrong).toEqual([])
})

/** A workspace as its REST API is documented: one account, the room GENERAL, and what goes wrong in between. */
function rocketChat() {
  const tokens = new Set(['personal-token'])
  const messages: { _id: string; rid: string; msg: string }[] = []
  const state = { tokens, messages, logins: 0, deaf: false, wrong: [] as string[], faults: [] as Service[], service }
  type Answer = [status: number, body: unknown]
  const keep = (_id: string, msg: string): Answer => {
    if (msg.length > 5000) state.wrong.push(`${msg.length} units`)
    const message = { _id, rid: 'GENERAL', msg }
    messages.push(message)
    return [200, { ts: 1481748965123, channel: 'general', message, success: true }]
  }
  function answer({ path, method, json = {}, headers }: Request): Answer {
    if (path.startsWith('/hooks/')) {
      return path === '/hooks/id/secret'
        ? keep('hook', String(json['text']))
        : [404, { success: false, error: 'Invalid integration id or token provided.' }]
    }
    if (path === '/api/v1/login') {
      state.logins++
      if (json['user'] !== account.username || json['password'] !== account.password) {
        return [401, { status: 'error', error: 'Unauthorized', message: 'Unauthorized' }]
      }
      const authToken = `token-of-login-${state.logins}`
      tokens.add(authToken)
      return [200, { status: 'success', data: { authToken, userId: 'user-id' } }]
    }
    if (state.deaf || !tokens.has(String(headers['x-auth-token'])) || headers['x-user-id'] !== 'user-id') {
      return [401, { status: 'error', message: 'You must be logged in to do this.' }]
    }
    if (path === '/api/v1/chat.postMessage') {
      if (!['#general', '@ops'].includes(String(json['channel'])))
        return [400, { success: false, error: '[invalid-channel]' }]
      return keep(`of-server-${messages.length}`, String(json['text']))
    }
    if (path === '/api/v1/chat.sendMessage') {
      const { _id, rid, msg } = json['message'] as { _id: string; rid: string; msg: string }
      if (rid !== 'GENERAL') return [400, { success: false, error: 'error-invalid-room [error-invalid-room]' }]
      // The server finds that it has it, returns nothing, and stumbles over that.
      if (messages.some((one) => one._id === _id)) {
        return [400, { success: false, error: "Cannot read properties of undefined (reading 'starred')" }]
      }
      return keep(_id, msg)
    }
    const asked = /^\/api\/v1\/chat\.getMessage\?msgId=(.*)$/.exec(path)?.[1]
    const message = method === 'GET' ? messages.find(({ _id }) => _id === asked) : undefined
    return message ? [200, { message, success: true }] : [400, { success: false }]
  }
  function service(request: Request, response: Parameters<Service>[1]): void {
    const fault = state.faults.shift()
    if (fault !== undefined) fault(request, response)
    else answerJson(response, ...answer(request))
  }
  return state
}

async function send(options: Record<string, unknown>, more: Parameters<typeof attemptWith>[2] = {}) {
  const internet = await fakeInternet(chat.service)
  vi.stubEnv('https_proxy', internet.address)
  const given = { url: 'https://chat.example.org', ca: internet.ca, room: '#general', ...options }
  return attemptWith('rocketchat', given, more)
}

describe('an account', () => {
  it('logs in once, and again when its token has ended', async () => {
    for (let time = 0; time < 2; time++) expect(await send(account)).toMatchObject({ kind: 'delivered' })
    expect(chat.logins).toBe(1)
    chat.tokens.clear()
    expect(await send(account)).toMatchObject({ kind: 'delivered' })
    expect(chat.logins).toBe(2)
    expect(chat.messages.map(({ msg }) => msg)).toEqual(Array(3).fill('*title*\nmessage'))
  })

  it('is not asked to log in for ever', async () => {
    chat.deaf = true
    expect(await send(account)).toMatchObject({ kind: 'config', error: expect.stringContaining('logged in') })
    expect(chat.logins).toBe(2)
  })

  it.each([
    [{ username: 'ntfy', password: 'not this one' }, /Unauthorized/],
    [{ username: 'ntfy' }, /username and password are missing, or user_id and token/],
    [{ user_id: 'user-id', token: 'revoked-token' }, /logged in/],
    [{ ...account, room: undefined }, /room is missing/],
    [{ ...account, room: '#nowhere' }, /invalid-channel/],
    [{ ...account, room: undefined, room_id: 'NOWHERE' }, /invalid-room/],
  ])('%j is a matter of configuration', async (options, said) => {
    const result = await send(options)
    expect(result).toMatchObject({ kind: 'config', error: expect.stringMatching(said) })
    expect(errorOf(result)).not.toMatch(/not this one|revoked-token/)
  })

  it('with two factors is told of tokens', async () => {
    const error = { status: 'error', error: 'totp-required', message: 'TOTP Required [totp-required]' }
    chat.faults.push((_, response) => answerJson(response, 401, error))
    expect(await send(account)).toMatchObject({
      kind: 'config',
      error: expect.stringContaining('personal access token'),
    })
  })

  it('of a personal access token needs no login', async () => {
    expect(await send({ user_id: 'user-id', token: 'personal-token', room: '@ops' })).toMatchObject({
      kind: 'delivered',
    })
    expect(chat.logins).toBe(0)
  })
})

it('a room id makes a second attempt harmless', async () => {
  const room = { user_id: 'user-id', token: 'personal-token', room_id: 'GENERAL', room: undefined }
  chat.faults.push((request, response) => {
    chat.messages.push(request.json?.['message'] as never)
    response.destroy()
  })
  expect(await send(room, { id: 'same-id' })).toMatchObject({ kind: 'transient' })
  expect(await send(room, { id: 'same-id' })).toMatchObject({ kind: 'delivered' })
  expect(chat.messages).toEqual([{ _id: 'same-id', rid: 'GENERAL', msg: '*title*\nmessage' }])
})

it('an incoming webhook needs no account, and is not shown', async () => {
  expect(await send({ url: 'https://chat.example.org/hooks/id/secret', room: undefined })).toMatchObject({
    kind: 'delivered',
  })
  const result = await send({ url: 'https://chat.example.org/hooks/id/deleted-one' })
  expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('Invalid integration') })
  expect(errorOf(result)).not.toContain('deleted-one')
})

describe('what an error means', () => {
  const token = { user_id: 'user-id', token: 'personal-token' }
  const slowly =
    'Error, too many requests. Please slow down. You must wait 35 seconds before trying this endpoint again. [error-too-many-requests]'

  it.each([
    { status: 429, body: { success: false, error: slowly }, kind: 'transient', retryAfter: 35 },
    { status: 400, body: { success: false, error: slowly }, kind: 'transient', retryAfter: 35 },
    { status: 400, body: { success: false, error: 'error-message-size-exceeded' }, kind: 'permanent' },
    { status: 400, body: { success: false, error: 'You have been muted [error-user-is-muted]' }, kind: 'config' },
    { status: 200, body: { success: false, error: 'something' }, kind: 'transient' },
    { status: 503, body: {}, kind: 'transient' },
  ])('$status $body is $kind', async ({ status, body, kind, retryAfter }) => {
    chat.faults.push((_, response) => answerJson(response, status, body))
    const result = await send(token)
    expect(result.kind).toBe(kind)
    if (retryAfter !== undefined) expect(result).toMatchObject({ retryAfter })
  })
})

describe('text', () => {
  const token = { user_id: 'user-id', token: 'personal-token' }

  it('calls nobody, and is no markup', async () => {
    const message =
      '@all @here #ops *b* _i_ ~s~ `c` [x](https://evil) <https://evil|x> ||hid||\n> quote\n- item\n\\(x\\)'
    await send(token, { notification: { title: '*@all*', message } })
    const [first = '', ...lines] = (chat.messages[0]?.msg ?? '').split('\n')
    expect(first).toBe('\\*@\u200ball\\*')
    expect(lines.join('\n')).toBe(
      '@\u200ball @\u200bhere \\#ops \\*b\\* \\_i\\_ \\~s\\~ \\`c\\` [x]\u200b(https://evil) <\u200bhttps://evil|\u200bx> |\u200b|\u200bhid|\u200b|\u200b\n' +
        '\u200b> quote\n\u200b- item\n\\\u200b(x\\\u200b)',
    )
  })

  it.each(['a', '*', '@', '😀', '\n> '])('of many %j is cut to what the server takes', async (piece) => {
    const notification = { title: piece.repeat(1000), message: piece.repeat(100_000), url: 'https://ci.example/1' }
    expect(await send(token, { notification })).toMatchObject({ kind: 'delivered' })
    const { msg = '' } = chat.messages[0] ?? {}
    expect(msg.length).toBeGreaterThan(4000)
    expect(msg).toMatch(/…\nhttps:\/\/ci\.example\/1$/)
  })
})

it.each([
  ['{url: https://chat.example.org, username: ntfy, room: "#ops"}', 'username and password are missing'],
  ['{url: https://chat.example.org, user_id: abc, token: {env: TOKEN}}', 'room is missing'],
  ['{url: https://chat.example.org/hooks/id/secret}', undefined],
  ['{url: https://chat.example.org, username: ntfy, password: {env: PASSWORD}, room: "#ops"}', undefined],
])('a configuration %s lacks %j', async (section, lacking) => {
  const file = join(temporaryFolder(), 'ntfy.yml')
  writeFileSync(file, `rocketchat: ${section}\n`, { mode: 0o600 })
  const { problems } = await loadConfig(file)
  expect(problems).toEqual(lacking === undefined ? [] : [expect.stringContaining(`rocketchat: ${lacking}`)])
})
