import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { loopbackServer } from '../support/server.ts'

/** A home whose configuration is `text`, and a server that takes everything at `SERVER` in it. */
async function configured(text: string) {
  const server = await loopbackServer(() => ({ id: 1, ok: true, topic: 't', timestamp: '1' }))
  const { home, env } = temporaryHome()
  mkdirSync(join(home, '.config/ntfy'), { recursive: true, mode: 0o700 })
  const file = join(home, '.config/ntfy/ntfy.yml')
  writeFileSync(file, text.replaceAll('SERVER', server.address), { mode: 0o600 })
  const run = (...args: string[]) => ntfy(args, { env })
  return { server, file, run, folder: join(home, '.config/ntfy') }
}

describe('values as they were typed', () => {
  it('in lists, mappings and words, behind aliases and merges', async () => {
    const { server, run } = await configured(`
base: &own
  url: SERVER/w
  headers: {x-key: 0123456789, x-version: 1.10}
other:
  phones: &phones [+15551234567, 004915112345678]
  id: &id 007
backends: [s, w, 12]
s: {backend: signal, url: SERVER, number: +15550000001, recipients: *phones}
w: {backend: webhook, <<: *own, token: *id, template: {big: 12345678901234567890, n: 7, phone: +4930, t: true}}
12: {backend: webhook, url: SERVER/k, token: 12345678901234567890, user: True}
`)
    expect(await run('send', 'hi')).toMatchObject({ code: 0, stderr: '' })
    const at = (path: string) => server.received.find((one) => one.path === path)
    expect(at('/v2/send')?.json).toMatchObject({
      number: '+15550000001',
      recipients: ['+15551234567', '004915112345678'],
    })
    expect(at('/w')?.headers).toMatchObject({
      'x-key': '0123456789',
      'x-version': '1.10',
      authorization: 'Bearer 007',
    })
    expect(at('/w')?.json).toEqual({ big: '12345678901234567890', n: 7, phone: '+4930', t: true })
    expect(at('/k')?.headers.authorization).toBe('Bearer 12345678901234567890')
  })
})

describe('secrets from elsewhere', () => {
  it.each([
    ['notes below it', 'tk_first\nuser: me\nnote: tk_second\n'],
    ['a byte order mark and blanks', '\uFEFF  tk_first \r\n'],
    ['empty lines', '\n\ntk_first\n\n'],
  ])('with %s are their first line', async (_, content) => {
    const { server, run, folder } = await configured('w: {backend: webhook, url: SERVER, token: {file: token}}\n')
    writeFileSync(join(folder, 'token'), content, { mode: 0o600 })
    expect(await run('-b', 'w', 'send', 'hi')).toMatchObject({ code: 0 })
    expect(server.received[0]?.headers.authorization).toBe('Bearer tk_first')
  })

  it('that cannot be had are named with the line where they are read', async () => {
    const { server, run, file, folder } = await configured(
      'backends: [w]\nw:\n  backend: webhook\n  url: SERVER\n  Token: {file: token}\n',
    )
    expect((await run('send', 'hi')).stderr).toContain(`${file}:5: w.token: ${folder}/token: no such file`)
    writeFileSync(join(folder, 'token'), Buffer.from('\uFEFFtk_x\n', 'utf16le'), { mode: 0o600 })
    expect((await run('send', 'hi')).stderr).toContain(`w.token: ${folder}/token: is not UTF-8`)
    expect(server.received).toEqual([])
  })

  it.each([
    ['"${X}"', 'variables are not replaced here: expected {env: X}'],
    ['$TOKEN', 'expected {env: TOKEN}'],
    ['"$(pass show x)"', 'commands are not run here'],
    ['{enw: X}', '{env: VARIABLE}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}; did you mean env?'],
    ['{env: [X]}', 'env: expected a string'],
    ['"a\\nb"', 'expected a single line'],
    ['"a b"', 'without blanks'],
    ['{file: nowhere}', 'no such file'],
  ])('%s as a token is explained', async (token, says) => {
    const { run, file } = await configured(`w:\n  backend: webhook\n  url: SERVER\n  token: ${token}\n`)
    const { code, stdout } = await run('config', 'check')
    expect({ code, stdout }).toEqual({ code: 78, stdout: expect.stringContaining(says) })
    expect(stdout).toContain(`${file}:4: w.token: `)
  })
})

describe('config check names what every message would be refused for', () => {
  it.each([
    ['backend: ntfy_sh, topic: "https://ntfy.sh/mine"', 'topic'],
    ['backend: ntfy_sh, topic: t, server: "https://ntfy.sh/?x=1"', 'server'],
    ['backend: ntfy_sh, topic: t, ca: /nowhere', 'ca'],
    ['backend: mail, host: "mail.example.org:25", senderaddress: a@b, to: [a@b]', 'host'],
    ['backend: mail, senderaddress: no address, to: [a@b]', 'senderaddress'],
    ['backend: mail, senderaddress: a@b, to: [a@b, "x y z"]', 'to'],
    ['backend: matrix, homeserver: "https://m.org", access_token: x, rooms: [ops]', 'rooms'],
    ['backend: mqtt, url: "mqtt://h/topic", topic: a', 'url'],
    ['backend: mqtt, url: "mqtt://h", topic: "a/#"', 'topic'],
    ['backend: webhook, url: "https://h", template: {a: "{{nonsense}}"}', 'template'],
    ['backend: webhook, url: "https://h", headers: {"a b": c}', 'headers'],
    ['backend: webhook, url: "https://h", headers: [a]', 'headers'],
    ['backend: webhook, url: "https://h", success: [ok]', 'success'],
    ['backend: xmpp, jid: me, password: x, recipient: [a@b]', 'jid'],
    ['backend: telegram, token: abc, chat_id: 5', 'token'],
    ['backend: pushover, user_key: a, api_token: b, priority: high', 'priority'],
    ['backend: pushover, user_key: a, api_token: b, retry: 30.5', 'retry'],
    ['backend: ntfy_webpush, subscription_info: {endpoint: x}, private_key: /nowhere', 'subscription_info'],
    ['backend: twilio, account_sid: AC1, auth_token: x, from: +15557122661, to: me', 'to'],
    ['backend: exec, command: [./nowhere]', 'command'],
  ])('%s', async (target, option) => {
    const { run } = await configured(`t: {${target}}\n`)
    const { code, stdout } = await run('config', 'check')
    expect({ code, stdout }).toEqual({ code: 78, stdout: expect.stringContaining(`ntfy.yml:1: t.${option}: `) })
  })
})

it('config check says that a target cannot be called as a setting is', async () => {
  const { run, file } = await configured('quiet: {backend: ntfy_sh, topic: t}\ntitle: {backend: ntfy_sh, topic: t}\n')
  const { code, stdout } = await run('config', 'check')
  expect([code, stdout.split('\n').slice(0, 2)]).toEqual([
    78,
    ['quiet', 'title'].map((name, at) =>
      expect.stringMatching(`^${file}:${at + 1}: ${name}: is a setting's name: expected another one for a target`),
    ),
  ])
})

it.each([
  ['a: 1\ntitle: "x\nlonger_than: 5\n', ':2: a quotation mark is not closed'],
  ["title: 'x\nlonger_than: 5\n", ':1: a quotation mark is not closed'],
  ['longer_than: 5\nignore: [vim\n', ':2: a [ or { is not closed'],
  ['t: {backend: ntfy_sh\nlonger_than: 5\n', ':1: a comma is missing, or a [ or { is not closed'],
  ['ntfy_sh: mine\n', ':1: ntfy_sh: expected its options (ntfy_sh: {...}; ntfy backends ntfy_sh lists them)'],
  ['pushover:\n  - user_key: u\n', ':1: pushover: expected its options'],
])('%j is explained where it begins', async (text, says) => {
  const { run, file } = await configured(text)
  expect(await run('config', 'check')).toMatchObject({ code: 78, stdout: expect.stringContaining(`${file}${says}`) })
})

it('says of a comment in JSON that there are none', async () => {
  const { run, folder } = await configured('')
  const file = join(folder, 'x.json')
  writeFileSync(file, '{\n  // mine\n  "longer_than": 5}\n', { mode: 0o600 })
  expect((await run('-c', file, 'config', 'check')).stdout).toContain(
    `${file}:2: is not valid JSON: it has no comments\n`,
  )
})

it('config check warns of variables and programs that this environment lacks', async () => {
  const { run } = await configured(
    'a: {backend: exec, command: [no-such-program]}\nb: {backend: ntfy_sh, topic: t, token: {env: UNSET_HERE}}\nc: {backend: ntfy_sh, topic: t, token: {command: [no-such-pass, x]}, password: {command: [cat]}}\n',
  )
  const { code, stdout } = await run('config', 'check')
  expect([code, stdout.split('\n').filter((line) => line.startsWith('warning: '))]).toEqual([
    0,
    [
      'warning: a.command: no-such-program is not in the PATH here',
      'warning: b.token: the variable UNSET_HERE is not set here',
      'warning: c.token: no-such-pass is not in the PATH here',
    ],
  ])
})

describe('configurations of others', () => {
  const section = `notifications:
  mail:
    ops: {host: mail.example.org, senderaddress: a@example.org, to: [b@example.org]}
  matrix:
    ops: {id: ops, type: matrix, home-server: m.example.org, room-id: "!r:m", access-token: x}
`

  it("Backy's targets may stand below the names of their services", async () => {
    const { run } = await configured(section)
    const { code, stdout } = await run('config', 'check')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('used by default: ops, matrix.ops'),
    })
  })

  it("dschep/ntfy's `backend` at the top is one of `backends`, with a hint", async () => {
    const { server, run, file } = await configured('backend: ntfy_sh\nntfy_sh: {topic: t, server: SERVER}\n')
    const { code, stderr } = await run('send', 'hi')
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`${file}: backend is the old word`) })
    expect(server.received).toHaveLength(1)
  })

  it("takes Netdata's variables, and words in any case", async () => {
    const { server, run } = await configured(
      'backends: [g]\ng: {Backend: Gotify, Title: "{host}", GOTIFY_APP_URL: "SERVER/message?token=abc"}\n',
    )
    expect(await run('send', 'hi')).toMatchObject({ code: 0, stderr: '' })
    expect(server.received[0]).toMatchObject({ path: '/message', headers: { 'x-gotify-key': 'abc' } })
    expect(server.received[0]?.json['title']).not.toContain('@')
  })

  it('says of a missing module where it is named, and goes on', async () => {
    const { run, file } = await configured('a:\n  backend: ./nowhere.mjs\nb: {backend: ntfy_sh}\n')
    const { code, stdout } = await run('config', 'check')
    expect(code).toBe(78)
    expect(stdout).toMatch(
      new RegExp(`${file}:2: a.backend: .*nowhere.mjs: no such file\n${file}:3: b: topic is missing`),
    )
  })

  it('gives -o to a backend of somebody', async () => {
    const { run, folder } = await configured('backends: [a]\na: {backend: ./a.mjs}\n')
    writeFileSync(join(folder, 'a.mjs'), 'export default (title, message, { room }) => ({ room })', { mode: 0o600 })
    const { stdout } = await run('-b', 'a', '-o', 'room', '7', 'send', '--json', 'hi')
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'delivered', answer: { room: '7' } })
  })
})
