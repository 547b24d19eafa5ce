import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import { hideSecret } from '../platform/masking.ts'
import { endPhase } from '../platform/trace.ts'
import { readCertificates } from './certificates.ts'
import { lookup } from './lookup.ts'
import { encodeMultipart, type FormPart } from './multipart.ts'
import { hostOf, isSocks, proxyAuthorization, proxyFor, userOf } from './proxy.ts'
import { verified } from './tls.ts'
import { openTunnel } from './tunnel.ts'

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT'
  headers?: Record<string, string>
  /** Sent as application/json. */
  json?: unknown
  /** Sent as application/x-www-form-urlencoded; what is undefined is left out. */
  form?: Record<string, string | number | undefined>
  /** Sent as multipart/form-data. */
  multipart?: readonly FormPart[]
  body?: string | Buffer
  /** The statuses that can mean yes; those from 200 to 299, if not given. */
  statuses?: readonly number[]
  /** Is this the answer that the service promises when it took the message? Any with such a status, if not given. */
  accepts?: (answer: HttpAnswer) => boolean
  /** What an answer means where the service has rules of its own; nothing leaves it to those of its status. */
  failure?: (answer: HttpAnswer) => Error | undefined
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The first `answerLimit` bytes. */
  text: string
  /** The text as JSON, or nothing if it is none. */
  json: unknown
}

export interface HttpSettings {
  /** Ends the whole exchange: look-up, connection, a trickling or endless answer. */
  signal: AbortSignal
  /** A PEM file of authorities to trust instead of the usual ones. */
  ca?: string | undefined
  /** After the request was written there is no second attempt: a duplicate would do harm. */
  once?: boolean
  /** What the service is called in a sentence: `an ntfy server`. */
  service?: string
}

/** An answer is read this far, in bytes: enough for any service's own words. */
const answerLimit = 256 * 1024

/**
 * One request and its answer, as they go over the wire; what an answer means is not decided here. By node:http, in 10 ms:
 * the first call of fetch takes 102 ms and 80 MB on Node 20, 37 ms and more later; loading undici takes 48 ms, bundled.
 */
export async function exchange(
  url: URL,
  request: HttpRequest,
  settings: HttpSettings,
  written: () => void,
): Promise<HttpAnswer> {
  const { start, options, body } = await prepare(url, request, settings)
  const { signal } = settings
  let giveUp = () => {}
  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    const outgoing = start(options, (incoming) => {
      endPhase('answer')
      readAnswer(incoming, resolve, reject)
    })
    // Not by the option `signal`, which takes 2 ms: it follows the stream, and destroys it once more when all is over.
    giveUp = () => outgoing.destroy(new Error('the request was given up'))
    outgoing.on('finish', () => {
      endPhase('request')
      written()
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp)
  return answer.finally(() => signal.removeEventListener('abort', giveUp))
}

type Start = (options: RequestOptions, answered: (incoming: IncomingMessage) => void) => ClientRequest

/** What has to be known before a request can be sent. */
export async function prepare(
  url: URL,
  request: HttpRequest,
  { signal, ca }: HttpSettings,
): Promise<{ start: Start; options: RequestOptions; body: string | Buffer | undefined }> {
  const { body, type } = encode(request)
  const headers: Record<string, string> = { host: url.host, 'user-agent': 'ntfy-done', ...type }
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body))
  if (url.username && !request.headers?.['authorization']) {
    const { user, password } = userOf(url)
    headers['authorization'] = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }
  const host = hostOf(url)
  const options: RequestOptions & { ca?: string; servername?: string } = {
    method: request.method ?? 'POST',
    host,
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    path: url.pathname + url.search,
    headers: hidden({ ...headers, ...request.headers }),
    agent: false,
    lookup: lookup as never,
  }
  const proxy = proxyFor(url)
  // Not by import: a module namespace reads node:http's lazy getters, which load all of fetch on Node 22 and later.
  const tunnel = () => openTunnel(proxy as URL, url.hostname, Number(options.port), signal)
  if (url.protocol === 'http:') {
    if (proxy && isSocks(proxy)) {
      const socket = await tunnel()
      Object.assign(options, { agent: undefined, createConnection: () => socket })
    } else if (proxy) {
      Object.assign(options, { host: hostOf(proxy), port: proxy.port || 80, path: url.origin + options.path })
      Object.assign(options.headers as object, proxyAuthorization(proxy))
    }
    return { start: process.getBuiltinModule('node:http').request, options, body }
  }
  Object.assign(options, verified)
  if (ca !== undefined) options.ca = readCertificates(ca)
  if (proxy) {
    const socket: Socket = await tunnel()
    const { connect } = process.getBuiltinModule('node:tls')
    const servername = process.getBuiltinModule('node:net').isIP(host) > 0 ? {} : { servername: host }
    // Node heeds createConnection only where no agent is named.
    options.agent = undefined
    options.createConnection = () =>
      connect({ ...verified, socket, host, ...servername, ...(options.ca && { ca: options.ca }) })
  }
  return { start: process.getBuiltinModule('node:https').request, options, body }
}

/** Servers echo headers in what they say of a failure: of these no credentials, in whatever form, may be shown. */
function hidden(headers: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === 'authorization') hideSecret(value.replace(/^\w+ +/, ''))
  }
  return headers
}

function encode({ json, form, multipart, body }: HttpRequest): {
  body: string | Buffer | undefined
  type: Record<string, string>
} {
  if (json !== undefined) return { body: JSON.stringify(json), type: { 'content-type': 'application/json' } }
  if (multipart !== undefined) {
    const { body: encoded, type } = encodeMultipart(multipart)
    return { body: encoded, type: { 'content-type': type } }
  }
  if (form === undefined) return { body, type: {} }
  const fields = Object.entries(form).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  return { body: new URLSearchParams(fields).toString(), type: { 'content-type': 'application/x-www-form-urlencoded' } }
}

export function readAnswer(
  incoming: IncomingMessage,
  resolve: (answer: HttpAnswer) => void,
  reject: (error: unknown) => void,
): void {
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
  incoming.on('end', () => (incoming.complete ? finish() : reject(new Error('the answer broke off'))))
  incoming.on('error', reject)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
