import type { RequestOptions } from 'node:http'
import { ConfigError, codeOf, messageOf, PermanentError, TransientError } from './errors.ts'
import { oneLine } from './text.ts'

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT'
  headers?: Record<string, string>
  /** Sent as application/json. */
  json?: unknown
  body?: string | Buffer
  /** Is this the answer that the service promises when it took the message? Any 2xx answer, if not given. */
  accepts?: (answer: HttpAnswer) => boolean
  /** Asks again after an answer was lost on the way: only where a duplicate does no harm. */
  repeatable?: boolean
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The first `answerLimit` bytes. */
  text: string
  /** The text as JSON, or nothing if it is none. */
  json: unknown
}

export type Http = (address: string, request: HttpRequest) => Promise<HttpAnswer>

/** An answer is read this far, in bytes: enough for any service's own words. */
const answerLimit = 256 * 1024

/**
 * An HTTP client for one attempt. It returns only what the service took; everything else is thrown as the kind of
 * failure that decides what becomes of the delivery. This is the only place that knows what a status means.
 *
 * @param signal ends the whole exchange: look-up, connection, a trickling or endless answer
 */
export function httpClient(signal: AbortSignal): Http {
  return async (address, request) => {
    const answer = await exchange(address, request, signal)
    if (answer.status >= 200 && answer.status < 300) {
      if (request.accepts === undefined || request.accepts(answer)) return answer
      throw new TransientError(`${origin(address)} answered ${answer.status}, but not as this service does`)
    }
    throw failureOf(address, answer)
  }
}

async function exchange(address: string, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const url = new URL(address)
  const body = request.json === undefined ? request.body : JSON.stringify(request.json)
  const headers: Record<string, string> = { 'user-agent': 'ntfy-done', ...request.headers }
  if (request.json !== undefined) headers['content-type'] = 'application/json'
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body))
  const options: RequestOptions = { method: request.method ?? 'POST', headers, agent: false, signal }
  // Not by import: a module namespace reads node:http's lazy getters, which load all of fetch on Node 22 and later.
  const { request: start } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(networkFailure(address, error, signal))
    const outgoing = start(url, options, (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      const finish = () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parseJson(text) })
      }
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size < answerLimit) return
        finish()
        incoming.destroy()
      })
      incoming.on('end', finish)
      incoming.on('error', fail)
      incoming.on('aborted', () => fail(new Error('the answer broke off')))
    })
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

/** Rule H of the services' documentation: what a status that is not 2xx means for the delivery. */
function failureOf(address: string, answer: HttpAnswer): Error {
  const { status } = answer
  const text = `${origin(address)} answered ${status}${serviceWords(answer)}`
  if ([407, 408, 425, 429, 511].includes(status) || status >= 500) return new TransientError(text, retryAfter(answer))
  if ([401, 403, 404].includes(status) || (status >= 300 && status < 400)) return new ConfigError(text)
  return new PermanentError(text)
}

function networkFailure(address: string, error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return new TransientError(`${origin(address)} did not answer in time`)
  const code = codeOf(error)
  const text = `${origin(address)}: ${networkWords[code ?? ''] ?? messageOf(error)}`
  const certificate = code !== undefined && /^(ERR_TLS|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_SSL|EPROTO)/.test(code)
  return certificate ? new ConfigError(text) : new TransientError(text)
}

const networkWords: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no connection in time',
}

/** Seconds from Retry-After, which is a number of seconds or a date (RFC 9110 §10.2.3). */
function retryAfter(answer: HttpAnswer): number | undefined {
  const value = answer.headers['retry-after']
  if (typeof value !== 'string') return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

/** What the service itself says of the failure, on one line. */
function serviceWords(answer: HttpAnswer): string {
  const json = answer.json
  const fields = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  const named = ['error', 'message', 'description', 'errors', 'detail']
    .map((name) => fields[name])
    .find((value) => typeof value === 'string' || Array.isArray(value))
  const html = /^\s*</.test(answer.text)
  const words = oneLine(String(named ?? (html ? '' : answer.text))).trim()
  return words === '' ? '' : `: ${words.slice(0, 200)}`
}

/** Scheme, host and port: the only part of an address that can hold no secret. */
function origin(address: string): string {
  return new URL(address).origin
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
