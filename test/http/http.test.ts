import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { ask, config, permanent, secureServer, transient, withoutProxies } from '../support/ask.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'
import { closedPort, loopbackServer } from '../support/server.ts'
import { rawServer } from '../support/smtp.ts'

beforeEach(withoutProxies)

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
    { to: '/old', status: 307, says: 'in a loop' },
    { to: '/new', status: 302, says: 'redirects the message away (302)' },
    { to: 'http://127.0.0.1:1/', status: 307, says: 'http://127.0.0.1:1' },
    { to: 'http://[', status: 307, says: 'not an address' },
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
      '{"error": {"code": 7}, "message": "no \\u001b[31mway\\nhere"}',
      '{"error": {"code": 403, "message": "no permission"}}',
      '<html>whatever</html>',
      'plain\x07 words',
    ]
    const says = [': no way here', ': no permission', '', ': plain words']
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
