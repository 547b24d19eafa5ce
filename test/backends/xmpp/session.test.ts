import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { attemptWith } from '../../support/attempt.ts'

/** A server without TLS that gives these answers, one for each piece that arrives. */
async function attemptAt(answers: string[]) {
  const sockets = new Set<Socket>()
  const said: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    const left = [...answers]
    socket.on('error', () => {})
    socket.on('data', (piece: Buffer) => {
      said.push(piece.toString())
      const answer = left.shift()
      if (answer === 'hang up') socket.destroy()
      else if (answer !== undefined) socket.write(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number }
  const settings = { jid: 'ntfy@example.test', password: 'the password', recipient: 'me@example.test' }
  const given = { ...settings, hostname: '127.0.0.1', port, timeout: 1 }
  const result = await attemptWith('xmpp', given)
  expect(said.join('')).not.toContain('password')
  expect(said.join('')).not.toContain('message')
  return result
}

const stream = '<stream:stream version="1.0">'
const features = (content: string) => `${stream}<stream:features>${content}</stream:features>`
const error = (content: string) => `${stream}<stream:error>${content}</stream:error></stream:stream>`
const starttls = '<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>'

it.each<[string, string[], string, string]>([
  ['offers no TLS', [features('<mechanisms><mechanism>PLAIN</mechanism></mechanisms>')], 'config', 'no STARTTLS'],
  ['says nothing', [], 'transient', 'no answer in time'],
  ['stops at TLS', [features(starttls), '<proceed/>'], 'transient', 'no answer in time'],
  ['cannot begin TLS', [features(starttls), '<failure/>'], 'transient', 'cannot begin TLS'],
  ['has no TLS after all', [features(starttls), '<proceed/>', 'HTTP/1.1 400'], 'config', 'no TLS there'],
  ['hangs up', ['hang up'], 'transient', 'broke off'],
  ['goes down', [error('<system-shutdown/><text>back\x1b[31m soon</text>')], 'transient', 'system-shutdown: back soon'],
  ['is busy', [error('<resource-constraint/>')], 'transient', 'resource-constraint'],
  ['does not know the domain', [error('<host-unknown/>')], 'permanent', 'host-unknown'],
  ['names another', [error('<see-other-host>b.example</see-other-host>')], 'config', 'b.example'],
  ['never closes an element', [stream + '<a>'.repeat(100_000)], 'transient', 'does not speak XMPP'],
  ['puts too much into an element', [features('<a/>'.repeat(5000))], 'transient', 'does not speak XMPP'],
  ['does not end a text', [`${stream}<a>${'x'.repeat(200_000)}<b/>${'x'.repeat(200_000)}`], 'transient', 'speak XMPP'],
  ['is none', ['HTTP/1.1 400 Bad Request\r\n\r\n<!DOCTYPE html>'], 'transient', 'does not speak XMPP'],
])('a server that %s', async (_, answers, kind, says) => {
  expect(await attemptAt(answers)).toMatchObject({ kind, error: expect.stringContaining(says) })
})
