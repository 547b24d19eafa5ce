import { encodeMultipart } from '../http/multipart.ts'
import { serverOf } from './contract/address.ts'
import { defineBackend, type Outgoing } from './contract/backend.ts'
import { headerName, headerValue, status, word } from './contract/formats.ts'
import { authorization, httpOptions } from './contract/http-options.ts'
import { choice, json, list, map, text, url } from './contract/options.ts'

export default defineBackend({
  name: 'webhook',
  title: 'Webhook',
  homepage: 'https://www.rfc-editor.org/rfc/rfc9110',
  setup: [
    'Anything that takes a request over HTTP: give its address, and what it wants as `headers`, `token`, `user` and `password`, or `hmac_secret`. `template` says what the body looks like.',
  ],
  addresses: {
    schemes: ['json', 'jsons'],
    form: 'jsons://HOST/PATH',
    read(address) {
      const { user, password, path, query } = address
      const headers = Object.entries(query).filter(([name]) => name.startsWith('+'))
      return {
        url: [serverOf(address), ...path.map(encodeURIComponent)].join('/'),
        user,
        password,
        method: query['method']?.toUpperCase(),
        headers:
          headers.length > 0 ? Object.fromEntries(headers.map(([name, text]) => [name.slice(1), text])) : undefined,
        // What Apprise sends.
        template: { version: '1.0', title: '{{title}}', message: '{{message}}', attachments: [], type: 'info' },
      }
    },
  },
  options: {
    url: url({
      description: 'where the notification is sent',
      required: true,
      secret: true,
      example: 'https://example.org/hook',
    }),
    method: choice(['POST', 'PUT', 'GET'], { description: 'the method', default: 'POST' }),
    headers: map({ format: headerValue, nameFormat: headerName, description: 'further headers', secret: true }),
    template: json({
      problem: templateProblem,
      description:
        'the body: JSON, or a text, in which {{title}}, {{message}} and the like stand for the notification; without it everything as JSON',
    }),
    content_type: text({
      format: headerValue,
      description: 'the type of the body, if it is neither JSON nor plain text',
    }),
    user: text({ description: 'a user name, with `password`', aliases: ['username'] }),
    password: text({ description: 'the password', secret: true, aliases: ['pass'] }),
    token: text({ format: word, description: 'a bearer token', secret: true }),
    hmac_secret: text({ description: 'a secret that signs the body (HMAC-SHA256)', secret: true, aliases: ['secret'] }),
    hmac_header: text({ format: headerName, description: 'the header of the signature', default: 'X-Signature-256' }),
    success: list({
      format: status,
      description: 'the statuses that mean that it was taken; without it all from 200 to 299',
    }),
    ...httpOptions,
  },
  takesFiles: ({ method }) => (String(method).toUpperCase() === 'GET' ? undefined : { max: 200 * 1024 * 1024 }),
  limits: {},
  refusal: { status: 401, json: { error: 'unauthorized' } },
  async send(notification, options, context) {
    const { body, type } =
      options.method === 'GET'
        ? { body: '', type: undefined }
        : withFiles(notification, bodyOf(notification, options.template))
    const headers: Record<string, string> = {
      ...(type && { 'content-type': notification.files ? type : (options.content_type ?? type) }),
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
      ...(options.success && { statuses: options.success.map(Number) }),
    })
    const { json: content } = answer
    return typeof content === 'object' && content !== null
      ? (content as Record<string, unknown>)
      : { status: answer.status }
  },
})

/** What a template can speak of. */
function wordsOf(notification: Outgoing): Record<string, unknown> {
  const { id, time, source, title, message, priority, url: link, tags, outcome, origin } = notification
  return { id, time, source, title, message, priority, url: link, tags, ...origin, ...outcome }
}

/** What is wrong with a template, whatever the notification. */
function templateProblem(template: unknown): string | undefined {
  // Filled as text, it would let a quotation mark of the message end the string that it stands in.
  if (typeof template === 'string' && /^\s*(\{(?!\{)|\[)/.test(template)) {
    return 'it looks like JSON and is none ("{{status}}" needs its quotation marks, too)'
  }
  const unknown = JSON.stringify(template)
    .match(/\{\{\w+\}\}/g)
    ?.map((word) => word.slice(2, -2))
    .find((word) => !possible.has(word))
  return unknown && `unknown word {{${unknown}}} (known: ${[...possible].join(', ')})`
}

/** A template is filled after it was parsed: no text can become a part of its structure. */
function bodyOf(notification: Outgoing, template: unknown): { body: string; type: string } {
  const words = wordsOf(notification)
  if (template === undefined) return { body: JSON.stringify(words), type: 'application/json' }
  if (typeof template === 'string') {
    return { body: String(fill(template, words, false)), type: 'text/plain; charset=utf-8' }
  }
  return { body: JSON.stringify(fill(template, words, true)), type: 'application/json' }
}

/** With files all of it is a form: the notification as `payload`, and each `file`. */
function withFiles(
  { files }: Outgoing,
  { body, type }: { body: string; type: string },
): { body: string | Buffer; type: string } {
  if (files === undefined) return { body, type }
  const parts = files.map((file) => ({ ...file, name: 'file', filename: file.name }))
  return encodeMultipart([{ name: 'payload', type, content: body }, ...parts])
}

function fill(node: unknown, words: Record<string, unknown>, typed: boolean): unknown {
  if (typeof node === 'string') {
    // A word that is the whole text keeps its type: a number stays a number.
    const whole = typed ? /^\{\{(\w+)\}\}$/.exec(node)?.[1] : undefined
    if (whole !== undefined) return words[whole] ?? null
    return node.replace(/\{\{(\w+)\}\}/g, (_, word: string) => String(words[word] ?? ''))
  }
  if (Array.isArray(node)) return node.map((item) => fill(item, words, typed))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, fill(value, words, typed)]))
}

const possible = new Set(
  'id time source title message priority url tags user host cwd command status signal durationMs output'.split(' '),
)
