import { mkdtempSync } from 'node:fs'
import { createServer as createProxy, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { onTestFinished } from 'vitest'
import { type Authority, makeAuthority } from './certificates.ts'

/** A request to some host of the internet, as it arrived. */
export interface Request {
  host: string
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
  /** The body as JSON, or nothing. */
  json: Record<string, unknown> | undefined
  /** The body as a form. */
  form: URLSearchParams
}

export type Service = (request: Request, response: ServerResponse) => void

/**
 * All hosts of the internet on this machine: an HTTPS proxy that answers for every name with a certificate of the
 * test's own authority, so that code under test uses the services' real addresses.
 */
export async function fakeInternet(service: Service) {
  const authority = internetAuthority()
  const received: Request[] = []
  let current = service
  const secure = createServer(
    {
      ...authority.certificate('any.example'),
      SNICallback: (host, done) => done(null, createSecureContext(authority.certificate(host))),
    },
    (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8')
        const { method = '', url: path = '', headers } = request
        const one = {
          host: headers.host ?? '',
          method,
          path,
          headers,
          body,
          json: parse(body),
          form: new URLSearchParams(body),
        }
        received.push(one)
        current(one, response)
      })
    },
  )
  const proxy = createProxy()
  const sockets = new Set<Socket>()
  proxy.on('connect', (_: IncomingMessage, socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    secure.emit('connection', socket)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
    secure.close()
  })
  return {
    address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    ca: authority.file,
    received,
    answer(next: Service) {
      current = next
    },
  }
}

let made: Authority | undefined

/** One for all tests of a file, as making it takes longer than most of them. It goes with the cache of the run. */
function internetAuthority(): Authority {
  made ??= makeAuthority(mkdtempSync(join(process.env['XDG_CACHE_HOME'] ?? tmpdir(), 'authority-')))
  return made
}

/** Answers with JSON. */
export function answerJson(
  response: ServerResponse,
  status: number,
  content: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(content))
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return undefined
  }
}
