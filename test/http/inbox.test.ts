import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { streamParser } from '../../src/backends/xmpp/xml.ts'
import { openInbox } from '../../src/http/inbox.ts'

it('holds a bounded number of messages that nobody takes', async () => {
  const sent = 1_000_000
  const server = createServer((socket) => void socket.on('error', () => {}).write('<a/>'.repeat(sent)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1')
  const inbox = openInbox(socket, streamParser())
  await once(socket, 'close')
  let taken = 0
  const take = async () => {
    for (;;) {
      await inbox.next()
      taken++
    }
  }
  await expect(take()).rejects.toThrow('sends without end')
  expect(taken).toBeLessThan(sent / 10)
})
