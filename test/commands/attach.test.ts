import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { resolveOptions } from '../../src/config/resolve.ts'
import { attempt } from '../../src/delivery/attempt.ts'
import { keepFiles } from '../../src/outbox/attachments.ts'
import { outboxFolder } from '../../src/outbox/spool.ts'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { testNotification } from '../support/context.ts'
import { temporaryFolder } from '../support/home.ts'
import { answerJson, fakeInternet } from '../support/internet.ts'
import { waitFor } from '../support/wait.ts'

afterEach(() => vi.unstubAllEnvs())

const yes = {
  ok: true,
  id: 'f1',
  topic: 't',
  result: 'success',
  status: 1,
  channel: 'C9',
  file_id: 'F1',
  upload_url: 'https://files.slack.com/upload/1',
  url: '/user_uploads/1/log.txt',
  file_infos: [{ id: 'fi' }],
  content_uri: 'mxc://h/1',
  event_id: '$e',
  room_id: '!r',
}

it.each<[string, Record<string, unknown>, string, (paths: string[]) => void]>([
  ['ntfy_sh', { topic: 't' }, 'log.txt', (paths) => expect(paths).toEqual(['PUT /t'])],
  [
    'telegram',
    { token: '1:a', chat_id: '1' },
    'log.txt',
    (paths) => expect(paths[1]).toBe('POST /bot1:a/sendDocument'),
  ],
  ['discord', { url: 'https://discord.com/api/webhooks/1/a' }, 'log.txt', (paths) => expect(paths).toHaveLength(1)],
  [
    'slack',
    { token: 'xoxb-1', recipient: 'C1' },
    'log.txt',
    (paths) =>
      expect(paths).toEqual([
        'POST /api/chat.postMessage',
        'POST /api/files.getUploadURLExternal',
        'POST /upload/1',
        'POST /api/files.completeUploadExternal',
      ]),
  ],
  [
    'matrix',
    { homeserver: 'https://h.org', access_token: 't', rooms: ['!r:h.org'], allow_unencrypted: true },
    'log.txt',
    (paths) => {
      // Whether the room is encrypted decides what is uploaded.
      expect(paths[0]).toMatch(/^GET .*\/m\.room\.encryption$/)
      expect(paths[1]).toBe('POST /_matrix/media/v3/upload?filename=log.txt')
      expect(paths).toHaveLength(4)
    },
  ],
  [
    'mattermost',
    { url: 'https://mm.org', token: 't', channel_id: 'c' },
    'log.txt',
    (paths) => expect(paths).toEqual(['POST /api/v4/files', 'POST /api/v4/posts']),
  ],
  [
    'zulip',
    { site: 'https://z.org', email: 'a@z.org', key: 'k', to: 'ops' },
    'log.txt',
    (paths) => expect(paths).toEqual(['POST /api/v1/user_uploads', 'POST /api/v1/messages']),
  ],
  ['pushover', { user_key: 'u', api_token: 't' }, 'plot.png', (paths) => expect(paths).toHaveLength(1)],
  ['webhook', { url: 'https://w.org/x' }, 'log.txt', (paths) => expect(paths).toHaveLength(1)],
])('%s gets the file itself', async (backend, settings, name, check) => {
  vi.stubEnv('XDG_STATE_HOME', temporaryFolder())
  const internet = await fakeInternet((_, response) => answerJson(response, 200, yes))
  vi.stubEnv('https_proxy', internet.address)
  const notification = testNotification({ message: 'done ✓', title: 'Über' })
  const attachments = keepFiles(outboxFolder() ?? '', notification.id, [
    { name, path: `/tmp/${name}`, content: Buffer.from('the whole log\n') },
  ])
  const now = new Date().toISOString()
  const delivery = { version: 1, id: notification.id, target: 'x', backend, created: now, next: now, tries: 0 } as const
  const options = await resolveOptions(
    { path: undefined, lasting: true },
    { name: 'x', backend, settings: { ...settings, ca: internet.ca } },
    {},
  )
  const result = await attempt(
    { ...delivery, state: 'waiting', notification: { ...notification, attachments } },
    options,
    { foreground: false },
  )
  expect(result).toMatchObject({ kind: 'delivered' })
  check(internet.received.map(({ method, path }) => `${method} ${path}`))
  const all = internet.received.map(({ body, headers }) => `${JSON.stringify(headers)}${body}`).join('\n')
  expect(all).toContain('the whole log\n')
  expect(all).toContain(name)
  expect(all).not.toContain(', on host:')
})

describe('send --attach', () => {
  it('keeps a copy until it is delivered or dropped, and names it where a service takes none', async () => {
    const { server, env, home, config } = await configuredHome()
    writeFileSync(
      config,
      `backends: [phone, tablet]\nphone: {backend: ntfy_sh, topic: mine, server: "${server.address}"}\ntablet: {backend: gotify, url: "${server.address}", token: t}\n`,
      { mode: 0o600 },
    )
    chmodSync(config, 0o600)
    const log = join(home, 'log.txt')
    writeFileSync(log, 'x'.repeat(34_000))
    const copies = () => {
      const folder = join(home, '.local/state/ntfy/outbox/attachments')
      return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
    }
    server.answer((_, response) => {
      response.statusCode = 503
      return {}
    })
    expect(await ntfy(['send', 'hi', '--attach', 'log.txt'], { env })).toMatchObject({ code: 0 })
    expect(copies().map((path) => [statSync(path).mode & 0o777, statSync(path).size])).toEqual([[0o600, 34_000]])
    writeFileSync(log, 'changed')
    server.received.length = 0
    server.answer(({ method, path }) => ({ id: method === 'PUT' ? 'a' : 1, topic: 'mine', path }))
    await ntfy(['queue', 'flush', '--wait'], { env })
    const put = server.received.find(({ method }) => method === 'PUT')
    expect(put).toMatchObject({
      path: '/mine',
      headers: { filename: 'log.txt', message: 'hi' },
      body: 'x'.repeat(34_000),
    })
    const named = server.received.find(({ path }) => path === '/message')
    expect(named?.json['message']).toMatch(/^hi\nlog\.txt, 34 kB, on .+:\/.*\/log\.txt$/)
    expect(copies()).toEqual([])
    await ntfy(['send', 'later', '--in', '1h', '--attach', log], { env })
    expect(copies()).toHaveLength(1)
    await ntfy(['queue', 'drop', '--all'], { env })
    expect(copies()).toEqual([])
    const dry = await ntfy(['send', 'dry', '--dry-run', '--json', '--attach', log], { env })
    expect(dry.stdout).toContain('"name":"log.txt"')
    expect(copies()).toEqual([])
  })

  it('refuses what is no file of the user, and what is too much', async () => {
    const { server, env, home } = await configuredHome()
    execFileSync('mkfifo', [join(home, 'fifo')])
    writeFileSync(join(home, 'large'), '')
    truncateSync(join(home, 'large'), 201 * 1024 * 1024)
    for (const [path, says] of [
      ['.', 'it is a folder'],
      ['fifo', 'no regular file'],
      ['/dev/null', 'no regular file'],
      ['none', 'no such file'],
      ['large', '200 MB'],
    ] as const) {
      const { code, stderr } = await ntfy(['send', 'hi', '--attach', path], { env })
      expect([path, code, stderr]).toEqual([path, 64, expect.stringContaining(says)])
    }
    const kept = join(home, '.local/state/ntfy/outbox/attachments')
    execFileSync('mkdir', ['-p', kept])
    writeFileSync(join(kept, 'a-0'), '')
    truncateSync(join(kept, 'a-0'), 200 * 1024 * 1024)
    writeFileSync(join(home, 'small'), 'x')
    expect(await ntfy(['send', 'hi', '--attach', 'small'], { env })).toMatchObject({
      code: 75,
      stderr: expect.stringContaining('200 MB are kept at most'),
    })
    expect(server.received).toEqual([])
    expect(readFileSync(join(home, 'small'), 'utf8')).toBe('x')
  })
})

it('names what is too large for a service, also together with others, and says so', async () => {
  const { env, home, config } = await configuredHome()
  const targets = {
    discord: 'url: https://discord.com/api/webhooks/1/a',
    mail: 'host: localhost, tls: none, to: a@example.org, senderaddress: b@example.org',
    matrix: "homeserver: https://h.org, access_token: t, rooms: ['!r:h.org']",
    mattermost: 'url: https://mm.org, token: t, channel_id: c',
    ntfy_sh: 'topic: t',
    pushover: 'user_key: u, api_token: t',
    slack: 'token: xoxb-1, recipient: C1',
    telegram: "token: '1:a', chat_id: '1'",
    zulip: 'site: https://z.org, email: a@z.org, key: k, to: ops',
  }
  const lines = Object.entries(targets).map(([name, options]) => `${name}: {${options}}\n`)
  writeFileSync(config, `backends: [${Object.keys(targets)}]\n${lines.join('')}`, { mode: 0o600 })
  for (const [name, megabytes] of [
    ['a.png', 10],
    ['b.png', 9],
    ['huge.png', 101],
  ] as const) {
    writeFileSync(join(home, name), '')
    truncateSync(join(home, name), megabytes * 1024 * 1024)
  }
  const shown = async (...words: string[]) => {
    const { stdout } = await ntfy(['--json', ...words, 'send', '--dry-run', 'hi', ...files], { env })
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string; files?: unknown[] })
  }
  let files = ['--attach', 'huge.png']
  const all = await shown()
  expect(all).toHaveLength(9)
  for (const one of all) expect(one.message).toMatch(/^hi\nhuge\.png, 106 MB, on .* \(too large for .+\)$/)
  files = ['--attach', 'a.png', '--attach', 'b.png']
  const [mail] = await shown('-b', 'mail')
  expect(mail).toMatchObject({ files: [{ name: 'a.png' }], message: expect.stringMatching(/^hi\nb\.png, 9 MB/) })
})

it('attaches the whole output of a failed command, without its secrets and with its middle left out', async () => {
  const { server, env } = await configuredHome()
  server.answer(() => ({ id: 'a', topic: 'mine' }))
  const done = (log: string, script: string) => ntfy(['done', '--log', log, 'sh', '-c', script], { env })
  const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'
  const ran = await done('failure', `echo token=${secret}; echo err >&2; printf '\\033[31mred\\033[m\\n'; exit 3`)
  expect(ran).toMatchObject({ code: 3, stderr: 'err\n', stdout: expect.stringContaining(secret) })
  await done('failure', 'echo fine')
  await done('always', 'echo begin; yes abcdefg | head -c 12000000; echo the end')
  await waitFor('three', () => server.received.length === 3)
  const [failed, fine, long] = server.received
  expect(failed).toMatchObject({ method: 'PUT', headers: { filename: 'log.txt' } })
  expect(failed?.body.split('\n').sort()).toEqual(['', 'err', 'red', 'token=***'].sort())
  expect(fine?.method).toBe('POST')
  const [head = '', gap = '', tail = ''] = long?.body.split(/^\[\.\.\. (\d+) bytes left out \.\.\.\]\n/m) ?? []
  expect([head.slice(0, 14), head.slice(-8), tail.slice(0, 8), tail.slice(-8)]).toEqual([
    'begin\nabcdefg\n',
    'abcdefg\n',
    'abcdefg\n',
    'the end\n',
  ])
  expect(Number(gap)).toBeGreaterThan(1_500_000)
  expect(head.length + tail.length).toBeLessThanOrEqual(10 * 1024 * 1024)
})
