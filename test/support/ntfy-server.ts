import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A message as the server keeps it. */
export interface CachedMessage {
  id: string
  time: number
  event: string
  topic: string
  message: string
  title?: string
  priority?: number
  tags?: string[]
  click?: string
  sequence_id?: string
  actions?: {
    action: string
    label: string
    url: string
    method?: string
    body?: string
    headers?: Record<string, string>
  }[]
}

export interface NtfyServerOptions {
  /** Tokens, and what they may do; without it everybody may do everything. */
  tokens?: Record<string, 'read-write' | 'write-only'>
  port?: number
  /** Answers who publishes when this is kept; at once without it. */
  slow?: Promise<unknown>
}

/**
 * An ntfy server as far as its documentation promises (docs/publish.md, docs/subscribe/api.md): publishing by JSON and by
 * topic, subscriptions as a stream of JSON with since, a cache that can be forgotten.
 */
export async function ntfyServer({ tokens, port = 0, slow }: NtfyServerOptions = {}) {
  let cache: CachedMessage[] = []
  const listeners = new Set<{ topics: string[]; response: ServerResponse }>()
  const subscriptions: string[] = []

  function publish(message: Partial<CachedMessage> & { topic: string }): CachedMessage {
    const id = randomBytes(9).toString('base64url')
    const whole: CachedMessage = {
      id,
      time: Math.floor(Date.now() / 1000),
      event: 'message',
      message: 'triggered',
      ...message,
    }
    cache.push(whole)
    for (const { topics, response } of listeners)
      if (topics.includes(whole.topic)) response.write(`${JSON.stringify(whole)}\n`)
    return whole
  }

  function isAllowed({ headers }: IncomingMessage, writes: boolean): boolean {
    if (tokens === undefined) return true
    const right = tokens[headers.authorization?.replace('Bearer ', '') ?? '']
    return right === 'read-write' || (writes && right === 'write-only')
  }

  function answer(request: IncomingMessage, body: string, response: ServerResponse): unknown {
    const { method = '', url = '' } = request
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const [, first = '', second = ''] = pathname.split('/')
    const reply = (status: number, json: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    const isReading = method === 'GET' && second === 'json'
    if (!isAllowed(request, !isReading)) return reply(403, { code: 40301, http: 403, error: 'forbidden' })
    if (isReading) {
      subscriptions.push(url)
      return read(first.split(','), searchParams, response)
    }
    if ((method !== 'POST' && method !== 'PUT') || second !== '')
      return reply(404, { code: 40401, http: 404, error: 'page not found' })
    const json = first === '' ? (JSON.parse(body) as CachedMessage) : { topic: first, message: body }
    if (!/^[-_A-Za-z0-9]{1,64}$/.test(json.topic)) return reply(400, { code: 40009, http: 400, error: 'topic invalid' })
    if ((json as CachedMessage).actions && ((json as CachedMessage).actions?.length ?? 0) > 3)
      return reply(400, { code: 40018, http: 400, error: 'actions invalid' })
    const message = publish(json)
    if (slow === undefined) reply(200, message)
    else void slow.then(() => reply(200, message))
  }

  function read(topics: string[], query: URLSearchParams, response: ServerResponse): unknown {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    const event = (kind: string) =>
      response.write(
        `${JSON.stringify({ id: randomBytes(9).toString('base64url'), time: 1, event: kind, topic: topics.join() })}\n`,
      )
    if (!query.has('poll')) event('open')
    for (const message of since(query.get('since') ?? 'none', topics)) response.write(`${JSON.stringify(message)}\n`)
    if (query.has('poll')) return response.end()
    const listener = { topics, response }
    listeners.add(listener)
    return response.on('close', () => listeners.delete(listener))
  }

  /** An id that it does not know gives all that it has. */
  function since(from: string, topics: string[]): CachedMessage[] {
    const own = cache.filter(({ topic }) => topics.includes(topic))
    if (from === 'none') return []
    if (from === 'latest') return own.slice(-1)
    if (from === 'all') return own
    const span = /^(\d+)(s|m|h|d)$/.exec(from)
    const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }
    if (span) return own.filter(({ time }) => time >= Date.now() / 1000 - Number(span[1]) * (units[span[2] ?? ''] ?? 1))
    if (/^\d{9,}$/.test(from)) return own.filter(({ time }) => time >= Number(from))
    return own.slice(own.findIndex(({ id }) => id === from) + 1)
  }

  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => answer(request, body, response))
  })
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await listen(port)
  onTestFinished(close)
  const { port: own } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${own}`,
    publish,
    /** All that was published in a topic and is kept. */
    in: (topic: string) => cache.filter((message) => message.topic === topic),
    /** The addresses of all subscriptions so far. */
    subscriptions,
    listening: () => listeners.size,
    /** Forgets what it has, as after twelve hours. */
    forget: (keep: (message: CachedMessage) => boolean = () => false) => {
      cache = cache.filter(keep)
    },
    /** Breaks all connections off. */
    breakOff: () => server.closeAllConnections(),
    stop: close,
    start: () => listen(own),
  }
}

/** Presses a button as a phone does: with what stands in it and nothing else. */
export function press(message: CachedMessage | undefined, label: string): Promise<Response> {
  const action = message?.actions?.find((one) => one.label === label)
  if (action === undefined) throw new Error(`no button ${label}`)
  const { url, method = 'POST', body = '', headers = {} } = action
  return fetch(url, { method, body, headers })
}
