import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'

/** A mail as it arrived. */
export interface ReceivedMail {
  from: string
  to: string[]
  raw: string
  secure: boolean
  user: string | undefined
}

/** A refusal with a reply code of its own. */
export function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

/** A mail server on a free port that takes everything, but for what `options` says; it ends with the test. */
export async function mailServer(options: SMTPServerOptions = {}) {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    closeTimeout: 50,
    onAuth: ({ username }, _, done) => done(null, { user: username ?? '' }),
    onData(stream, session, done) {
      let raw = ''
      stream.on('data', (chunk: Buffer) => {
        raw += chunk
      })
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          raw,
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : undefined,
        })
        done(null, 'OK: queued as 4711')
      })
    },
    ...options,
  })
  // A client that gives a handshake up is what some tests are about.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { received, port: (server.server.address() as AddressInfo).port }
}

/** A server that says and does what its script does with each connection. */
export async function rawServer(script: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    script(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A server whose answers are a script: after its greeting, one for each line that comes. */
export function scripted(greeting: string, answers: (line: string) => string | undefined): Promise<number> {
  return rawServer((socket) => {
    socket.write(greeting)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        const answer = answers(line)
        if (answer === undefined) return socket.destroy()
        if (answer !== '') socket.write(answer)
      }
    })
  })
}

/** Answers every command well, but for one: with `reply`, or by closing where there is none. */
export function failingAt(command: string, reply: string | undefined): Promise<number> {
  let inData = false
  const well: Record<string, string> = { DATA: '354 go on\r\n', QUIT: '221 bye\r\n' }
  return scripted(command === 'CONNECT' ? (reply ?? '') : '220 here\r\n', (line) => {
    if (inData) {
      if (line !== '.') return ''
      inData = false
      return command === 'END' ? reply : '250 taken\r\n'
    }
    const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? ''
    if (verb === command || (command === 'EHLO' && verb === 'HELO')) return reply
    inData = verb === 'DATA'
    return well[verb] ?? '250 fine\r\n'
  })
}
