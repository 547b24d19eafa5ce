import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as it arrived. */
export interface Received {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
  json: Record<string, unknown>
}

/** Answers a request; what it returns is sent as JSON with status 200. */
export type Answering = (request: Received, response: ServerResponse) => Record<string, unknown> | undefined

export interface LoopbackServer {
  address: string
  port: number
  received: Received[]
  /** From now on answers like this. */
  answer(answering: Answering): void
  close(): Promise<void>
}

/** An ntfy server as far as publishing goes: it checks what it gets and answers as the real one does. */
export const likeNtfyServer: Answering = ({ method, path, json }, response) => {
  const topic = json['topic']
  if (method !== 'POST' || path !== '/' || typeof topic !== 'string' || !/^[-_A-Za-z0-9]{1,64}$/.test(topic)) {
    response.statusCode = 400
    return { code: 40009, http: 400, error: 'invalid request: topic invalid' }
  }
  return { id: 'hwQ2YpKdmg', time: 1635528741, event: 'message', topic, message: json['message'] }
}

/** A server on a free port of the loopback interface, closed with the test. */
export async function loopbackServer(answering: Answering = likeNtfyServer): Promise<LoopbackServer> {
  const received: Received[] = []
  let current = answering
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const { method = '', url: path = '', headers } = request
      const one = { method, path, headers, body, json: parse(body) }
      received.push(one)
      const answer = current(one, response)
      if (answer === undefined) return
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => closeServer(server)
  onTestFinished(close)
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    port,
    received,
    answer: (next) => {
      current = next
    },
    close,
  }
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await closeServer(server)
  return port
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
