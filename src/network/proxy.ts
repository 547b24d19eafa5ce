import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { ConfigError, TransientError } from '../errors.ts'
import { hideSecret } from '../output.ts'
import { lookup } from './lookup.ts'

/** The proxy that the environment names for an address, as curl and Python's requests read it; nothing for none. */
export function proxyFor(url: URL): URL | undefined {
  if (isExcepted(url)) return undefined
  const value = variable(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || variable('all_proxy')
  if (!value) return undefined
  let proxy: URL
  try {
    proxy = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`)
  } catch {
    throw new ConfigError('the proxy in the environment is no address (http://host:port)')
  }
  if (proxy.password) hideSecret(decodeURIComponent(proxy.password))
  if (proxy.protocol !== 'http:') {
    throw new ConfigError(`the proxy in the environment is ${proxy.protocol}//; http:// was expected`)
  }
  return proxy
}

/** What a proxy wants to see of whoever uses it; nothing if its address has no user. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  if (!proxy.username) return {}
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/**
 * A tunnel through a proxy to a host (RFC 9110 §9.3.6).
 *
 * @throws TransientError the proxy refuses it, or cannot be reached
 */
export function openTunnel(proxy: URL, host: string, signal: AbortSignal): Promise<Socket> {
  const { request } = process.getBuiltinModule('node:http')
  return new Promise((resolve, reject) => {
    const connecting = request({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || 80,
      method: 'CONNECT',
      path: host,
      headers: { host, ...proxyAuthorization(proxy) },
      agent: false,
      lookup: lookup as never,
      signal,
    })
    connecting.on('connect', (answer: IncomingMessage, socket: Socket) => {
      if (answer.statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(new TransientError(`the proxy ${proxy.host} answered ${answer.statusCode} for ${host}`))
    })
    connecting.on('response', (answer) => {
      answer.destroy()
      reject(new TransientError(`the proxy ${proxy.host} answered ${answer.statusCode} for ${host}`))
    })
    connecting.on('error', reject)
    connecting.end()
  })
}

/** `no_proxy` holds hosts, domains with or without a dot in front, addresses, `host:port`, or `*`. */
function isExcepted(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return (variable('no_proxy') ?? '').split(/[\s,]+/).some((entry) => {
    const [, name = '', entryPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase().replace(/^\*?\./, '')) ?? []
    if (entry === '*') return true
    if (name === '' || (entryPort !== undefined && entryPort !== port)) return false
    return host === name || host.endsWith(`.${name}`)
  })
}

function variable(name: string): string | undefined {
  return process.env[name] || process.env[name.toUpperCase()]
}
