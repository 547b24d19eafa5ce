import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, type Socket } from 'node:net'
import { ConfigError, TransientError } from '../platform/errors.ts'
import { hideSecret } from '../platform/output.ts'
import { networkWords } from './failure.ts'
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
  const words = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  const credentials = Buffer.from(words).toString('base64')
  hideSecret(credentials)
  return { 'proxy-authorization': `Basic ${credentials}` }
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
      host: hostOf(proxy),
      port: proxy.port || 80,
      method: 'CONNECT',
      path: host,
      headers: { host, ...proxyAuthorization(proxy) },
      agent: false,
      lookup: lookup as never,
      signal,
    })
    const fail = (words: string) => reject(new TransientError(`the proxy ${proxy.host}: ${words}`))
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

/** `no_proxy` holds hosts, domains with or without a dot in front, addresses, networks, each with or without a port, or `*`. */
function isExcepted(url: URL): boolean {
  const host = hostOf(url).toLowerCase()
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return (variable('no_proxy') ?? '').split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true
    const [name, entryPort] = splitPort(entry.toLowerCase())
    if (name === '' || (entryPort !== undefined && entryPort !== port)) return false
    return host === name || (isIP(host) === 0 ? host.endsWith(`.${name}`) : isInNetwork(host, name))
  })
}

/** `.example.org:80`, `[::1]:80` and `::1`, whose last colon begins no port. */
function splitPort(entry: string): [name: string, port: string | undefined] {
  const [, name = '', port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [entry, entry]
  return [name.replace(/^\*?\.|^\[|\]$/g, ''), port]
}

/** Is `host` an address of the network `10.0.0.0/8`? */
function isInNetwork(host: string, network: string): boolean {
  const [address = '', bits = ''] = network.split('/')
  const version = isIP(address)
  if (version === 0 || isIP(host) !== version || !/^\d+$/.test(bits)) return false
  const kind = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  try {
    list.addSubnet(address, Number(bits), kind)
  } catch {
    return false
  }
  return list.check(host, kind)
}

/** The host of an address as sockets take it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function variable(name: string): string | undefined {
  // To a CGI program HTTP_PROXY is the header `Proxy` of whoever sent the request (https://httpoxy.org).
  const isHeader = name === 'http_proxy' && process.env['REQUEST_METHOD'] !== undefined
  return process.env[name] || (isHeader ? undefined : process.env[name.toUpperCase()])
}
