import { ConfigError } from '../platform/errors.ts'
import { defineBackend, type Outgoing } from './contract/backend.ts'
import { authorization, httpOptions } from './contract/http-options.ts'
import { choice, json, list, map, text, url } from './contract/options.ts'

export default defineBackend({
  name: 'webhook',
  title: 'Webhook',
  homepage: 'https://www.rfc-editor.org/rfc/rfc9110',
  setup: [
    'Anything that takes a request over HTTP: give its address, and what it wants as `headers`, `token`, `user` and `password`, or `hmac_secret`. `template` says what the body looks like.',
  ],
  options: {
    url: url({
      description: 'where the notification is sent',
      required: true,
      secret: true,
      example: 'https://example.org/hook',
    }),
    method: choice(['POST', 'PUT', 'GET'], { description: 'the method', default: 'POST' }),
    headers: map({ description: 'further headers', secret: true }),
    template: json({
      description:
        'the body: JSON, or a text, in which {{title}}, {{message}} and the like stand for the notification; without it everything as JSON',
    }),
    content_type: text({ description: 'the type of the body, if it is neither JSON nor plain text' }),
    user: text({ description: 'a user name, with `password`', aliases: ['username'] }),
    password: text({ description: 'the password', secret: true, aliases: ['pass'] }),
    token: text({ description: 'a bearer token', secret: true }),
    hmac_secret: text({ description: 'a secret that signs the body (HMAC-SHA256)', secret: true, aliases: ['secret'] }),
    hmac_header: text({ description: 'the header of the signature', default: 'X-Signature-256' }),
    success: list({ description: 'the statuses that mean that it was taken; without it all from 200 to 299' }),
    ...httpOptions,
  },
  limits: {},
  refusal: { status: 401, json: { error: 'unauthorized' } },
  async send(notification, options, context) {
    const { body, type } =
      options.method === 'GET' ? { body: '', type: undefined } : bodyOf(notification, options.template)
    const headers: Record<string, string> = {
      ...(type && { 'content-type': options.content_type ?? type }),
      'idempotency-key': context.id,
      ...authorization(options),
      ...options.headers,
    }
    if (options.hmac_secret !== undefined) {
      const { createHmac } = process.getBuiltinModule('node:crypto')
      const signature = createHmac('sha256', options.hmac_secret).update(body).digest('hex')
      headers[options.hmac_header.toLowerCase()] = `sha256=${signature}`
    }
    const answer = await context.http(options.url, {
      method: options.method,
      headers,
      ...(options.method !== 'GET' && { body }),
      ...(options.success && { statuses: options.success.map(statusFrom) }),
    })
    const { json: content } = answer
    return typeof content === 'object' && content !== null
      ? (content as Record<string, unknown>)
      : { status: answer.status }
  },
})

function statusFrom(text: string): number {
  if (!/^[1-5]\d\d$/.test(text)) throw new ConfigError(`success: ${text}: expected a status (200)`)
  return Number(text)
}

/** What a template can speak of. */
function wordsOf(notification: Outgoing): Record<string, unknown> {
  const { id, time, source, title, message, priority, url: link, tags, outcome, origin } = notification
  return { id, time, source, title, message, priority, url: link, tags, ...origin, ...outcome }
}

/** A template is filled after it was parsed: no text can become a part of its structure. */
function bodyOf(notification: Outgoing, template: unknown): { body: string; type: string } {
  const words = wordsOf(notification)
  if (template === undefined) return { body: JSON.stringify(words), type: 'application/json' }
  if (typeof template === 'string') {
    // Filled as text, it would let a quotation mark of the message end the string that it stands in.
    if (/^\s*(\{(?!\{)|\[)/.test(template)) {
      throw new ConfigError('template: it looks like JSON and is none ("{{status}}" needs its quotation marks, too)')
    }
    return { body: String(fill(template, words, false)), type: 'text/plain; charset=utf-8' }
  }
  return { body: JSON.stringify(fill(template, words, true)), type: 'application/json' }
}

function fill(node: unknown, words: Record<string, unknown>, typed: boolean): unknown {
  if (typeof node === 'string') {
    // A word that is the whole text keeps its type: a number stays a number.
    const whole = typed ? /^\{\{(\w+)\}\}$/.exec(node)?.[1] : undefined
    if (whole !== undefined) return known(words, whole)
    return node.replace(/\{\{(\w+)\}\}/g, (_, word: string) => String(known(words, word) ?? ''))
  }
  if (Array.isArray(node)) return node.map((item) => fill(item, words, typed))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, fill(value, words, typed)]))
}

const possible = new Set(
  'id time source title message priority url tags user host cwd command status signal durationMs output'.split(' '),
)

function known(words: Record<string, unknown>, word: string): unknown {
  if (!possible.has(word)) {
    throw new ConfigError(`template: unknown word {{${word}}} (known: ${[...possible].join(', ')})`)
  }
  return words[word] ?? null
}
