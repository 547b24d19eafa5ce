import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { attemptWith } from '../support/attempt.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { loopbackServer } from '../support/server.ts'

const hostile = '", "admin": true, "x": "\\ {{title}} \u2028\n'

/** A server that takes everything, and what a webhook with these settings makes of it. */
async function hook(settings: Record<string, unknown> = {}, options: Parameters<typeof attemptWith>[2] = {}) {
  const server = await loopbackServer(() => ({ ok: true }))
  const result = await attemptWith('webhook', { url: `${server.address}/hook?key=s3cret`, ...settings }, options)
  return { server, result, sent: server.received[0] }
}

describe('the body', () => {
  it('is the whole notification as JSON', async () => {
    const outcome = { command: 'make', status: 2, durationMs: 1500 }
    const { result, sent } = await hook({}, { notification: { message: hostile, outcome } })
    expect(result).toMatchObject({ kind: 'delivered', answer: { ok: true } })
    expect(sent).toMatchObject({ method: 'POST', path: '/hook?key=s3cret' })
    expect(sent?.headers['content-type']).toBe('application/json')
    expect(sent?.json).toMatchObject({ title: 'title', message: hostile, command: 'make', status: 2, durationMs: 1500 })
  })

  it.each([
    ['a mapping', { text: '{{title}}: {{message}}', n: '{{status}}', list: ['{{tags}}', { deep: '{{message}}' }] }],
    [
      'a text of JSON',
      '{"text": "{{title}}: {{message}}", "n": "{{status}}", "list": ["{{tags}}", {"deep": "{{message}}"}]}',
    ],
  ])('fills a template, %s, where no text can become structure', async (_, template) => {
    const notification = { title: hostile, message: hostile, tags: ['a', 'b'], outcome: { status: 3 } }
    const { sent } = await hook({ template }, { notification })
    // A title is one line.
    const title = hostile.replace(/[\u2028\n]/g, ' ').trim()
    expect(sent?.json).toEqual({
      text: expect.stringContaining(hostile),
      n: 3,
      list: [['a', 'b'], { deep: hostile }],
    })
    expect(sent?.json['text']).toContain(title.slice(0, 20))
  })

  it('may be a text, with a type of its own', async () => {
    const template = '{{title}} [{{priority}}] {{signal}}'
    const { sent } = await hook({ template, content_type: 'text/markdown' })
    expect(sent?.body).toBe('title [default] ')
    expect(sent?.headers['content-type']).toBe('text/markdown')
    expect((await hook({ template })).sent?.headers['content-type']).toBe('text/plain; charset=utf-8')
  })

  it.each([
    ['a word that nobody knows', '{{nonsense}}', '{{nonsense}}'],
    ['JSON that is none', '{"n": {{status}}, "text": "{{message}}"}', 'JSON'],
  ])('%s is refused before anything is sent', async (_, template, says) => {
    const { result, sent } = await hook({ template })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining(says) })
    expect(sent).toBeUndefined()
  })
})

describe('the request', () => {
  it('is signed over the bytes that are sent, and repeats its key', async () => {
    const { sent } = await hook(
      { hmac_secret: 'shh', hmac_header: 'X-Hub-Signature-256' },
      { id: 'fixed-1', notification: { message: 'ä\u2028' } },
    )
    const signature = createHmac('sha256', 'shh')
      .update(Buffer.from(sent?.body ?? ''))
      .digest('hex')
    expect(sent?.headers['x-hub-signature-256']).toBe(`sha256=${signature}`)
    expect(sent?.headers['idempotency-key']).toBe('fixed-1')
  })

  it.each([
    [{ token: 'abc' }, 'Bearer abc'],
    [{ user: 'me', password: 'pässword' }, `Basic ${Buffer.from('me:pässword').toString('base64')}`],
    [{ token: 'abc', headers: { Authorization: 'Custom x' } }, 'Custom x'],
  ])('carries %j', async (settings, expected) => {
    expect((await hook(settings)).sent?.headers.authorization).toBe(expected)
  })

  it.each(['PUT', 'put', 'GET'])('can be a %s', async (method) => {
    const { result, sent } = await hook({ method })
    expect(result.kind).toBe('delivered')
    expect(sent?.method).toBe(method.toUpperCase())
    expect(sent?.body === '').toBe(method === 'GET')
  })

  it.each([
    { headers: { 'X-A': 'a\r\nX-Evil: 1' } },
    { headers: { 'X A': 'a' } },
    { hmac_header: 'a\nb', hmac_secret: 'x' },
  ])('with a header that cannot be is a matter of configuration: %j', async (settings) => {
    const { result, sent } = await hook(settings)
    expect(result.kind).toBe('config')
    expect(sent).toBeUndefined()
  })
})

describe('the answer', () => {
  it.each([
    { success: '200 204', status: 204, kind: 'delivered' },
    { success: '204', status: 200, kind: 'transient' },
    { success: ['409'], status: 409, kind: 'delivered' },
    { success: '302', status: 302, kind: 'delivered' },
    { success: 'ok', status: 200, kind: 'config' },
    { success: undefined, status: 410, kind: 'permanent' },
  ])('$status with success: $success is $kind', async ({ success, status, kind }) => {
    const server = await loopbackServer((_, response) => {
      response.writeHead(status, { location: '/elsewhere' }).end()
      return undefined
    })
    const result = await attemptWith('webhook', { url: `${server.address}/hook`, ...(success && { success }) })
    expect(result.kind).toBe(kind)
  })
})

describe('secrets', () => {
  const secrets = {
    path: 'T0ken-in-the-path',
    query: 'qu3ry-secret',
    header: 'h3ader-secret',
    password: 'p%40ss w0rd"',
    hmac: 'hm4c-secret',
  }

  it.each([0, 120, 170])(
    'that a failing server echoes are neither printed nor kept (after %i characters)',
    async (offset) => {
      const server = await loopbackServer(({ path, headers }, response) => {
        response.writeHead(500).end(`${'x'.repeat(offset)} ${path} ${JSON.stringify(headers)} ${'y'.repeat(500)}`)
        return undefined
      })
      const { home, env } = temporaryHome()
      const target = {
        ...{ backend: 'webhook', url: `${server.address}/hooks/${secrets.path}?key=${secrets.query}` },
        ...{
          headers: { 'X-Api-Key': secrets.header },
          user: 'me',
          password: secrets.password,
          hmac_secret: secrets.hmac,
        },
      }
      writeFileSync(join(home, '.ntfy.yml'), JSON.stringify({ backends: ['hook'], hook: target }), { mode: 0o600 })
      const outcome = await ntfy(['-v', '-l', 'DEBUG', '--json', 'send', 'hi'], { env })
      expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('answered 500') })
      const outbox = join(home, '.local/state/ntfy/outbox')
      const kept = readdirSync(outbox).map((file) => readFileSync(join(outbox, file), 'utf8'))
      expect(kept.join('')).toContain('answered 500')
      const listed = await ntfy(['queue'], { env })
      const all = [outcome.stdout, outcome.stderr, listed.stdout, listed.stderr, ...kept].join('\n')
      const credentials = Buffer.from(`me:${secrets.password}`).toString('base64')
      for (const secret of [...Object.values(secrets), credentials]) {
        // Also a piece that a cut may have left.
        for (const piece of [secret, secret.slice(0, 8)]) expect(all).not.toContain(piece)
      }
    },
  )
})
