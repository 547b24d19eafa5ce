import { statSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { closedPort, loopbackServer } from '../support/server.ts'
import { count, kept, place, printCounts, recover, status } from './place.ts'

printCounts('network and services')

/** A service on a bare socket: what it does with a connection, once it has got the head of the request. */
async function socketServer(answer: (socket: Socket, request: string) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    let request = ''
    socket.on('data', (chunk) => {
      const before = request.includes('\r\n\r\n')
      request += chunk
      if (!before && request.includes('\r\n\r\n')) answer(socket, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

const answerHead = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n'

const services: { name: string; address: () => Promise<string> }[] = [
  { name: 'refuses connections', address: async () => `http://127.0.0.1:${await closedPort()}` },
  { name: 'hangs', address: () => socketServer(() => {}) },
  { name: 'hangs up at once', address: () => socketServer((socket) => socket.destroy()) },
  { name: 'resets before the answer', address: () => socketServer((socket) => socket.resetAndDestroy()) },
  {
    name: 'resets within the answer',
    address: () =>
      socketServer((socket) =>
        socket.write(`${answerHead}{"id":"x",`, () => setImmediate(() => socket.resetAndDestroy())),
      ),
  },
  {
    name: 'gives half an answer',
    address: () => socketServer((socket) => socket.end(`${answerHead}{"id":"x","topic"`)),
  },
  {
    name: 'speaks something else',
    address: () => socketServer((socket) => socket.end('220 mail.example.org ESMTP\r\n')),
  },
  {
    name: 'gives a byte now and then',
    address: () =>
      socketServer((socket) => {
        const timer = setInterval(() => socket.write(' '), 300)
        socket.on('close', () => clearInterval(timer))
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
      }),
  },
]

it.each(services)('keeps it while the service $name', async ({ address }) => {
  const here = await place()
  const server = await address()
  const start = performance.now()
  const { code, stderr } = await here.ntfy('-b', 'phone', '-o', 'server', server, 'send', 'new')
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('queued') })
  expect(performance.now() - start).toBeLessThan(14_000)
  expect(kept(here.outbox)).toMatchObject([{ message: 'new', failed: false }])
  await here.quiet()
  tally()
})

const answers = [
  { name: '503', answer: status(503) },
  { name: '429', answer: status(429) },
  { name: '429 and when', answer: status(429, { 'retry-after': '7' }) },
  { name: '429 and a date', answer: status(429, { 'retry-after': new Date(Date.now() + 90_000).toUTCString() }) },
  { name: 'a page of a captive portal', answer: () => ({ welcome: 'to our hotel' }) },
  { name: '401', answer: status(401), parked: true },
]

it.each(answers)('keeps it when the answer is $name, and sends it later', async ({ answer, parked }) => {
  const here = await place()
  here.ill(answer)
  expect(await here.ntfy('send', 'new')).toMatchObject({ code: parked ? 78 : 0 })
  expect(kept(here.outbox)).toMatchObject([{ message: 'new', content: { state: parked ? 'parked' : 'waiting' } }])
  await recover(here, ['new'])
  expect(here.taken).toHaveLength(1)
  tally()
})

it.each([301, 302, 303, 307, 308])('keeps credentials and message to itself when redirected by %s', async (code) => {
  const other = await loopbackServer()
  const here = await place()
  here.ill(status(code, { location: `${other.address}/` }))
  const { code: exit } = await here.ntfy('-b', 'phone', '-o', 'token', 'tk_secret', 'send', 'new')
  expect({ exit, elsewhere: other.received }).toEqual({ exit: 78, elsewhere: [] })
  expect(kept(here.outbox)).toMatchObject([{ message: 'new', content: { state: 'parked' } }])
  await recover(here, ['new'])
  tally()
})

it('keeps what came by -o out of everything but its own file', async () => {
  const here = await place()
  here.ill(status(400))
  await here.ntfy('-b', 'phone', '-o', 'token', 'tk_verysecret', 'send', 'bad')
  here.ill(status(503))
  await here.ntfy('-b', 'phone', '-o', 'token', 'tk_verysecret', 'send', 'later')
  const shown = (await here.ntfy('queue', '--json')).stdout + (await here.ntfy('queue')).stdout
  for (const { id } of kept(here.outbox)) expect((await here.ntfy('queue', 'show', id)).stdout).not.toContain('tk_very')
  expect(shown).not.toContain('tk_very')
  const [bad] = kept(here.outbox).filter(({ failed }) => failed)
  expect(JSON.stringify(bad?.content)).not.toContain('tk_very')
  await recover(here, ['bad', 'later'])
  expect((await here.ntfy('log', '--json')).stdout).not.toContain('tk_very')
  expect(here.received.at(-1)?.headers['authorization']).toBe('Bearer tk_verysecret')
  tally(2)
})

it('keeps a message of any length within what a file of the outbox may have', async () => {
  const here = await place()
  here.ill(status(503))
  const env = { ...here.env }
  const long = '"\\ü€😀\n'.repeat(100_000)
  expect(await ntfy(['send'], { env, stdin: long })).toMatchObject({ code: 0 })
  await here.quiet()
  const [one] = kept(here.outbox)
  expect(statSync(String(one?.file)).size).toBeLessThan(1024 * 1024)
  here.well()
  await here.ntfy('queue', 'flush', '--wait')
  expect(here.taken).toMatchObject([{ message: expect.stringMatching(/^"\\ü€😀\n/) }])
  tally()
})

function tally(messages = 1): void {
  count('cases')
  count('messages', messages)
  count('lost', 0)
}
