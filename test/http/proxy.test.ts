import { createServer as createPlainServer } from 'node:http'
import { beforeEach, expect, it, vi } from 'vitest'
import { ask, config, listenOn, secureServer, transient, withoutProxies } from '../support/ask.ts'
import { describeWith } from '../support/programs.ts'
import { closedPort, loopbackServer } from '../support/server.ts'
import { tinyproxy } from '../support/tinyproxy.ts'

beforeEach(withoutProxies)

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

  it('HTTP_PROXY of a CGI program is a header of whoever asked it, and no proxy', async () => {
    const [proxy, server] = [await tinyproxy(), await loopbackServer(() => ({ ok: true }))]
    vi.stubEnv('HTTP_PROXY', proxy.address)
    vi.stubEnv('REQUEST_METHOD', 'GET')
    expect(await ask(server.address)).toMatchObject({ status: 200 })
    expect(proxy.requests()).toEqual([])
    vi.stubEnv('http_proxy', proxy.address)
    expect(await ask(server.address)).toMatchObject({ status: 200 })
    expect(proxy.requests()).toHaveLength(1)
  })

  it.each(['https://127.0.0.1:1080', 'http://[', 'ftp://x'])(
    '%s is no proxy for us, and that is said',
    async (value) => {
      vi.stubEnv('https_proxy', value)
      expect(await ask('https://service.example/')).toMatchObject(config('the proxy in the environment'))
    },
  )
})
