import { createHash, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { createSecureContext, TLSSocket } from 'node:tls'
import { afterEach, expect, it, vi } from 'vitest'
import { withoutProxies } from '../support/ask.ts'
import { attemptWith } from '../support/attempt.ts'
import { makeAuthority } from '../support/certificates.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { rawServer } from '../support/smtp.ts'
import { waitFor } from '../support/wait.ts'

const secret = 'topsecret'

/** What a server says before TLS, and the answers of its clients' lines that lead there. */
interface Prelude {
  greeting?: string
  answers?: [question: RegExp, answer: string][]
  /** The question whose answer is TLS itself. */
  begins?: RegExp
}

const smtp: Prelude = {
  greeting: '220 here ESMTP\r\n',
  answers: [[/^EHLO/m, '250-here\r\n250 STARTTLS\r\n']],
  begins: /^STARTTLS/m,
}

const stream = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0' from='example.test'>"
const xmpp: Prelude = {
  answers: [
    [
      /<stream:stream/,
      `${stream}<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>`,
    ],
  ],
  begins: /<starttls/,
}

const proceeds: [RegExp, string][] = [
  [/STARTTLS/, '220 go on\r\n'],
  [/<starttls/, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
]

/** A server with a certificate that nobody has a reason to trust; notes what it is told inside TLS. */
async function stranger({ greeting, answers = [], begins }: Prelude = {}) {
  const heard: string[] = []
  const pair = makeAuthority(temporaryFolder()).certificate('somebody.else')
  const secure = (socket: Socket) => {
    const inner = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(pair) })
    inner.on('error', () => {})
    inner.on('data', (piece) => {
      heard.push(String(piece))
      inner.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  }
  const port = await rawServer((socket) => {
    if (begins === undefined) return secure(socket)
    if (greeting !== undefined) socket.write(greeting)
    const listen = (piece: Buffer) => {
      const text = String(piece)
      if (!begins.test(text)) return void socket.write(answers.find(([question]) => question.test(text))?.[1] ?? '')
      socket.off('data', listen)
      socket.write(proceeds.find(([question]) => question.test(text))?.[1] ?? '', () => secure(socket))
    }
    socket.on('data', listen)
  })
  return { port, heard }
}

const webpush = () => ({
  subscription_info: { endpoint: 'https://127.0.0.1:PORT/push', keys: keysOfBrowser() },
  private_key: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  subject: 'mailto:ops@example.org',
})

const mail = { host: '127.0.0.1', senderaddress: 'a@example.org', to: ['b@example.org'], user: 'u', password: secret }
const account = { jid: 'ntfy@example.test', password: secret, recipient: 'you@example.test', hostname: '127.0.0.1' }

/** Every way in which a connection becomes a secure one. */
const transports: [name: string, backend: string, settings: () => Record<string, unknown>, prelude?: Prelude][] = [
  ['https', 'webhook', () => ({ url: 'https://127.0.0.1:PORT/', token: secret })],
  ['https with a password', 'ntfy_sh', () => ({ server: 'https://127.0.0.1:PORT', topic: 't', token: secret })],
  [
    'Matrix',
    'matrix',
    () => ({ homeserver: 'https://127.0.0.1:PORT', rooms: ['!r:x'], access_token: secret, user_id: '@u:x' }),
  ],
  ['web push', 'ntfy_webpush', webpush],
  ['mail, implicit', 'mail', () => ({ ...mail, tls: 'implicit' })],
  ['mail, STARTTLS', 'mail', () => ({ ...mail, tls: 'starttls' }), smtp],
  ['MQTT', 'mqtt', () => ({ url: 'mqtts://127.0.0.1:PORT', topic: 't', user: 'u', password: secret })],
  ['syslog', 'systemlog', () => ({ host: '127.0.0.1', protocol: 'tls', fmt: secret })],
  ['XMPP, direct', 'xmpp', () => ({ ...account, direct_tls: true })],
  ['XMPP, STARTTLS', 'xmpp', () => account, xmpp],
]

describeWith(['openssl'], "a stranger's certificate, where the environment tells Node to trust everybody", () => {
  afterEach(() => vi.unstubAllEnvs())

  it.each(transports)('%s tells it nothing', async (_, backend, settings, prelude) => {
    withoutProxies()
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const { port, heard } = await stranger(prelude)
    const filled = JSON.parse(JSON.stringify(settings()).replaceAll('PORT', String(port))) as Record<string, unknown>
    const withPort = JSON.stringify(settings()).includes('PORT') ? filled : { ...filled, port }
    const result = await attemptWith(backend, withPort)
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('certificate') })
    expect(heard.join('')).toBe('')
  })

  it('and nothing is said of that', async () => {
    const { env } = temporaryHome({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })
    const { port, heard } = await stranger()
    const args = ['-b', 'webhook', '-o', 'url', `https://127.0.0.1:${port}`, 'send', '--no-queue', 'hi']
    const { code, stderr } = await ntfy(args, { env })
    expect([code, stderr.trim().split('\n').length]).toEqual([78, 1])
    expect(heard).toEqual([])
  })

  it('a program of ours that goes on in the background does not have what configures Node', async () => {
    const { home, env } = temporaryHome()
    mkdirSync(join(home, '.config/ntfy'), { recursive: true })
    const said = join(home, 'environment')
    const script = `env >${said}.tmp; mv ${said}.tmp ${said}`
    const config = `backends: [e]\ne: {backend: exec, command: [sh, -c, ${JSON.stringify(script)}]}\n`
    writeFileSync(join(home, '.config/ntfy/ntfy.yml'), config, { mode: 0o600 })
    const forNode = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_DEBUG: 'x', NODE_OPTIONS: '--no-warnings' }
    expect(await ntfy(['done', 'env'], { env: { ...env, ...forNode } })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED=0'),
    })
    await waitFor('the program', () => existsSync(said), 60_000)
    const names = readFileSync(said, 'utf8').matchAll(/^(NODE_\w+)=/gm)
    expect([...names].map(([, name]) => name)).toEqual([])
  })
})

function keysOfBrowser(): { p256dh: string; auth: string } {
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  const auth = createHash('sha256').update('auth').digest().subarray(0, 16)
  return { p256dh: point.toString('base64url'), auth: auth.toString('base64url') }
}
