import { createSocket } from 'node:dgram'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { httpClient } from '../src/http.ts'
import type { HttpRequest, HttpSettings } from '../src/network/exchange.ts'
import { lookup } from '../src/network/lookup.ts'
import { makeAuthority } from './support/certificates.ts'
import { ntfy, ntfyBin, run } from './support/cli.ts'
import { temporaryFolder, temporaryHome } from './support/home.ts'
import { describeWith } from './support/programs.ts'
import { closedPort, loopbackServer } from './support/server.ts'
import { rawServer } from './support/smtp.ts'
import { tinyproxy } from './support/tinyproxy.ts'

const variables = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()])

beforeEach(() => {
  vi.unstubAllEnvs()
  for (const name of variables) vi.stubEnv(name, '')
})

/** One request; what is thrown instead of an answer is returned. */
async function ask(
  address: string,
  request: HttpRequest = { json: { a: 1 } },
  settings: Partial<HttpSettings> & { within?: number } = {},
) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), settings.within ?? 5000)
  try {
    return await httpClient({ signal: controller.signal, ...settings })(address, request)
  } catch (error) {
    return error as Error & { exitCode: number }
  } finally {
    clearTimeout(timer)
  }
}

const transient = (words: string) => ({ exitCode: 75, message: expect.stringContaining(words) })
const config = (words: string) => ({ exitCode: 78, message: expect.stringContaining(words) })
const permanent = (words: string) => ({ exitCode: 69, message: expect.stringContaining(words) })

async function secureServer(host = '127.0.0.1', listen = '127.0.0.1') {
  const authority = makeAuthority(temporaryFolder())
  const received: string[] = []
  const server = createServer(authority.certificate(host), (request, response) => {
    received.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.end('{"ok": true}'))
  })
  return { ca: authority.file, received, port: await listenOn(server, listen) }
}

async function listenOn(server: Server & { closeAllConnections?: () => void }, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => {
    server.closeAllConnections?.()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

describeWith(['tinyproxy', 'openssl'], 'through tinyproxy', () => {
  it.each(['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'])('a request goes by %s', async (name) => {
    const [proxy, server] = [await tinyproxy(), await loopbackServer(() => ({ ok: true }))]
    vi.stubEnv(name, proxy.address)
    expect(await ask(`${server.address}/path?x=1`)).toMatchObject({ status: 200, json: { ok: true } })
    expect(server.received).toMatchObject([{ method: 'POST', path: '/path?x=1', json: { a: 1 } }])
    expect(server.received[0]?.headers.via).toContain('tinyproxy')
  })

  it.each(['https_proxy', 'HTTPS_PROXY', 'all_proxy'])(
    'a secure one goes by %s, and TLS reaches to the server',
    async (name) => {
      const [proxy, server] = [await tinyproxy(), await secureServer()]
      vi.stubEnv(name, proxy.address.replace('http://', ''))
      expect(await ask(`https://127.0.0.1:${server.port}/path`, {}, { ca: server.ca })).toMatchObject({ status: 200 })
      expect(proxy.requests()).toEqual([`CONNECT 127.0.0.1:${server.port} HTTP/1.1`])
      expect(await ask(`https://127.0.0.1:${server.port}/path`)).toMatchObject(config('certificate'))
      expect(server.received).toEqual(['POST /path'])
    },
  )

  it('a user and a password are given to the proxy alone', async () => {
    const [proxy, plain, secure] = [
      await tinyproxy('BasicAuth me pa55word'),
      await loopbackServer(),
      await secureServer(),
    ]
    plain.answer(() => ({ ok: true }))
    const named = (user: string) => proxy.address.replace('//', `//${user}@`)
    for (const name of ['http_proxy', 'https_proxy']) vi.stubEnv(name, named('me:pa55word'))
    expect(await ask(plain.address)).toMatchObject({ status: 200 })
    expect(await ask(`https://127.0.0.1:${secure.port}`, {}, { ca: secure.ca })).toMatchObject({ status: 200 })
    expect(plain.received[0]?.headers).not.toHaveProperty('proxy-authorization')
    for (const name of ['http_proxy', 'https_proxy']) vi.stubEnv(name, named('me:wrong'))
    // What it calls a wrong password could as well be the service's word. It resets the connection of whoever sends on.
    expect(await ask(plain.address, { method: 'GET' })).toMatchObject(config('401'))
    expect(await ask(`https://127.0.0.1:${secure.port}`, {}, { ca: secure.ca })).toMatchObject(transient('401'))
    for (const name of ['http_proxy', 'https_proxy']) vi.stubEnv(name, proxy.address)
    expect(await ask(plain.address, { method: 'GET' })).toMatchObject(transient('407'))
    expect(await ask(`https://127.0.0.1:${secure.port}`, {}, { ca: secure.ca })).toMatchObject(transient('407'))
  })

  it('what it refuses, and a host that it cannot reach, may be there later', async () => {
    const [proxy, secure] = [await tinyproxy('ConnectPort 1'), await secureServer()]
    vi.stubEnv('https_proxy', proxy.address)
    vi.stubEnv('http_proxy', proxy.address)
    expect(await ask(`https://127.0.0.1:${secure.port}`)).toMatchObject(transient('403'))
    expect(await ask(`http://127.0.0.1:${await closedPort()}`)).toMatchObject({ exitCode: 75 })
    expect(await ask('http://nowhere.invalid/')).toMatchObject({ exitCode: 75 })
  })

  it.each(['http', 'https'])('a proxy that is not there is named (%s)', async (scheme) => {
    const port = await closedPort()
    vi.stubEnv(`${scheme}_proxy`, `http://me:pa55word@127.0.0.1:${port}`)
    const outcome = await ask(`${scheme}://service.example/`)
    expect(outcome).toMatchObject(transient(`the proxy 127.0.0.1:${port}`))
    expect(outcome).toMatchObject(transient('connection refused'))
    expect(String(outcome)).not.toContain('pa55word')
  })

  it.each([
    { entries: '127.0.0.1', direct: true },
    { entries: '*', direct: true },
    { entries: 'example.org, 127.0.0.1:PORT', direct: true },
    { entries: '127.0.0.0/8', direct: true },
    { entries: '127.0.0.1:1', direct: false },
    { entries: '10.0.0.0/8 0.0.1', direct: false },
  ])('no_proxy $entries: direct is $direct', async ({ entries, direct }) => {
    const [proxy, server] = [await tinyproxy(), await loopbackServer(() => ({ ok: true }))]
    vi.stubEnv('http_proxy', proxy.address)
    vi.stubEnv(direct ? 'no_proxy' : 'NO_PROXY', entries.replace('PORT', String(server.port)))
    expect(await ask(server.address)).toMatchObject({ status: 200 })
    expect(proxy.requests()).toHaveLength(direct ? 0 : 1)
  })

  it.each([
    { entries: '.localhost', host: 'a.localhost', direct: true },
    { entries: '*.localhost', host: 'a.localhost', direct: true },
    { entries: 'localhost', host: 'a.localhost', direct: true },
    { entries: 'LOCALHOST', host: 'localhost', direct: true },
    { entries: 'ocalhost', host: 'localhost', direct: false },
    { entries: 'b.localhost', host: 'a.localhost', direct: false },
    { entries: '::1', host: '[::1]', direct: true },
    { entries: '[::1]:PORT', host: '[::1]', direct: true },
    { entries: 'fe80::/10', host: '[::1]', direct: false },
  ])('no_proxy $entries for $host: direct is $direct', async ({ entries, host, direct }) => {
    const server = createPlainServer((_, response) => response.end('direct'))
    const port = await listenOn(server, host === '[::1]' ? '::1' : '127.0.0.1')
    vi.stubEnv('http_proxy', `http://127.0.0.1:${await closedPort()}`)
    vi.stubEnv('no_proxy', entries.replace('PORT', String(port)))
    const outcome = await ask(`http://${host}:${port}`)
    expect(outcome).toMatchObject(direct ? { text: 'direct' } : transient('by the proxy'))
  })

  it.each(['socks5://127.0.0.1:1080', 'http://[', 'ftp://x'])(
    '%s is no proxy for us, and that is said',
    async (value) => {
      vi.stubEnv('https_proxy', value)
      expect(await ask('https://service.example/')).toMatchObject(config('the proxy in the environment'))
    },
  )
})

describe('TLS', () => {
  it('trusts an authority of its own, for the names in the certificate alone', async () => {
    const server = await secureServer()
    expect(await ask(`https://127.0.0.1:${server.port}`, {}, { ca: server.ca })).toMatchObject({ status: 200 })
    expect(await ask(`https://localhost:${server.port}`, {}, { ca: server.ca })).toMatchObject(config('another host'))
    expect(await ask(`https://127.0.0.1:${server.port}`)).toMatchObject(config('`ca`'))
  })

  it('says that a port speaks none', async () => {
    const server = await loopbackServer()
    expect(await ask(server.address.replace('http:', 'https:'))).toMatchObject(config('is the port right?'))
  })

  it('a file that is no certificate is named', async () => {
    const folder = temporaryFolder()
    const broken = join(folder, 'broken.pem')
    writeFileSync(broken, '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n')
    for (const ca of [join(folder, 'gone.pem'), '/etc/hostname', broken]) {
      expect(await ask('https://127.0.0.1:1', {}, { ca })).toMatchObject(config(ca))
    }
  })

  it('an IPv6 address is a host like any other', async () => {
    const server = await secureServer('localhost', '::1')
    expect(await ask(`https://[::1]:${server.port}`, {}, { ca: server.ca })).toMatchObject(config('another host'))
    expect(await ask(`https://localhost:${server.port}`, {}, { ca: server.ca })).toMatchObject({ status: 200 })
  })

  it('the command honours NODE_EXTRA_CA_CERTS', async () => {
    const server = await secureServer()
    const { home, env } = temporaryHome()
    const target = `backends: [hook]\nhook: {backend: webhook, url: "https://127.0.0.1:${server.port}/"}\n`
    writeFileSync(join(home, '.ntfy.yml'), target, { mode: 0o600 })
    expect(await ntfy(['send', '--no-queue', 'hi'], { env })).toMatchObject({ code: 78 })
    expect(await ntfy(['send', 'hi'], { env: { ...env, NODE_EXTRA_CA_CERTS: server.ca } })).toMatchObject({ code: 0 })
    expect(server.received).toEqual(['POST /'])
  })
})

describe('names', () => {
  const find = (name: string, options = {}) =>
    new Promise((resolve, reject) =>
      lookup(name, { all: true, ...options }, (error, found) => (error ? reject(error) : resolve(found))),
    )

  it('localhost and what is below it are this machine, without asking anybody', async () => {
    const here = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]
    for (const name of ['localhost', 'LOCALHOST.', 'x.localhost']) expect(await find(name)).toEqual(here)
    expect(await find('localhost', { family: 6 })).toEqual(here.slice(1))
  })

  it('names of /etc/hosts are found there', async () => {
    const listed = readFileSync('/etc/hosts', 'utf8')
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
      .find(([address = '', name]) => /^\d+\./.test(address) && name !== undefined && !name.includes('localhost'))
    const [address, name = hostname()] = listed ?? []
    if (address !== undefined) expect(await find(name.toUpperCase())).toContainEqual({ address, family: 4 })
  })

  it('a name that nobody knows is not known', async () => {
    await expect(find('nowhere.invalid')).rejects.toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) })
  })

  const root = process.getuid?.() === 0
  describeWith(['unshare', 'mount'], `name servers that swallow questions${root ? '' : ' (needs root)'}`, () => {
    it.skipIf(!root)('hold a command up for no more than its deadline, and it says why', async () => {
      const servers = ['127.66.0.53', '127.66.0.54', '127.66.0.55']
      for (const address of servers) {
        const server = createSocket('udp4')
        await new Promise<void>((resolve) => server.bind(53, address, resolve))
        onTestFinished(() => void server.close())
      }
      const { home, env } = temporaryHome()
      const resolv = join(home, 'resolv.conf')
      writeFileSync(resolv, servers.map((address) => `nameserver ${address}\n`).join(''))
      writeFileSync(
        join(home, '.ntfy.yml'),
        'backends: [phone, mail]\nphone: {backend: ntfy_sh, topic: t}\nmail: {host: mail.example.org, from: a@b.c, to: d@e.f}\n',
      )
      const script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
      const start = performance.now()
      const words = ['-m', 'sh', '-c', script, 'sh', resolv, ntfyBin, 'send', '--no-queue', 'hi']
      const outcome = await run('unshare', words, { env })
      expect(performance.now() - start).toBeLessThan(12_000)
      expect(outcome.code).toBe(75)
      expect(outcome.stderr.match(/host name cannot be looked up/g)).toHaveLength(2)
    })
  })
})

describe('redirects', () => {
  it.each([307, 308])('%i within the origin is followed with the body', async (status) => {
    const server = await loopbackServer(({ path }, response) => {
      if (path === '/new') return { ok: true }
      response.writeHead(status, { location: '/new' }).end()
      return undefined
    })
    const headers = { authorization: 'Bearer x' }
    expect(await ask(`${server.address}/old`, { json: { a: 1 }, headers })).toMatchObject({ status: 200 })
    expect(server.received[1]).toMatchObject({ method: 'POST', path: '/new', json: { a: 1 }, headers })
  })

  it.each([301, 302, 303, 307])('a GET follows %i, and keeps the user of its address', async (status) => {
    const server = await loopbackServer(({ path }, response) => {
      if (path === '/new') return { ok: true }
      response.writeHead(status, { location: '/new' }).end()
      return undefined
    })
    const address = server.address.replace('//', '//me:pa55word@')
    expect(await ask(`${address}/old`, { method: 'GET' })).toMatchObject({ status: 200 })
    const authorization = `Basic ${Buffer.from('me:pa55word').toString('base64')}`
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([authorization, authorization])
  })

  it.each([
    { to: '/old', status: 307, says: 'in a circle' },
    { to: '/new', status: 302, says: 'redirects the message away (302)' },
    { to: 'http://127.0.0.1:1/', status: 307, says: 'http://127.0.0.1:1' },
    { to: 'http://[', status: 307, says: 'no address' },
    { to: undefined, status: 307, says: 'answered 307' },
  ])('$status to $to is a matter of configuration', async ({ to, status, says }) => {
    const server = await loopbackServer((_, response) => {
      response.writeHead(status, to === undefined ? {} : { location: to }).end()
      return undefined
    })
    expect(await ask(`${server.address}/old`)).toMatchObject(config(says))
    expect(server.received.length).toBeLessThan(10)
  })
})

describe('connections and answers that go wrong', () => {
  const request = { body: 'x'.repeat(1000) }

  it('a refused connection may work later, also where a second copy would do harm', async () => {
    const address = `http://127.0.0.1:${await closedPort()}`
    for (const once of [false, true])
      expect(await ask(address, request, { once })).toMatchObject(transient('connection refused'))
  })

  it('a connection that ends before the message was written may work later', async () => {
    const port = await rawServer((socket) => socket.resetAndDestroy())
    const large = { body: Buffer.alloc(8_000_000) }
    expect(await ask(`http://127.0.0.1:${port}`, large, { once: true })).toMatchObject(transient('broke off'))
  })

  it.each([
    ['is reset', (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy()],
    ['is closed', (socket: { end(): void }) => socket.end()],
    [
      'breaks off within the answer',
      (socket: { end(text: string): void }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhal'),
    ],
    ['stays silent', () => {}],
  ])('one that %s after it may have delivered it', async (_, script) => {
    const port = await rawServer((socket) => socket.once('data', () => script(socket as never)))
    const address = `http://127.0.0.1:${port}`
    expect(await ask(address, request, { within: 300 })).toMatchObject(transient(''))
    expect(await ask(address, request, { within: 300, once: true })).toMatchObject(permanent('may have been sent'))
  })

  it('of a huge answer only the beginning is read', async () => {
    const port = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        const more = () => {
          while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'x'))) {}
        }
        socket.on('drain', more)
        more()
      })
    })
    const answer = await ask(`http://127.0.0.1:${port}`)
    expect(answer).toMatchObject({ status: 200 })
    expect('text' in answer ? answer.text.length : 0).toBeLessThan(1_000_000)
  })

  it('what is no HTTP is no yes', async () => {
    const port = await rawServer((socket) => socket.once('data', () => socket.end('220 mail.example.org ESMTP\r\n')))
    expect(await ask(`http://127.0.0.1:${port}`)).toMatchObject({ exitCode: 75 })
  })

  it("the service's own words are said, without control characters and without markup", async () => {
    const texts = [
      '{"error": {"message": "x"}, "message": "no \\u001b[31mway\\nhere"}',
      '<html>whatever</html>',
      'plain\x07 words',
    ]
    const says = [': no way here', '', ': plain words']
    for (const [index, text] of texts.entries()) {
      const server = await loopbackServer((_, response) => {
        response.writeHead(400).end(text)
        return undefined
      })
      expect(await ask(server.address)).toMatchObject({
        exitCode: 69,
        message: `${server.address} answered 400${says[index]}`,
      })
    }
  })
})
