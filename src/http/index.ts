import { ConfigError, codeOf, NtfyError, PermanentError, TransientError } from '../platform/errors.ts'
import { exchange, type HttpAnswer, type HttpRequest, type HttpSettings } from './exchange.ts'
import { isOurRefusal, networkWords } from './failure.ts'
import { proxyFor } from './proxy.ts'
import { serviceWords, withServiceWords } from './service-words.ts'

export type Http = (address: string, request: HttpRequest) => Promise<HttpAnswer>

const mostRedirects = 5

/**
 * An HTTP client for one attempt. It returns only what the service took; everything else is thrown as the kind of
 * failure that decides what becomes of the delivery. This is the only place that knows what a status means.
 */
export function httpClient(settings: HttpSettings): Http {
  return async (address, request) => {
    const answer = await follow(address, request, settings)
    if (isGood(answer.status, request) && (request.accepts?.(answer) ?? true)) return answer
    const own = request.failure?.(answer)
    if (own !== undefined) throw waiting(withServiceWords(own, answer), answer)
    throw failureOf(address, answer, settings)
  }
}

/** Does a status mean "later" whatever words come with it (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4)? */
export function isForLater(status: number): boolean {
  return [408, 425, 429].includes(status)
}

/** The backend knows what the answer means; how long to wait may stand in the header all the same. */
function waiting(error: Error, answer: HttpAnswer): Error {
  if (error instanceof PermanentError && isForLater(answer.status)) {
    return new TransientError(error.message, retryAfter(answer))
  }
  if (!(error instanceof TransientError) || error.retryAfter !== undefined) return error
  return new TransientError(error.message, retryAfter(answer), error.remaining)
}

function isGood(status: number, { statuses }: HttpRequest): boolean {
  return statuses?.includes(status) ?? (status >= 200 && status < 300)
}

/** Follows redirects that change neither the origin, which may get our credentials, nor the method. */
async function follow(address: string, request: HttpRequest, settings: HttpSettings): Promise<HttpAnswer> {
  let url = webAddress(address)
  for (let redirects = 0; ; redirects++) {
    const answer = await oneExchange(url, request, settings)
    const location = answer.headers['location']
    if (answer.status < 300 || answer.status >= 400 || isGood(answer.status, request)) return answer
    if (typeof location !== 'string') return answer
    const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined
    if (next === undefined) throw new ConfigError(`${url.origin} redirects to something that is not an address`)
    if (next.origin !== url.origin)
      throw new ConfigError(`${url.origin} redirects to ${next.origin}; is the address correct?`)
    const keepsMethod = answer.status === 307 || answer.status === 308 || request.method === 'GET'
    if (!keepsMethod)
      throw new ConfigError(`${url.origin} redirects the message away (${answer.status}); is the address correct?`)
    if (redirects === mostRedirects) throw new ConfigError(`${url.origin} redirects in a loop`)
    url = Object.assign(next, { username: url.username, password: url.password })
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
export function failureOf(
  address: string,
  answer: HttpAnswer,
  { once, service = 'this service' }: HttpSettings,
): Error {
  const { status } = answer
  const origin = webAddress(address).origin
  if (status >= 200 && status < 300) {
    return new TransientError(
      `${origin} answered ${status}, but this does not look like ${service}${serviceWords(answer)}`,
    )
  }
  const text = `${origin} answered ${status}${serviceWords(answer)}`
  if (status >= 500 && status !== 511 && once) return new PermanentError(`${text}; it may have been sent all the same`)
  if (status === 407 || isForLater(status) || status >= 500) return new TransientError(text, retryAfter(answer))
  if ([401, 403, 404].includes(status) || (status >= 300 && status < 400)) return new ConfigError(text)
  return new PermanentError(text)
}

/** What an error of the network, or of the request's preparation, means for the delivery. */
export function networkFailure(
  url: URL,
  error: unknown,
  { signal, once, written }: HttpSettings & { written: boolean },
): Error {
  if (error instanceof NtfyError) return error
  const code = codeOf(error) ?? ''
  const late = written ? 'no answer in time' : 'no connection in time'
  const proxy = proxyFor(url)
  const text = `${url.origin}${proxy ? ` (by the proxy ${proxy.host})` : ''}: ${signal.aborted ? late : networkWords(error)}`
  if (isOurRefusal(code)) return new ConfigError(text)
  if (once && written) return new PermanentError(`${text}; it may have been sent all the same`)
  return new TransientError(text)
}

/** Seconds from Retry-After, which is a number of seconds or a date (RFC 9110 §10.2.3). */
export function retryAfter(answer: HttpAnswer): number | undefined {
  const value = answer.headers['retry-after']
  if (typeof value !== 'string') return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

/** Seconds until the time that a header names, as seconds since 1970 or, where the service counts so, from now on. */
export function resetAfter({ headers }: HttpAnswer, header: string): number | undefined {
  const value = headers[header]
  if (typeof value !== 'string' || !/^\d+(\.\d+)?$/.test(value)) return undefined
  const [number, now] = [Number(value), Date.now() / 1000]
  // Nobody waits for thirty years.
  return Math.ceil(number > 1_000_000_000 ? Math.max(0, number - now) : number)
}

function webAddress(address: string): URL {
  if (!URL.canParse(address) || !/^https?:/i.test(address)) {
    throw new ConfigError('the address is not a web address (https://...)')
  }
  return new URL(address)
}
