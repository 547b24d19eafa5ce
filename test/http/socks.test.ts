import { spawn } from 'node:child_process'
import { createServer, type Socket } from 'node:net'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { ask, listenOn, secureServer, transient, withoutProxies } from '../support/ask.ts'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { describeWith } from '../support/programs.ts'
import { closedPort, loopbackServer } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

beforeEach(withoutProxies)

/** A microsocks of the test's own, which says where it connects to. */
async function microsocks(...flags: string[]) {
  const port = await closedPort()
  const child = spawn('microsocks', ['-i', '127.0.0.1', '-p', String(port), ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const refused = async () => String(await ask(`http://127.0.0.1:${port}/`, { method: 'GET' })).includes('refused')
  await waitFor('microsocks', async () => !(await refused()))
  return { address: `127.0.0.1:${port}`, said: () => said }
}

describeWith(['microsocks', 'openssl'], 'through a SOCKS proxy', () => {
  it.each(['socks5', 'socks5h', 'socks'])('by %s:// go plain and secure requests', async (protocol) => {
    const [proxy, plain, secure] = [
      await microsocks(),
      await loopbackServer(() => ({ ok: true })),
      await secureServer(),
    ]
    vi.stubEnv('all_proxy', `${protocol}://${proxy.address}`)
    expect(await ask(`${plain.address}/path`)).toMatchObject({ status: 200, json: { ok: true } })
    expect(plain.received).toMatchObject([{ method: 'POST', path: '/path', json: { a: 1 } }])
    expect(await ask(`https://127.0.0.1:${secure.port}/path`, {}, { ca: secure.ca })).toMatchObject({ status: 200 })
    await waitFor('both', () => proxy.said().includes(String(plain.port)) && proxy.said().includes(String(secure.port)))
  })

  it('it is given the user and the password, percent signs and all', async () => {
    const [proxy, server] = [await microsocks('-u', 'me', '-P', 'p%a:@ss'), await loopbackServer(() => ({ ok: true }))]
    for (const password of ['p%25a%3A%40ss', 'p%a:%40ss']) {
      vi.stubEnv('http_proxy', `socks5h://me:${password}@${proxy.address}`)
      expect(await ask(server.address)).toMatchObject({ status: 200 })
    }
    vi.stubEnv('http_proxy', `socks5h://me:wrong@${proxy.address}`)
    expect(await ask(server.address)).toMatchObject(transient(`the proxy ${proxy.address}`))
  })

  it('what cannot be reached, or is silent, may be there later', async () => {
    const proxy = await microsocks()
    vi.stubEnv('http_proxy', `socks5://${proxy.address}`)
    expect(await ask(`http://127.0.0.1:${await closedPort()}`)).toMatchObject(transient('the proxy'))
    vi.stubEnv('http_proxy', `socks5://127.0.0.1:${await closedPort()}`)
    expect(await ask('http://127.0.0.1:1')).toMatchObject(transient('connection refused'))
    const silent = createServer((socket: Socket) => socket.on('error', () => {}).resume())
    vi.stubEnv('http_proxy', `socks5://127.0.0.1:${await listenOn(silent)}`)
    expect(await ask('http://127.0.0.1:1', {}, { within: 500 })).toMatchObject(transient('no answer in time'))
  })

  it('a notification takes that way', async () => {
    const [proxy, { server, env }] = [await microsocks(), await configuredHome()]
    const outcome = await ntfy(['send', 'hi'], { env: { ...env, ALL_PROXY: `socks5h://${proxy.address}` } })
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(server.received).toHaveLength(1)
    await waitFor('the proxy', () => proxy.said().includes(String(server.port)))
  })
})
