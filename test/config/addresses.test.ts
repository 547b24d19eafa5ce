import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addressSchemes, backends, loadBackend } from '../../src/backends/index.ts'
import { readAddress } from '../../src/config/addresses.ts'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { temporaryHome } from '../support/home.ts'
import { closedPort, loopbackServer } from '../support/server.ts'

const none = { targets: {} }

it('has an entry for every scheme that a backend declares', async () => {
  const declared: Record<string, string[]> = {}
  for (const name of Object.keys(backends)) {
    for (const scheme of (await loadBackend(name)).addresses?.schemes ?? []) {
      declared[scheme] = [...(declared[scheme] ?? []), name]
    }
  }
  expect(addressSchemes).toEqual(declared)
})

describe('the addresses of Apprise', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['ntfy://topic', 'ntfy_sh', { topic: 'topic' }],
    [
      'ntfys://tk_a@h.org/t?priority=high',
      'ntfy_sh',
      { topic: 't', server: 'https://h.org', token: 'tk_a', priority: 'high' },
    ],
    ['ntfy://u:p%40@h:81/t', 'ntfy_sh', { topic: 't', server: 'http://h:81', user: 'u', password: 'p@' }],
    ['tgram://123:Ab_c/-100:7', 'telegram', { token: '123:Ab_c', chat_id: '-100', message_thread_id: '7' }],
    ['tgram://123:Ab_c/name/', 'telegram', { token: '123:Ab_c', chat_id: '@name' }],
    ['slack://A1/B2/c3/#ops', 'slack_webhook', { url: 'https://hooks.slack.com/services/A1/B2/c3', user: '#ops' }],
    ['slack://xoxb-1-2/C024', 'slack', { token: 'xoxb-1-2', recipient: 'C024' }],
    ['discord://bot@12/ab', 'discord', { url: 'https://discord.com/api/webhooks/12/ab', username: 'bot' }],
    [
      'pover://user@token/dev?priority=high',
      'pushover',
      { user_key: 'user', api_token: 'token', device: 'dev', priority: '1' },
    ],
    ['pbul://tok/#chan', 'pushbullet', { access_token: 'tok', channel: 'chan' }],
    ['pbul://tok/a@b.org', 'pushbullet', { access_token: 'tok', email: 'a@b.org' }],
    ['spush://salt:pw@key', 'simplepush', { key: 'key', salt: 'salt', password: 'pw' }],
    ['prowl://key/prov', 'prowl', { api_key: 'key', provider_key: 'prov' }],
    ['rockets://u:p@h.org/#ops', 'rocketchat', { url: 'https://h.org', username: 'u', password: 'p', room: '#ops' }],
    ['rockets://ab%2Fcd@h.org', 'rocketchat', { url: 'https://h.org/hooks/ab/cd' }],
    [
      'matrixs://u:p@h.org/ops/!r',
      'matrix',
      { homeserver: 'https://h.org', user_id: '@u:h.org', password: 'p', rooms: ['#ops:h.org', '!r'] },
    ],
    ['matrix://tok@h:80/#a:b.org', 'matrix', { homeserver: 'http://h:80', access_token: 'tok', rooms: ['#a:b.org'] }],
    [
      'mailtos://u:p@gmail.com',
      'mail',
      {
        host: 'smtp.gmail.com',
        port: 587,
        tls: 'starttls',
        user: 'u@gmail.com',
        password: 'p',
        senderaddress: 'u@gmail.com',
        to: ['u@gmail.com'],
      },
    ],
    [
      'mailtos://u:p@h.org:465?smtp=m.h.org&from=a@h.org&to=b@c.org,d&mode=ssl',
      'mail',
      {
        host: 'm.h.org',
        port: 465,
        tls: 'implicit',
        user: 'u',
        password: 'p',
        senderaddress: 'a@h.org',
        to: ['b@c.org', 'd@h.org'],
      },
    ],
    [
      'mmosts://me@h.org/sub/key?channel=ops',
      'mattermost',
      { url: 'https://h.org/sub/hooks/key', username: 'me', channel: 'ops' },
    ],
    ['gotify://h:8080/sub/tok?priority=high', 'gotify', { url: 'http://h:8080/sub', token: 'tok', priority: '8' }],
    ['gchat://ws/k/t=', 'googlechat', { url: 'https://chat.googleapis.com/v1/spaces/ws/messages?key=k&token=t%3D' }],
    [
      'workflows://h.org:443/w/s-1',
      'teams',
      {
        url: 'https://h.org:443/workflows/w/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=s-1',
      },
    ],
    [
      'zulip://bot@org/key/ops',
      'zulip',
      { site: 'https://org.zulipchat.com', email: 'bot-bot@org.zulipchat.com', key: 'key', to: 'ops', type: 'stream' },
    ],
    [
      'twilio://AC1:tok@15550001/15550002',
      'twilio',
      { account_sid: 'AC1', auth_token: 'tok', from: '15550001', to: '15550002' },
    ],
    ['barks://h.org/key', 'bark', { url: 'https://h.org', device_key: 'key' }],
    ['signal://h:80/%2B1555/%2B1666', 'signal', { url: 'http://h:80', number: '+1555', recipients: ['+1666'] }],
    ['jsons://u:p@h.org/a?+X-Key=v', 'webhook', { url: 'https://h.org/a', user: 'u', password: 'p' }],
    [
      'mqtts://u:p@h:8883/a/b?qos=1',
      'mqtt',
      { url: 'mqtts://h:8883', topic: 'a/b', user: 'u', password: 'p', qos: '1' },
    ],
    ['apprises://h.org/sub/key', 'apprise', { url: 'https://h.org/sub', key: 'key' }],
    ['xmpps://u:p@h.org/a@b.org', 'xmpp', { jid: 'u@h.org', password: 'p', recipient: ['a@b.org'] }],
    ['syslog://local5', 'systemlog', { facility: 'LOCAL5' }],
    ['rsyslog://h:514/local1', 'systemlog', { facility: 'LOCAL1', host: 'h', port: 514 }],
    ['pjets://h.org/sec', 'pushjet', { endpoint: 'https://h.org', secret: 'sec' }],
    ['psafer://key/12', 'pushsafer', { key: 'key', device: '12' }],
    ['gnome://', 'desktop', {}],
  ])('%s', async (text, backend, settings) => {
    const read = await readAddress(text, none)
    expect(read.backend).toBe(backend)
    expect(read.settings).toMatchObject(settings)
  })

  it.each([
    ['tgram://123:SECRET', 'tgram://: expected tgram://TOKEN/CHAT'],
    ['tgram://SECRET/1', 'token: expected the token of a bot'],
    ['slack://SECRET', 'expected slack://xoxb-TOKEN/CHANNEL or slack://A/B/C'],
    ['discord://SECRET', 'expected discord://ID/TOKEN'],
    ['ntfy://', 'expected ntfys://'],
    ['ntfy://SECRET%20x', 'topic: expected 1 to 64 letters'],
  ])('says what is wrong with %s, without a word of it', async (text, says) => {
    const error = await readAddress(text, none).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ message: expect.stringContaining(says) })
    expect(String(error)).not.toContain('SECRET')
  })
})

it('sends to an address of the command line, whose parts are in no list and no failure, and warns of it once', async () => {
  const { home, env } = temporaryHome()
  const server = await loopbackServer()
  const address = `ntfy://tk_SECRETSECRET@127.0.0.1:${server.port}/mine`
  const warned = await ntfy(['-b', address, '-o', 'priority', 'high', 'send', 'hi'], { env })
  expect(warned).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^ntfy: -b: .*can be seen by other users.*\n$/),
  })
  expect(await ntfy(['-b', address, 'done', 'true'], { env })).toMatchObject({ code: 0, stderr: '' })
  expect(server.received[0]).toMatchObject({
    headers: { authorization: 'Bearer tk_SECRETSECRET' },
    json: { topic: 'mine', priority: 4 },
  })
  const gone = `ntfy://tk_SECRETSECRET@127.0.0.1:${await closedPort()}/mine`
  const queued = await ntfy(['-b', gone, 'send', '--json', 'later'], { env })
  const list = await ntfy(['queue', '--json'], { env })
  expect([queued.code, JSON.parse(list.stdout).target]).toEqual([0, expect.stringMatching(/^ntfy_sh:\/\/[0-9a-f]{8}$/)])
  for (const { stdout, stderr } of [queued, list, await ntfy(['queue', 'show', JSON.parse(list.stdout).id], { env })]) {
    expect(stdout + stderr).not.toContain('SECRET')
  }
  server.answer((_, response) => {
    response.statusCode = 400
    return { code: 40000, error: 'no' }
  })
  await ntfy(['-b', address, 'send', 'refused'], { env })
  const failed = join(home, '.local/state/ntfy/outbox/failed')
  for (const file of readdirSync(failed)) expect(readFileSync(join(failed, file), 'utf8')).not.toContain('SECRET')
  await ntfy(['queue', 'drop', '--all'], { env })
})

it('takes one as a target of the configuration, and among its names', async () => {
  const server = await loopbackServer()
  const at = `ntfy://127.0.0.1:${server.port}`
  const { env, config } = await configuredHome()
  const text = `backends: [tablet, '${at}/third']\ntablet: ${at}/first\nnotifications: {other: '${at}/second'}\ngroups: {all: [tablet, other]}\n`
  writeFileSync(config, text)
  chmodSync(config, 0o600)
  expect(await ntfy(['config', 'check'], { env })).toMatchObject({ code: 0 })
  for (const args of [
    ['send', 'a'],
    ['-b', 'all', 'send', 'b'],
  ]) {
    expect(await ntfy(args, { env })).toMatchObject({ code: 0, stderr: '' })
  }
  const topics = server.received.map(({ json }) => `${json['message']} ${json['topic']}`)
  expect(topics.sort()).toEqual(['a first', 'a third', 'b first', 'b second'])
})

it('leaves other schemes to apprise if it is there, and names them if it is not', async () => {
  const { env, config, home } = await configuredHome()
  const node = dirname(process.execPath)
  const bare = { ...env, NTFY_NODE: process.execPath, PATH: `${home}/bin` }
  expect(await ntfy(['-b', 'foo://SECRET/x', 'send', 'hi'], { env: bare })).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/^ntfy: -b foo:\/\/: no backend reads such addresses.*apprise/),
  })
  writeFileSync(config, 'phone: tgran://1:a/2\n')
  const broken = await ntfy(['send', 'hi'], { env: bare })
  expect(broken).toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/ntfy\.yml:1: phone: tgran:\/\/:.*did you mean tgram/),
  })
  mkdirSync(join(home, 'bin'))
  writeFileSync(join(home, 'bin/apprise'), `#!/bin/sh\nprintf '%s %s' "$APPRISE_URLS" "$*" >${home}/said\n`, {
    mode: 0o755,
  })
  writeFileSync(config, 'phone: foo://SECRET/x\n')
  const there = { ...env, PATH: `${home}/bin:${node}:${env['PATH']}` }
  expect(await ntfy(['-t', 'T', '-b', 'phone', 'send', 'hi'], { env: there })).toMatchObject({ code: 0 })
  expect(readFileSync(join(home, 'said'), 'utf8')).toBe('foo://SECRET/x -t T -n info')
})
