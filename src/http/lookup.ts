import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP } from 'node:net'
import { readRegularFile } from '../platform/regular-file.ts'

/** Lists of hosts to block have some megabytes. */
const largestHosts = 64 * 1024 * 1024

/** How long one name server may take at first, in milliseconds, and how often it is queried. */
const patience = { timeout: 2000, tries: 2 }

/** How long all of them may take together, in milliseconds: the rest of an attempt is for the connection. */
const longest = 5000

type Callback = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[] | string, family?: number) => void

/**
 * Looks a host name up in place of dns.lookup, whose thread keeps a process from ending until the system's resolver
 * gives up, whatever has been decided meanwhile (seen with a name server that swallows questions: 3 s at exit).
 * The system's resolver is used only for names that a working name server does not know: mDNS, search domains.
 */
export function lookup(hostname: string, options: LookupOptions, callback: Callback): void {
  find(hostname)
    .then((found) => {
      const wanted = found.filter(({ family }) => !options.family || family === options.family)
      const [first] = wanted
      if (first === undefined) throw Object.assign(new Error(`no such host ${hostname}`), { code: 'ENOTFOUND' })
      if (options.all) callback(null, wanted)
      else callback(null, first.address, first.family)
    })
    .catch((error: NodeJS.ErrnoException) => callback(error, []))
}

/** An address for a host, for sockets that take no look-up of ours. */
export async function findAddress(host: string): Promise<LookupAddress> {
  const family = isIP(host)
  const [first] = family > 0 ? [{ address: host, family }] : await find(host)
  if (first === undefined) throw Object.assign(new Error(`no such host ${host}`), { code: 'ENOTFOUND' })
  return first
}

async function find(hostname: string): Promise<LookupAddress[]> {
  if (/^(.+\.)?localhost\.?$/i.test(hostname)) return [loopback, { address: '::1', family: 6 }]
  const listed = fromHostsFile(hostname)
  if (listed.length > 0) return listed
  const { Resolver, lookup: systemLookup } = process.getBuiltinModule('node:dns/promises')
  const resolver = new Resolver(patience)
  const timer = setTimeout(() => resolver.cancel(), longest)
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  clearTimeout(timer)
  const addresses = [
    ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
    ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
  ]
  if (addresses.length > 0) return addresses
  const code = four.status === 'rejected' ? (four.reason as NodeJS.ErrnoException).code : undefined
  if (code === 'ETIMEOUT' || code === 'ECANCELLED' || code === 'ESERVFAIL') {
    throw Object.assign(new Error('the name servers do not answer'), { code: 'EAI_AGAIN' })
  }
  return systemLookup(hostname, { all: true })
}

const loopback: LookupAddress = { address: '127.0.0.1', family: 4 }

function fromHostsFile(hostname: string): LookupAddress[] {
  const wanted = hostname.toLowerCase()
  try {
    return readRegularFile('/etc/hosts', largestHosts)
      .toString()
      .split('\n')
      .flatMap((line) => {
        const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
        const family = isIP(address)
        return family > 0 && names.some((name) => name.toLowerCase() === wanted) ? [{ address, family }] : []
      })
  } catch {
    return []
  }
}
