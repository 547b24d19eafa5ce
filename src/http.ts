import { ConfigError, codeOf, messageOf, NtfyError, PermanentError, TransientError } from './errors.ts'
import { exchange, type HttpAnswer, type HttpRequest, type HttpSettings } from './network/exchange.ts'
import { oneLine } from './text.ts'

export type Http = (address: string, request: HttpRequest) => Promise<HttpAnswer>

const mostRedirects = 5

/**
 * An HTTP client for one attempt. It returns only what the service took; everything else is thrown as the kind of
 * failure that decides what becomes of the delivery. This is the only place that knows what a status means.
 */
export function httpClient(settings: HttpSettings): Http {
  return async (address, request) => {
    const answer = await follow(address, request, settings)
    if (answer.status >= 200 && answer.status < 300 && (request.accepts?.(answer) ?? true)) return answer
    const own = request.failure?.(answer)
    if (own !== undefined) throw own
    throw failureOf(address, answer, settings)
  }
}

/** Follows redirects that change neither the origin, which may get our credentials, nor the method. */
async function follow(address: string, request: HttpRequest, settings: HttpSettings): Promise<HttpAnswer> {
  let url = webAddress(address)
  for (let redirects = 0; ; redirects++) {
    const answer = await oneExchange(url, request, settings)
    const location = answer.headers['location']
    if (answer.status < 300 || answer.status >= 400 || typeof location !== 'string') return answer
    const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined
    if (next === undefined) throw new ConfigError(`${url.origin} redirects to something that is no address`)
    if (next.origin !== url.origin)
      throw new ConfigError(`${url.origin} redirects to ${next.origin}; is the address right?`)
    const keepsMethod = answer.status === 307 || answer.status === 308 || request.method === 'GET'
    if (!keepsMethod)
      throw new ConfigError(`${url.origin} redirects the message away (${answer.status}); is the address right?`)
    if (redirects === mostRedirects) throw new ConfigError(`${url.origin} redirects in a circle`)
    url = next
  }
}

async function oneExchange(url: URL, request: HttpRequest, settings: HttpSettings): Promise<HttpAnswer> {
  let written = false
  try {
    return await exchange(url, request, settings, () => {
      written = true
    })
  } catch (error) {
    throw networkFailure(url, error, { ...settings, written })
  }
}

/** What a status that is not the service's yes means for the delivery. */
function failureOf(address: string, answer: HttpAnswer, { once }: HttpSettings): Error {
  const { status } = answer
  const origin = webAddress(address).origin
  if (status >= 200 && status < 300) {
    return new TransientError(`${origin} answered ${status}, but not as this service does${serviceWords(answer)}`)
  }
  const text = `${origin} answered ${status}${serviceWords(answer)}`
  if (status >= 500 && status !== 511 && once) return new PermanentError(`${text}; it may have been sent all the same`)
  if ([407, 408, 425, 429].includes(status) || status >= 500) return new TransientError(text, retryAfter(answer))
  if ([401, 403, 404].includes(status) || (status >= 300 && status < 400)) return new ConfigError(text)
  return new PermanentError(text)
}

function networkFailure(
  url: URL,
  error: unknown,
  { signal, once, written }: HttpSettings & { written: boolean },
): Error {
  if (error instanceof NtfyError) return error
  const code = codeOf(error) ?? ''
  const words = signal.aborted ? 'no answer in time' : (networkWords[code] ?? messageOf(error))
  const text = `${url.origin}: ${words}`
  if (
    /^(ERR_TLS|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_SSL|EPROTO|HOSTNAME_MISMATCH|ERR_INVALID|ERR_UNESCAPED)/.test(
      code,
    )
  ) {
    return new ConfigError(text)
  }
  if (once && written) return new PermanentError(`${text}; it may have been sent all the same`)
  return new TransientError(text)
}

const networkWords: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no connection in time',
  EPROTO: 'no TLS there (is the port right?)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; name it by `ca` if you trust it',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an unknown authority; name that by `ca` if you trust it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an unknown authority; name that by `ca` if you trust it',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_INVALID_CHAR: 'a header holds a character that none may hold',
}

/** Seconds from Retry-After, which is a number of seconds or a date (RFC 9110 §10.2.3). */
export function retryAfter(answer: HttpAnswer): number | undefined {
  const value = answer.headers['retry-after']
  if (typeof value !== 'string') return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

/** What the service itself says of the failure, on one line. */
export function serviceWords(answer: HttpAnswer): string {
  const json = answer.json
  const fields = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  const named = ['error', 'message', 'description', 'errors', 'detail', 'msg']
    .map((name) => fields[name])
    .find((value) => typeof value === 'string' || Array.isArray(value))
  const html = /^\s*</.test(answer.text)
  const words = oneLine(String(named ?? (html ? '' : answer.text)).slice(0, 1000)).trim()
  return words === '' ? '' : `: ${words.slice(0, 200)}`
}

function webAddress(address: string): URL {
  if (!URL.canParse(address) || !/^https?:/i.test(address)) {
    throw new ConfigError('the address is no web address (https://...)')
  }
  return new URL(address)
}
