import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { TransientError } from '../platform/errors.ts'
import { openSocket } from './connect.ts'
import { networkWords } from './failure.ts'
import { findAddress, lookup } from './lookup.ts'
import { hostOf, isSocks, proxyAuthorization, userOf } from './proxy.ts'

/**
 * A connection to a host through a proxy.
 *
 * @throws TransientError the proxy refuses it, or cannot be reached
 */
export function openTunnel(proxy: URL, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return isSocks(proxy) ? bySocks(proxy, host, port, signal) : byConnect(proxy, `${host}:${port}`, signal)
}

/** RFC 9110 §9.3.6. */
function byConnect(proxy: URL, host: string, signal: AbortSignal): Promise<Socket> {
  const { request } = process.getBuiltinModule('node:http')
  return new Promise((resolve, reject) => {
    const connecting = request({
      host: hostOf(proxy),
      port: proxy.port || 80,
      method: 'CONNECT',
      path: host,
      headers: { host, ...proxyAuthorization(proxy) },
      agent: false,
      lookup: lookup as never,
      signal,
    })
    const fail = (words: string) => reject(refusal(proxy, words))
    connecting.on('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket)
      socket.destroy()
      const hint = statusCode === 407 ? ' (it wants a user and a password: http://user:password@host:port)' : ''
      fail(`it answered ${statusCode} for ${host}${hint}`)
    })
    connecting.on('error', (error) => fail(signal.aborted ? 'no answer in time' : networkWords(error)))
    connecting.end()
  })
}

/** RFC 1928 and 1929, and SOCKS4. As for curl, 4a and 5h leave the look-up of the host to the proxy. */
async function bySocks(proxy: URL, named: string, port: number, signal: AbortSignal): Promise<Socket> {
  const host = named.replace(/^\[|\]$/g, '')
  const { user, password } = userOf(proxy)
  const type = proxy.protocol.startsWith('socks4') ? 4 : 5
  const found = /^socks[45]:$/.test(proxy.protocol) ? (await findAddress(host)).address : host
  try {
    const socket = await openSocket(hostOf(proxy), Number(proxy.port || 1080), signal)
    const { SocksClient } = await import('socks')
    await SocksClient.createConnection({
      proxy: { host: hostOf(proxy), port: Number(proxy.port || 1080), type, userId: user, password },
      command: 'connect',
      destination: { host: found, port },
      existing_socket: socket,
      // The attempt has a deadline of its own, which ends the socket.
      timeout: 2 ** 31 - 1,
    })
    return socket
  } catch (error) {
    throw refusal(proxy, signal.aborted ? 'no answer in time' : networkWords(error))
  }
}

function refusal(proxy: URL, words: string): TransientError {
  return new TransientError(`the proxy ${proxy.host}: ${words}`)
}
