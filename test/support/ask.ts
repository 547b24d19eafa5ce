import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { expect, onTestFinished, vi } from 'vitest'
import type { HttpRequest, HttpSettings } from '../../src/http/exchange.ts'
import { httpClient } from '../../src/http/index.ts'
import { makeAuthority } from './certificates.ts'
import { temporaryFolder } from './home.ts'
import { minutes } from './wait.ts'

const variables = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()])

/** Takes the caller's proxies away. */
export function withoutProxies(): void {
  vi.unstubAllEnvs()
  for (const name of variables) vi.stubEnv(name, '')
}

/** One request; what is thrown instead of an answer is returned. */
export async function ask(
  address: string,
  request: HttpRequest = { json: { a: 1 } },
  settings: Partial<HttpSettings> & { within?: number } = {},
) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), settings.within ?? minutes)
  try {
    return await httpClient({ signal: controller.signal, ...settings })(address, request)
  } catch (error) {
    return error as Error & { exitCode: number }
  } finally {
    clearTimeout(timer)
  }
}

/** What is thrown, by the exit code that it leads to. */
export const transient = (words: string) => ({ exitCode: 75, message: expect.stringContaining(words) })
export const config = (words: string) => ({ exitCode: 78, message: expect.stringContaining(words) })
export const permanent = (words: string) => ({ exitCode: 69, message: expect.stringContaining(words) })

/** An HTTPS server that takes everything, with an authority of its own. */
export async function secureServer(host = '127.0.0.1', listen = '127.0.0.1') {
  const authority = makeAuthority(temporaryFolder())
  const received: string[] = []
  const server = createServer(authority.certificate(host), (request, response) => {
    received.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.end('{"ok": true}'))
  })
  return { ca: authority.file, received, port: await listenOn(server, listen) }
}

/** Listens on a free port until the test ends. */
export async function listenOn(
  server: Server & { closeAllConnections?: () => void },
  host = '127.0.0.1',
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => {
    server.closeAllConnections?.()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
