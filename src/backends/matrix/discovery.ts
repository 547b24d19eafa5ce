import { ConfigError, exitCode, NtfyError, TransientError } from '../../platform/errors.ts'
import { field } from '../../platform/json.ts'
import { withoutEnd } from '../../platform/text.ts'
import type { Context } from '../contract/backend.ts'

/** What discovery needs of the world. */
export type World = Pick<Context, 'http' | 'cache' | 'now'>

/** A discovered address is believed for so long, in milliseconds. */
const believedFor = 24 * 60 * 60_000

const mostRedirects = 5

/**
 * The address of the homeserver that an option names: an address as it is, the name of a server by its well-known file.
 * What says of itself that it is no mere name (a port, an IP address) is the homeserver.
 *
 * @throws TransientError the server cannot be reached
 */
export async function homeserverNamed(name: string, world: World): Promise<string> {
  const server = withoutEnd(name.trim(), '/')
  if (/^https?:\/\//i.test(server)) return server
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/i.test(server)) return `https://${server}`
  return discover(server, world).catch((error: unknown) => {
    // A configured homeserver counts more than a web server that answers anything.
    if (error instanceof Undiscovered) return `https://${server}`
    throw error
  })
}

/**
 * The address of a user's homeserver (client-server API, "Server discovery").
 *
 * @throws ConfigError the user's server says nothing that could be used
 */
export async function homeserverOf(user: string, world: World): Promise<string> {
  const server = /^@[^:\s]*:([^\s/?#@]+)$/.exec(user)?.[1]
  if (server === undefined) throw new ConfigError(`${user}: expected a user id (@name:server), or homeserver with it`)
  const host = server.replace(/:\d+$/, '')
  return discover(host, world).catch((error: unknown) => {
    if (!(error instanceof Undiscovered)) throw error
    if (error.status === 404) return `https://${server}`
    const text = `${host} does not say where its homeserver is (${error.message}); give homeserver`
    throw error.status >= 500 || error.status === 429 ? new TransientError(text) : new ConfigError(text)
  })
}

/** Another answer than the address of a homeserver. */
class Undiscovered extends NtfyError {
  readonly status: number

  constructor(address: string, status: number) {
    super(`${address}: ${status}`, exitCode.config)
    this.status = status
  }
}

async function discover(host: string, world: World): Promise<string> {
  const cache = world.cache(`discovery ${host}`)
  const kept = cache.read()
  const age = world.now().getTime() - Date.parse(String(field(kept, 'found')))
  const known = addressIn(field(kept, 'homeserver'))
  if (known !== undefined && age >= 0 && age < believedFor) return known
  try {
    const homeserver = await askWellKnown(host, world)
    cache.write({ homeserver, found: world.now().toISOString() })
    return homeserver
  } catch (error) {
    // The homeserver may be well while the web server of its name is not.
    if (known !== undefined && error instanceof TransientError) return known
    throw error
  }
}

/** Nothing secret goes with the question, so it follows redirects to wherever they lead (but to plain HTTP). */
async function askWellKnown(host: string, { http }: World): Promise<string> {
  let address = `https://${host}/.well-known/matrix/client`
  for (let redirects = 0; ; redirects++) {
    const { status, headers, json } = await http(address, {
      method: 'GET',
      statuses: [200, 301, 302, 303, 307, 308],
      failure: ({ status }) => new Undiscovered(address, status),
    })
    const homeserver = status === 200 ? addressIn(field(json, 'm.homeserver', 'base_url')) : undefined
    if (homeserver !== undefined) return homeserver
    const location = headers['location']
    const next =
      typeof location === 'string' && URL.canParse(location, address) ? new URL(location, address) : undefined
    if (status === 200 || next?.protocol !== 'https:' || redirects === mostRedirects)
      throw new Undiscovered(address, status)
    address = next.href
  }
}

function addressIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value)
    ? withoutEnd(value, '/')
    : undefined
}
