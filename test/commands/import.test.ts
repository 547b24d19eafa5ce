import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'

/** What a program's configuration becomes, having been checked by `config check`. */
async function imported(program: string, text: string, file?: string) {
  const { home, env } = temporaryHome({ NTFY_NODE: process.execPath })
  if (file !== undefined) {
    mkdirSync(dirname(join(home, file)), { recursive: true })
    writeFileSync(join(home, file), text)
  }
  const before = readdirSync(home, { recursive: true }).length
  const words = file === undefined ? ['-'] : []
  const bare = { ...env, PATH: join(home, 'bin') }
  const outcome = await ntfy(['import', program, ...words], { env: bare, ...(file === undefined && { stdin: text }) })
  expect(readdirSync(home, { recursive: true }).length).toBe(before)
  expect(outcome.code).toBe(0)
  const lost = outcome.stderr.split('\n').filter(Boolean)
  for (const line of lost) expect(outcome.stdout).toContain(line.replace('ntfy: ', '# '))
  const config = join(home, 'made.yml')
  writeFileSync(config, outcome.stdout, { mode: 0o600 })
  expect(await ntfy(['-c', config, 'config', 'check'], { env: bare })).toMatchObject({ code: 0 })
  return { ...outcome, lost, yaml: (parse(outcome.stdout) ?? {}) as Record<string, unknown> }
}

it('reads noti.yaml where noti has it', async () => {
  const text = `
nsuser: {soundName: Ping, soundNameFail: Basso}
slack: {token: xoxb-1-secret, channel: '#ops', username: noti}
telegram: {token: "1:abc", chatId: "-100", topic: ""}
ntfy: {url: "https://ntfy.sh/", topic: ""}
zulip: {key: k, botAddress: a@b.org, uri: https://z.org, type: private, to: c@d.org}
gchat: {appurl: "https://chat.googleapis.com/v1/spaces/S/messages?key=K&token=T", template: "{{.Title}}"}
twilio: {authToken: t}
hipchat: {accessToken: x}
`
  const { yaml, lost } = await imported('noti', text, '.config/noti/noti.yaml')
  expect(yaml).toEqual({
    backends: ['slack', 'telegram', 'zulip', 'googlechat'],
    slack: { token: 'xoxb-1-secret', recipient: '#ops' },
    telegram: { token: '1:abc', chat_id: '-100' },
    zulip: { key: 'k', email: 'a@b.org', site: 'https://z.org', type: 'direct', to: 'c@d.org' },
    googlechat: { url: 'https://chat.googleapis.com/v1/spaces/S/messages?key=K&token=T' },
  })
  expect(lost).toEqual([
    expect.stringContaining('gchat: template'),
    expect.stringContaining('twilio: account_sid is missing'),
    expect.stringContaining('hipchat'),
  ])
})

it('reads both formats of Apprise, with tags as groups', async () => {
  const lines = '# mine\nops,home=tgram://1:abc/-100\nops: ntfys://h.org/topic\nfoo://SECRET/x\ninclude other.conf\n'
  const { yaml, lost, stdout } = await imported('apprise', lines, '.config/apprise.conf')
  expect(yaml).toEqual({
    backends: ['telegram', 'ntfy_sh'],
    groups: { ops: ['telegram', 'ntfy_sh'], home: ['telegram'] },
    telegram: { token: '1:abc', chat_id: '-100' },
    ntfy_sh: { topic: 'topic', server: 'https://h.org' },
  })
  expect(lost).toEqual([expect.stringContaining('foo://'), expect.stringContaining('other.conf')])
  expect(stdout).not.toContain('SECRET')
  const structured = `
version: 1
urls:
  - mailtos://u:p@gmail.com:
      - to: a@b.org
        tag: ops
      - to: c@d.org
  - url: json://localhost/x
    tag: web
  - pover://user@token
`
  expect((await imported('apprise', structured)).yaml).toMatchObject({
    backends: ['mail', 'mail-2', 'webhook', 'pushover'],
    groups: { ops: ['mail'], web: ['webhook'] },
    mail: { to: ['a@b.org'] },
    'mail-2': { backend: 'mail', to: ['c@d.org'] },
  })
})

it('reads a list of shoutrrr addresses, each in its own words', async () => {
  const list = `discord://tok@12
smtp://u:p@h.org:587/?from=a@h.org&to=b@c.org,d@e.org
gotify://h.org/sub/tok telegram://1:abc@telegram?chats=@one,-5:7
slack://hook:A1-B2-c3@webhook
slack://xoxb:1-2-c@C001
ntfy://u:p@h.org/topic
pushover://shoutrrr:tok@user/?devices=phone
mattermost://me@h.org/key/ops
matrix://u:p@h.org/?rooms=!r,ops
generic://h.org/x?template=json
logger://
`
  const { yaml, lost } = await imported('shoutrrr', list)
  expect(yaml).toMatchObject({
    discord: { url: 'https://discord.com/api/webhooks/12/tok' },
    mail: { host: 'h.org', port: 587, user: 'u', senderaddress: 'a@h.org', to: ['b@c.org', 'd@e.org'] },
    gotify: { url: 'https://h.org/sub', token: 'tok' },
    telegram: { token: '1:abc', chat_id: '@one' },
    'telegram-2': { chat_id: '-5', message_thread_id: '7' },
    slack_webhook: { url: 'https://hooks.slack.com/services/A1/B2/c3' },
    slack: { token: 'xoxb-1-2-c', recipient: 'C001' },
    ntfy_sh: { topic: 'topic', server: 'https://h.org', user: 'u', password: 'p' },
    pushover: { user_key: 'user', api_token: 'tok', device: 'phone' },
    mattermost: { url: 'https://h.org/hooks/key', username: 'me', channel: 'ops' },
    matrix: { homeserver: 'https://h.org', rooms: ['!r', '#ops:h.org'] },
    webhook: { url: 'https://h.org/x' },
  })
  expect(lost).toEqual([expect.stringContaining('logger://')])
})

it("reads Netdata's, with its roles as groups, and leaves out what is off", async () => {
  const text = `
SEND_EMAIL="NO"
DEFAULT_RECIPIENT_EMAIL="root"
TELEGRAM_BOT_TOKEN="1:abc"
DEFAULT_RECIPIENT_TELEGRAM="-100:7 5|critical"
SLACK_WEBHOOK_URL='https://hooks.slack.com/services/A/B/c'
DEFAULT_RECIPIENT_SLACK="alarms"
DEFAULT_RECIPIENT_DISCORD="alarms"
DEFAULT_RECIPIENT_FLOCK="x"
DEFAULT_RECIPIENT_NTFY="https://ntfy.sh/mine"
MATRIX_HOMESERVER=https://m.org
MATRIX_ACCESSTOKEN=tok
role_recipients_matrix[sysadmin]="!r:m.org"
SEND_SYSLOG="NO"
DEFAULT_RECIPIENT_SYSLOG="netdata"
`
  const { yaml, lost } = await imported('netdata', text)
  expect(yaml).toEqual({
    backends: ['telegram', 'telegram-2', 'slack_webhook', 'ntfy_sh', 'matrix'],
    groups: { sysadmin: ['matrix'] },
    telegram: { token: '1:abc', chat_id: '-100', message_thread_id: '7' },
    'telegram-2': { backend: 'telegram', token: '1:abc', chat_id: '5' },
    slack_webhook: { url: 'https://hooks.slack.com/services/A/B/c', user: '#alarms' },
    ntfy_sh: { topic: 'mine', server: 'https://ntfy.sh' },
    matrix: { homeserver: 'https://m.org', access_token: 'tok', rooms: ['!r:m.org'] },
  })
  expect(lost.join()).toMatch(/\|critical.*FLOCK/s)
})

it("reads dschep/ntfy's, knockknock's command lines and undistract-me's variables", async () => {
  const old =
    'backends: [pushover, linux, own]\ntitle: "{user}"\npushover: {user_key: u, priority: 1}\nown: {backend: mod.own, x: 1}\nhome: {backend: simplepush, key: K}\n'
  const dschep = await imported('dschep', old, '.ntfy.yml')
  expect(dschep.yaml).toMatchObject({
    backends: ['pushover', 'linux'],
    title: '{user}',
    home: { backend: 'simplepush', key: 'K' },
  })
  expect(dschep.lost.join()).toContain('own')
  const lines = `$ knockknock --verbose slack --webhook-url https://hooks.slack.com/services/A/B/c \\
  --channel ops python train.py --channel job
knockknock telegram --token 1:abc --chat-id 5 sleep 1
knockknock email --recipient-emails a@gmail.com,b@c.org x
knockknock chime --webhook-url https://x.org/ x
echo no
`
  const knockknock = await imported('knockknock', lines)
  expect(knockknock.yaml).toMatchObject({
    slack_webhook: { url: 'https://hooks.slack.com/services/A/B/c', user: 'ops' },
    telegram: { token: '1:abc', chat_id: '5' },
    mail: { host: 'smtp.gmail.com', user: 'a@gmail.com', to: ['a@gmail.com', 'b@c.org'] },
  })
  expect(knockknock.lost.join()).toMatch(/password.*chime/s)
  const variables =
    "export LONG_RUNNING_COMMAND_TIMEOUT=20\nLONG_RUNNING_IGNORE_LIST='vim ssh'\nIGNORE_WINDOW_CHECK=1\nLONG_RUNNING_COMMAND_CUSTOM=say\n"
  const undistract = await imported('undistract-me', variables)
  expect(undistract.yaml).toEqual({ longer_than: 20, ignore: ['vim', 'ssh'], away: 'always' })
  expect(undistract.lost.join()).toContain('LONG_RUNNING_COMMAND_CUSTOM')
  const { env } = temporaryHome({ LONG_RUNNING_COMMAND_TIMEOUT: '15' })
  expect(parse((await ntfy(['import', 'undistract-me'], { env })).stdout)).toEqual({ longer_than: 15 })
})

it.each([
  [['import'], 64, 'expected a program'],
  [['import', 'notti'], 64, 'did you mean noti?'],
  [['import', 'noti'], 64, 'there is no ~/.config/noti/noti.yaml'],
  [['import', 'shoutrrr'], 64, 'expected a FILE'],
  [['import', 'noti', '/nonexistent'], 64, 'no such file'],
])('%j is refused', async (args, code, says) => {
  const outcome = await ntfy(args, temporaryHome())
  expect([outcome.code, outcome.stdout]).toEqual([code, ''])
  expect(outcome.stderr).toContain(says)
})
