import { BlockList, isIP } from 'node:net'
import { ConfigError } from '../platform/errors.ts'
import { hideSecret } from '../platform/masking.ts'

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
  if (proxy.password) hideSecret(userOf(proxy).password)
  if (proxy.protocol !== 'http:' && !isSocks(proxy)) {
    throw new ConfigError(`the proxy in the environment is ${proxy.protocol}//; expected http:// or socks5h://`)
  }
  return proxy
}

/** Does it speak SOCKS? Then every protocol goes through a tunnel. */
export function isSocks(proxy: URL): boolean {
  return /^socks(?:4a?|5h?)?:$/.test(proxy.protocol)
}

/** User and password of an address; a percent sign that encodes nothing stands for itself. */
export function userOf(url: URL): { user: string; password: string } {
  return { user: decoded(url.username), password: decoded(url.password) }
}

function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes)
    } catch {
      return bytes
    }
  })
}

/** The credentials for a proxy; nothing if its address has no user. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  if (!proxy.username) return {}
  const { user, password } = userOf(proxy)
  const credentials = Buffer.from(`${user}:${password}`).toString('base64')
  hideSecret(credentials)
  return { 'proxy-authorization': `Basic ${credentials}` }
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
  // To a CGI program HTTP_PROXY is the header `Proxy` of the request (https://httpoxy.org).
  const isHeader = name === 'http_proxy' && process.env['REQUEST_METHOD'] !== undefined
  return process.env[name] || (isHeader ? undefined : process.env[name.toUpperCase()])
}
