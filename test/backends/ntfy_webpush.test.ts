import {
  createECDH,
  createPublicKey,
  type ECDH,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  verify,
} from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { makeAuthority } from '../support/certificates.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'

/** The reference implementation of RFC 8188, which has no types. */
const { decrypt } = createRequire(import.meta.url)('http_ece') as {
  decrypt(body: Buffer, how: { version: 'aes128gcm'; privateKey: ECDH; authSecret: string }): Buffer
}

interface Push {
  method: string | undefined
  path: string | undefined
  headers: IncomingHttpHeaders
  size: number
  text: string
}

/** A browser and its push service: whatever arrives must be readable with the browser's keys. */
async function browser(answer = (response: ServerResponse): unknown => response.writeHead(201).end()) {
  const authority = makeAuthority(temporaryFolder())
  const keys = createECDH('prime256v1')
  keys.generateKeys()
  const auth = randomBytes(16).toString('base64url')
  const pushes: Push[] = []
  const server = createServer(authority.certificate('localhost'), (request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const body = Buffer.concat(pieces)
      const text = decrypt(body, { version: 'aes128gcm', privateKey: keys, authSecret: auth }).toString()
      const { method, url: path, headers } = request
      pushes.push({ method, path, headers, size: body.length, text })
      answer(response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  const endpoint = `https://localhost:${port}/wpush/v2/gAAAAABsecret-path`
  const subscription = { endpoint, expirationTime: null, keys: { p256dh: keys.getPublicKey('base64url'), auth } }
  return { origin: `https://localhost:${port}`, subscription, ca: authority.file, pushes }
}

type Browser = Awaited<ReturnType<typeof browser>>

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = pair.privateKey.export({ format: 'pem', type: 'sec1' }).toString()
const scalar = pair.privateKey.export({ format: 'jwk' }).d ?? ''

const send = (
  { subscription, ca }: Browser,
  changes: Record<string, unknown> = {},
  more: Parameters<typeof attemptWith>[2] = {},
) => attemptWith('ntfy_webpush', { subscription_info: subscription, private_key: scalar, ca, ...changes }, more)

/** The claims of a VAPID header whose signature is that of its key. */
function claimsOf(header: string | undefined): Record<string, unknown> {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(header ?? '') ?? []
  const [head = '', claims = '', signature = ''] = token.split('.')
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  expect(parse(head)).toMatchObject({ typ: 'JWT', alg: 'ES256' })
  const point = Buffer.from(key, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  const jwk = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }
  const publicKey: KeyObject = createPublicKey({ key: jwk, format: 'jwk' })
  expect(publicKey.equals(createPublicKey(pair.privateKey))).toBe(true)
  const how = { key: publicKey, dsaEncoding: 'ieee-p1363' as const }
  expect(verify('sha256', Buffer.from(`${head}.${claims}`), how, Buffer.from(signature, 'base64url'))).toBe(true)
  return parse(claims)
}

describe('ntfy_webpush', () => {
  it('reaches a browser, which can read it, and says who it is', async () => {
    const to = await browser()
    const notification = { title: 'Größe "✔"', message: 'line 1\nline <2> 👩‍👩‍👧', priority: 'urgent' as const }
    expect(await send(to, {}, { notification, id: 'a1b2-c3' })).toMatchObject({
      kind: 'delivered',
      answer: { status: 201 },
    })
    const [push] = to.pushes
    expect(push).toMatchObject({ method: 'POST', path: '/wpush/v2/gAAAAABsecret-path' })
    expect(push?.headers).toMatchObject({
      ttl: '432000',
      urgency: 'high',
      topic: 'a1b2c3',
      'content-encoding': 'aes128gcm',
    })
    expect(JSON.parse(push?.text ?? '')).toEqual({ title: notification.title, message: notification.message })
    const claims = claimsOf(push?.headers.authorization)
    expect(claims).toMatchObject({ aud: to.origin, sub: 'mailto:user@host.local' })
    const rest = Number(claims['exp']) - Date.now() / 1000
    expect(rest).toBeGreaterThan(60)
    expect(rest).toBeLessThanOrEqual(86_400)
  })

  it('does as it is told', async () => {
    const to = await browser()
    const subscription_info = JSON.stringify(to.subscription)
    const told = { subscription_info, subject: 'me@example.org', ttl: 0, urgency: 'very-low', topic: 'builds' }
    expect(await send(to, told)).toMatchObject({ kind: 'delivered' })
    expect(to.pushes[0]?.headers).toMatchObject({ ttl: '0', urgency: 'very-low', topic: 'builds' })
    expect(claimsOf(to.pushes[0]?.headers.authorization)['sub']).toBe('mailto:me@example.org')
  })

  it('reads a key in each of its forms', async () => {
    const to = await browser()
    const folder = temporaryFolder()
    const file = (name: string, content: string | Buffer) => {
      writeFileSync(join(folder, name), content)
      return join(folder, name)
    }
    const der = (type: 'sec1' | 'pkcs8') => pair.privateKey.export({ format: 'der', type })
    const pkcs8 = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    // What `openssl ecparam -genkey` writes.
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
    const forms = [pem, pkcs8, parameters + pem, `${scalar}=`, der('sec1').toString('base64url')]
    forms.push(der('pkcs8').toString('base64'), file('a.pem', pem), file('b.pem', parameters + pkcs8))
    forms.push(file('c.der', der('sec1')), file('d.der', der('pkcs8')), file('e.txt', `${scalar}\n`))
    for (const private_key of forms) expect(await send(to, { private_key })).toMatchObject({ kind: 'delivered' })
    for (const { headers } of to.pushes) claimsOf(headers.authorization)
    expect(to.pushes).toHaveLength(forms.length)
  })

  it.each(['x', '"', '\n', '👩‍👩‍👧', 'é'])('the largest text of %j fits', async (piece) => {
    const to = await browser()
    const notification = { title: piece.repeat(1000), message: piece.repeat(50_000) }
    expect(await send(to, {}, { notification })).toMatchObject({ kind: 'delivered' })
    expect(to.pushes[0]?.size).toBeLessThanOrEqual(4096)
    expect(to.pushes[0]?.size).toBeGreaterThan(3000)
    expect(JSON.parse(to.pushes[0]?.text ?? '').message).toMatch(/…$/)
  })

  it.each([
    [404, 'permanent', 'subscription is gone'],
    [410, 'permanent', 'subscription is gone'],
    [413, 'permanent', '413'],
    [400, 'config', 'private_key'],
    [401, 'config', 'private_key'],
    [403, 'config', 'the key does not correspond'],
    [429, 'transient', '429'],
    [503, 'transient', '503'],
    [200, 'transient', 'this does not look like'],
  ])('an answer of %i is %s', async (status, kind, says) => {
    const to = await browser((response) =>
      response.writeHead(status, { 'retry-after': '70' }).end('the key does not correspond'),
    )
    const result = await send(to)
    expect(result).toMatchObject({ kind, error: expect.stringContaining(says) })
    expect(errorOf(result)).not.toContain('secret-path')
    if (status === 429) expect(result).toMatchObject({ retryAfter: 70 })
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['a subscription without keys', { subscription_info: { endpoint: 'https://localhost' } }, 'keys.p256dh'],
    ['a subscription that is no JSON', { subscription_info: '{' }, 'subscription_info'],
    ['a key that is not there', { private_key: '/nowhere/key.pem' }, 'no such file'],
    ['a key of another kind', { private_key: otherKey('secp384r1') }, 'P-256'],
    ['a topic that is too long', { topic: 'x'.repeat(33) }, 'topic'],
    ['a subject that is none', { subject: 'me' }, 'mailto:'],
    ['an authority that is unknown', { ca: undefined }, 'certificate'],
  ])('%s is a matter of configuration', async (_, changes, says) => {
    expect(await send(await browser(), changes)).toMatchObject({
      kind: 'config',
      error: expect.stringContaining(says),
    })
  })

  it("takes dschep/ntfy-webpush's configuration, with a path relative to it", async () => {
    const to = await browser()
    const { home, env } = temporaryHome()
    writeFileSync(join(home, 'private_key.pem'), pem, { mode: 0o600 })
    const webpush = { backend: 'ntfy_webpush', subscription_info: to.subscription, private_key: 'private_key.pem' }
    writeFileSync(
      join(home, '.ntfy.yml'),
      JSON.stringify({ backends: ['webpush'], webpush: { ...webpush, ca: to.ca } }),
      {
        mode: 0o600,
      },
    )
    expect(await ntfy(['-t', 'mine', 'send', 'hello'], { env })).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(JSON.parse(to.pushes[0]?.text ?? '')).toEqual({ title: 'mine', message: 'hello' })
    const { stdout } = await ntfy(['-t', 'x', '-b', 'webpush', '-o', 'private_key', pem, 'send', '--json', 'hi'], {
      env,
    })
    expect(stdout).toContain('"delivered"')
    expect(stdout).not.toContain('secret-path')
  })
})

function otherKey(namedCurve: string): string {
  return generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}
