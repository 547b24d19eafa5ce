import { ConfigError, PermanentError, TransientError } from '../../platform/errors.ts'
import { field } from '../../platform/json.ts'
import { excerpt, hideSecret } from '../../platform/masking.ts'
import type { Cache, Context } from '../contract/backend.ts'
import { normalKey } from '../contract/read-option.ts'

/** What gets access tokens: RFC 6749 §6. */
interface Grant {
  client_id: string
  /** A public client has none (§2.1). */
  client_secret?: string
  refresh_token: string
  access_url: string
}

const known = ['client_id', 'client_secret', 'refresh_token', 'access_url'] as const
const needed = ['client_id', 'refresh_token', 'access_url'] as const

/** The names whose values are no secrets. */
export const openNames = ['client_id', 'access_url']

/** What is wrong with the option, whose values may still be references to secrets. */
export function grantProblem(option: unknown): string | undefined {
  if (typeof option !== 'object' || option === null) return undefined
  const given = byName(option as Record<string, unknown>)
  const unknown = Object.keys(given).find((name) => !(known as readonly string[]).includes(name))
  if (unknown !== undefined) return `oauth: unknown name ${unknown} (known: ${known.join(', ')})`
  const lacking = needed.filter((name) => (given[name] ?? '') === '')
  if (lacking.length > 0) return `oauth: ${lacking.join(' and ')} ${lacking.length > 1 ? 'are' : 'is'} missing`
  const address = given['access_url']
  if (typeof address === 'string' && !isSafe(address)) {
    return 'oauth: access_url must be an address with https:// (http:// is for this machine alone)'
  }
  return undefined
}

/**
 * An access token for the mailbox.
 *
 * @throws ConfigError the service refuses the refresh token or the client
 * @throws TransientError it cannot be reached, or may answer later
 */
export async function accessToken(option: Record<string, string>, { http, cache }: Pick<Context, 'http' | 'cache'>) {
  const problem = grantProblem(option)
  if (problem !== undefined) throw new ConfigError(problem)
  const grant = byName(option) as unknown as Grant
  const kept = cache(`oauth ${fingerprint(grant)}`)
  return kept.alone(() => refresh(grant, kept, http))
}

async function refresh(grant: Grant, kept: Cache, http: Context['http']): Promise<string> {
  const { access_url: address, ...client } = grant
  const { origin } = new URL(address)
  const successor = field(kept.read(), 'refreshToken')
  if (typeof successor === 'string') hideSecret(successor)
  const { json } = await http(address, {
    form: {
      grant_type: 'refresh_token',
      ...client,
      ...(typeof successor === 'string' && { refresh_token: successor }),
    },
    headers: { accept: 'application/json' },
    accepts: ({ json: answer }) => isToken(field(answer, 'access_token')),
    failure: ({ status, json: answer }) => refused(origin, status, answer),
  }).catch((error: unknown) => {
    // Whatever is wrong with a login, it is not the message.
    throw error instanceof PermanentError ? new ConfigError(error.message) : error
  })
  const token = String(field(json, 'access_token'))
  hideSecret(token)
  // The service may replace the refresh token, and then takes the old one no more (§6).
  const next = field(json, 'refresh_token')
  if (isToken(next) && next !== (successor ?? grant.refresh_token)) {
    hideSecret(next)
    kept.write({ refreshToken: next })
  }
  return token
}

/** The errors of §5.2; another answer means what its status does. */
function refused(origin: string, status: number, answer: unknown): Error | undefined {
  const error = field(answer, 'error')
  if (typeof error !== 'string' || status >= 500 || status === 429) return undefined
  const description = field(answer, 'error_description')
  const words = typeof description === 'string' ? `${error}: ${description}` : error
  const text = `oauth: ${origin} refuses a token: ${excerpt(words)}`
  if (error === 'temporarily_unavailable' || error === 'server_error') return new TransientError(text)
  return new ConfigError(`${text} (${remedies[error] ?? 'check the values of oauth'})`)
}

const remedies: Record<string, string> = {
  invalid_grant: 'get a new refresh token from the service and put it into oauth.refresh_token',
  invalid_client: 'check oauth.client_id and oauth.client_secret',
  unauthorized_client: 'allow the client to use refresh tokens, or use another oauth.client_id',
}

/** The characters of a token (RFC 6750 §2.1): others would end the line of the login. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

/** Tells refresh tokens apart without holding them. */
function fingerprint({ access_url, client_id, refresh_token }: Grant): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  return createHash('sha256')
    .update(JSON.stringify([access_url, client_id, refresh_token]))
    .digest('hex')
    .slice(0, 32)
}

/** As in all of the configuration, `clientId` is `client_id`. */
function byName(option: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(option).map(([name, value]) => [
      known.find((word) => normalKey(word) === normalKey(name)) ?? name,
      value,
    ]),
  )
}

/** A refresh token goes over the network by TLS only (§10.4). */
function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || (protocol === 'http:' && isLocal(hostname.replace(/^\[|\]$/g, '')))
}

/** Is a host this machine, by its name? */
export function isLocal(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host)
}
