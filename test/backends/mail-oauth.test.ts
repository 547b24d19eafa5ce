import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { secureServer, withoutProxies } from '../support/ask.ts'
import { errorOf, sendMail as send } from '../support/attempt.ts'
import { makeAuthority } from '../support/certificates.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'
import { tokenServer } from '../support/oauth.ts'
import { describeWith } from '../support/programs.ts'
import { closedPort, loopbackServer } from '../support/server.ts'
import { mailServer, refusal } from '../support/smtp.ts'
import { tinyproxy } from '../support/tinyproxy.ts'

beforeEach(withoutProxies)

/** A mail server that lets in whoever shows one of these tokens by XOAUTH2, and nobody else. */
function tokenMailServer(...tokens: string[]) {
  const logins: { user: string | undefined; token: string | undefined }[] = []
  const server = mailServer({
    authOptional: false,
    allowInsecureAuth: true,
    authMethods: ['XOAUTH2', 'PLAIN'],
    onAuth: ({ method, username, accessToken }, _, done) => {
      logins.push({ user: username, token: accessToken })
      if (method === 'XOAUTH2' && tokens.includes(accessToken ?? '')) return done(null, { user: username ?? '' })
      done(null, { data: { status: '401', schemes: 'bearer', scope: 'mail' } })
    },
  })
  return server.then((parts) => ({ ...parts, logins }))
}

const json = (access_token: string, more = {}) => ({ json: { access_token, token_type: 'Bearer', ...more } })

describe('a login with OAuth2', () => {
  it('gets an access token for the refresh token, and shows it by XOAUTH2', async () => {
    const [tokens, mail] = [await tokenServer(), await tokenMailServer('access-token-1')]
    expect(await send(mail.port, { oauth: tokens.oauth })).toMatchObject({ kind: 'delivered' })
    const { access_url: _, ...client } = tokens.oauth
    expect(tokens.requests).toEqual([{ grant_type: 'refresh_token', ...client }])
    expect(mail.logins).toEqual([{ user: 'ntfy@example.org', token: 'access-token-1' }])
    expect(mail.received).toMatchObject([{ user: 'ntfy@example.org', to: ['ops@example.org'] }])
  })

  it('as the user that the configuration names, and without a secret for a public client', async () => {
    const [tokens, mail] = [await tokenServer(), await tokenMailServer('access-token-1')]
    const { client_secret: _, ...oauth } = tokens.oauth
    expect(await send(mail.port, { oauth, user: 'box@example.org' })).toMatchObject({ kind: 'delivered' })
    expect(tokens.requests[0]).not.toHaveProperty('client_secret')
    expect(mail.logins[0]?.user).toBe('box@example.org')
  })

  it('once more with a new token where the mail server takes the first one no more', async () => {
    const tokens = await tokenServer((_, count) => json(`access-token-${count}`))
    const mail = await tokenMailServer('access-token-2')
    expect(await send(mail.port, { oauth: tokens.oauth })).toMatchObject({ kind: 'delivered' })
    expect(mail.logins.map(({ token }) => token)).toEqual(['access-token-1', 'access-token-2'])
  })

  it('parks where the mail server takes none, and shows none', async () => {
    const [tokens, mail] = [await tokenServer(), await tokenMailServer()]
    const result = await send(mail.port, { oauth: tokens.oauth })
    expect(result.kind).toBe('config')
    expect(errorOf(result)).not.toMatch(/access-token-1|refresh-token|client-secret/)
    expect(mail.received).toEqual([])
  })

  it('is for later where the mail server is too busy to let anybody in', async () => {
    const tokens = await tokenServer()
    const { port } = await mailServer({
      allowInsecureAuth: true,
      authMethods: ['XOAUTH2'],
      onAuth: (_, __, done) => done(refusal(454, 'later')),
    })
    expect(await send(port, { oauth: tokens.oauth })).toMatchObject({ kind: 'transient' })
  })
})

describe('what the token server answers', () => {
  it.each([
    { error: 'invalid_grant', status: 400, says: 'oauth.refresh_token' },
    { error: 'invalid_client', status: 401, says: 'oauth.client_id and oauth.client_secret' },
    { error: 'unauthorized_client', status: 400, says: 'oauth.client_id' },
    { error: 'invalid_scope', status: 400, says: 'values of oauth' },
  ])('$error says what to do', async ({ error, status, says }) => {
    const answer = { error, error_description: 'AADSTS70008: refresh-token-4711 has expired\r\n\u009b2J' }
    const [tokens, mail] = [await tokenServer(() => ({ status, json: answer })), await tokenMailServer()]
    const result = await send(mail.port, { oauth: tokens.oauth })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining(says) })
    expect(errorOf(result)).toContain(`${error}: AADSTS70008`)
    expect(errorOf(result)).toContain(tokens.address)
    expect(errorOf(result)).not.toMatch(/[\r\n\u009b]|refresh-token-4711/)
    expect(mail.logins).toEqual([])
  })

  it.each([
    { what: 'an error of its own', status: 500, json: { error: 'server_error' }, kind: 'transient' },
    { what: 'too many requests', status: 429, json: { error: 'slow_down' }, kind: 'transient' },
    { what: 'unavailable', status: 400, json: { error: 'temporarily_unavailable' }, kind: 'transient' },
    { what: 'a wrong address', status: 404, json: {}, kind: 'config' },
    { what: 'a refusal in words of its own', status: 400, json: { message: 'no' }, kind: 'config' },
    { what: 'a page of somebody else', status: 200, json: { login: 'here' }, kind: 'transient' },
    { what: 'a token with a line of its own', status: 200, json: { access_token: 'a\r\nRSET' }, kind: 'transient' },
    { what: 'a token that is none', status: 200, json: { access_token: { a: 1 } }, kind: 'transient' },
  ])('$what is $kind', async ({ status, json, kind }) => {
    const [tokens, mail] = [await tokenServer(() => ({ status, json })), await tokenMailServer()]
    expect(await send(mail.port, { oauth: tokens.oauth })).toMatchObject({ kind })
    expect(mail.logins).toEqual([])
  })

  it('a server that is away, or silent until the deadline, is for later', async () => {
    const [tokens, mail] = [await tokenServer(), await tokenMailServer()]
    const away = { ...tokens.oauth, access_url: `http://127.0.0.1:${await closedPort()}/token` }
    expect(await send(mail.port, { oauth: away })).toMatchObject({ kind: 'transient' })
    const silent = await loopbackServer(() => undefined)
    const oauth = { ...tokens.oauth, access_url: `${silent.address}/token` }
    expect(await send(mail.port, { oauth }, { deadline: 600 })).toMatchObject({ kind: 'transient' })
  })

  it('a new refresh token takes the place of the old one, until the configuration has another', async () => {
    const tokens = await tokenServer((_, count) => json('access-token-1', { refresh_token: `refresh-token-${count}` }))
    const mail = await tokenMailServer('access-token-1')
    const { home, env } = temporaryHome()
    const write = (refresh_token: string) => {
      const settings = { host: '127.0.0.1', port: mail.port, from: 'ntfy@example.org', to: 'ops@example.org' }
      const config = { mail: { ...settings, oauth: { ...tokens.oauth, refresh_token } }, backends: ['mail'] }
      writeFileSync(join(home, '.ntfy.yml'), JSON.stringify(config), { mode: 0o600 })
    }
    for (const token of ['first', 'first', 'second']) {
      write(token)
      expect(await ntfy(['send', 'hi'], { env })).toMatchObject({ code: 0, stderr: '' })
    }
    expect(tokens.requests.map(({ refresh_token }) => refresh_token)).toEqual(['first', 'refresh-token-1', 'second'])
  })
})

describe('the configuration', () => {
  const configured = async (mail: Record<string, unknown>) => {
    const { home, env } = temporaryHome()
    const fixed = { host: '127.0.0.1', from: 'ntfy@example.org', to: 'ops@example.org' }
    writeFileSync(join(home, '.ntfy.yml'), JSON.stringify({ mail: { ...fixed, ...mail } }), { mode: 0o600 })
    return ntfy(['config', 'check'], { env })
  }
  const oauth = { clientId: 'id-of-client', 'refresh-token': { env: 'TOKEN' }, access_url: 'https://example.org/token' }

  it('may keep secrets out of it, under names in any spelling', async () => {
    expect(await configured({ oauth })).toMatchObject({ code: 0 })
  })

  it.each([
    { what: 'a name that is not known', settings: { oauth: { ...oauth, scoop: 'x' } }, says: 'unknown name scoop' },
    {
      what: 'no refresh token',
      settings: { oauth: { ...oauth, 'refresh-token': '' } },
      says: 'refresh_token is missing',
    },
    { what: 'clear text', settings: { oauth: { ...oauth, access_url: 'http://example.org/' } }, says: 'https://' },
    { what: 'a password besides', settings: { oauth, password: 'pw' }, says: 'password and oauth' },
  ])('$what is a problem of it', async ({ settings, says }) => {
    expect(await configured(settings)).toMatchObject({ code: 78, stdout: expect.stringContaining(says) })
  })
})

describeWith(['tinyproxy', 'openssl'], 'the way to the token server', () => {
  it('is verified, and goes by the proxy of the environment', async () => {
    const [server, proxy, mail] = [await secureServer(), await tinyproxy(), await tokenMailServer('t')]
    const { oauth } = await tokenServer()
    const settings = { oauth: { ...oauth, access_url: `https://127.0.0.1:${server.port}/token` } }
    expect(await send(mail.port, settings)).toMatchObject({
      kind: 'config',
      error: expect.stringContaining('certificate'),
    })
    expect(server.received).toEqual([])
    vi.stubEnv('https_proxy', proxy.address)
    await send(mail.port, { ...settings, ca: server.ca })
    expect(proxy.requests()).toEqual([`CONNECT 127.0.0.1:${server.port} HTTP/1.1`])
    expect(server.received).toEqual(['POST /token'])
  })

  it('no token goes to a mail server in clear text that is not on this machine', async () => {
    const [tokens, mail] = [await tokenServer(), await tokenMailServer('access-token-1')]
    expect(await send(mail.port, { oauth: tokens.oauth, host: '0.0.0.0' })).toMatchObject({ kind: 'config' })
    expect([mail.logins, tokens.requests]).toEqual([[], []])
    const own = makeAuthority(temporaryFolder())
    const secure = await mailServer({
      hideSTARTTLS: false,
      authMethods: ['XOAUTH2'],
      ...own.certificate('mail.example.org'),
    })
    const tls = { tls: 'starttls', ca: own.file, servername: 'mail.example.org' }
    expect(await send(secure.port, { oauth: tokens.oauth, ...tls })).toMatchObject({ kind: 'delivered' })
    expect(secure.received).toMatchObject([{ secure: true }])
  })
})
