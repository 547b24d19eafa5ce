import type { SrvRecord } from 'node:dns'
import type { Socket } from 'node:net'
import { openSocket } from '../../http/connect.ts'

/** Where a server of a domain listens, and whether it expects TLS from the first byte (XEP-0368). */
export interface Place {
  host: string
  port: number
  directTls: boolean
}

export interface Wanted {
  domain: string
  /** Instead of what the domain's records say. */
  host: string | undefined
  port: number | undefined
  directTls: boolean | undefined
}

/** How long name servers may take, in milliseconds: the rest of an attempt is for the connection. */
const longestLookup = 3000

/** The places to try, in this order: the one that is named, else those of the domain's SRV records, else the domain. */
export async function findPlaces({ domain, host, port, directTls }: Wanted): Promise<Place[]> {
  if (host !== undefined || port !== undefined) {
    const direct = directTls ?? port === 5223
    return [{ host: host ?? domain, port: port ?? (direct ? 5223 : 5222), directTls: direct }]
  }
  const isName = process.getBuiltinModule('node:net').isIP(domain) === 0 && !/^(.+\.)?localhost$/i.test(domain)
  const found = isName ? await records(domain, directTls) : []
  return found.length > 0 ? found : [{ host: domain, port: directTls ? 5223 : 5222, directTls: directTls ?? false }]
}

async function records(domain: string, directTls: boolean | undefined): Promise<Place[]> {
  const { Resolver } = process.getBuiltinModule('node:dns/promises')
  const resolver = new Resolver({ timeout: 1500, tries: 2 })
  const timer = setTimeout(() => resolver.cancel(), longestLookup)
  const ask = (service: string, direct: boolean) =>
    directTls === !direct
      ? []
      : resolver.resolveSrv(`_${service}._tcp.${domain}`).then(
          (list) => list.map((record) => ({ ...record, direct })),
          () => [],
        )
  const both = await Promise.all([ask('xmpps-client', true), ask('xmpp-client', false)])
  clearTimeout(timer)
  return sorted(both.flat()).map(({ name, port, direct }) => ({ host: name, port, directTls: direct }))
}

/** By priority, and by lot within one, the heavier the likelier (RFC 2782). A dot says that there is no such service. */
export function sorted<R extends SrvRecord>(found: R[]): R[] {
  return found
    .filter(({ name }) => name !== '' && name !== '.')
    .map((record) => ({ record, lot: Math.random() ** (1 / Math.max(record.weight, 0.01)) }))
    .sort((one, other) => one.record.priority - other.record.priority || other.lot - one.lot)
    .map(({ record }) => record)
}

/** How long a place may take to answer while there is another one to try, in milliseconds. */
const patience = 3000

/** Connects to the first of the places that can be reached. */
export async function connectToFirst(places: Place[], signal: AbortSignal): Promise<{ place: Place; socket: Socket }> {
  let failure: unknown
  for (const [index, place] of places.entries()) {
    const controller = new AbortController()
    const timer = index + 1 < places.length ? setTimeout(() => controller.abort(), patience) : undefined
    try {
      const socket = await openSocket(place.host, place.port, AbortSignal.any([signal, controller.signal]))
      return { place, socket }
    } catch (error) {
      failure = error
      if (signal.aborted) break
    } finally {
      clearTimeout(timer)
    }
  }
  throw failure
}
