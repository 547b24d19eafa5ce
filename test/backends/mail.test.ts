import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { makeAuthority } from '../support/certificates.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'
import { closedPort } from '../support/server.ts'
import { mailServer, rawServer, refusal } from '../support/smtp.ts'

const addresses = { senderaddress: 'ntfy@example.org', to: ['ops@example.org'] }
const login = { user: 'ntfy', password: 'hunter22' }

function send(port: number, settings: Record<string, unknown> = {}, options: Parameters<typeof attemptWith>[2] = {}) {
  return attemptWith('mail', { host: '127.0.0.1', port, ...addresses, ...settings }, options)
}

/** A server whose answers are a script: after its greeting, one for each line that comes. */
function scripted(greeting: string, answers: (line: string) => string | undefined): Promise<number> {
  return rawServer((socket) => {
    socket.write(greeting)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        const answer = answers(line)
        if (answer === undefined) return socket.destroy()
        if (answer !== '') socket.write(answer)
      }
    })
  })
}

/** Answers every command well, but for one: with `reply`, or by closing where there is none. */
function failingAt(command: string, reply: string | undefined): Promise<number> {
  let inData = false
  const well: Record<string, string> = { DATA: '354 go on\r\n', QUIT: '221 bye\r\n' }
  return scripted(command === 'CONNECT' ? (reply ?? '') : '220 here\r\n', (line) => {
    if (inData) {
      if (line !== '.') return ''
      inData = false
      return command === 'END' ? reply : '250 taken\r\n'
    }
    const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? ''
    if (verb === command || (command === 'EHLO' && verb === 'HELO')) return reply
    inData = verb === 'DATA'
    return well[verb] ?? '250 fine\r\n'
  })
}

describe('what a reply means', () => {
  it.each([
    { at: 'CONNECT', reply: '421 too busy', kind: 'transient' },
    { at: 'CONNECT', reply: '554 no service for you', kind: 'config' },
    { at: 'EHLO', reply: '421 later', kind: 'transient' },
    { at: 'EHLO', reply: '550 not you', kind: 'config' },
    { at: 'MAIL', reply: '451 greylisted', kind: 'transient' },
    { at: 'MAIL', reply: '550 no such sender', kind: 'permanent' },
    { at: 'MAIL', reply: '530 5.7.0 authentication required', kind: 'config' },
    { at: 'RCPT', reply: '451 4.7.1 greylisted', kind: 'transient' },
    { at: 'RCPT', reply: '550 5.1.1 unknown user', kind: 'permanent' },
    { at: 'RCPT', reply: '554 5.7.1 relay access denied', kind: 'permanent' },
    { at: 'DATA', reply: '452 disk full', kind: 'transient' },
    { at: 'DATA', reply: '554 no valid recipients', kind: 'permanent' },
    { at: 'END', reply: '452 queue full', kind: 'transient' },
    { at: 'END', reply: '554 looks like spam', kind: 'permanent' },
    { at: 'END', reply: '552 5.3.4 too large', kind: 'permanent' },
  ])('$reply at $at is $kind', async ({ at, reply, kind }) => {
    const result = await send(await failingAt(at, `${reply}\r\n`))
    expect(result).toMatchObject({ kind, error: expect.stringContaining(reply) })
  })

  it.each(['EHLO', 'MAIL', 'RCPT', 'DATA', 'END'])('a connection that ends at %s is transient', async (at) => {
    expect(await send(await failingAt(at, undefined))).toMatchObject({ kind: 'transient' })
  })

  it('a connection that ends before the greeting is transient', async () => {
    expect(await send(await rawServer((socket) => socket.end()))).toMatchObject({ kind: 'transient' })
  })

  it('a refused connection is transient, and said in words', async () => {
    const result = await send(await closedPort())
    expect(result).toMatchObject({ kind: 'transient', error: expect.stringContaining('connection refused') })
  })

  it('an unknown host is transient', async () => {
    const result = await send(25, { host: 'nowhere.invalid' })
    expect(result).toMatchObject({ kind: 'transient', error: expect.stringMatching(/nowhere\.invalid:25: .*host/) })
  })

  it.each([
    ['never greets', () => rawServer(() => {})],
    ['greets a byte at a time', () => rawServer(dripping)],
    ['falls silent after DATA', () => failingAt('END', '')],
  ])('a server that %s does not hold it past the deadline', async (_, server) => {
    const start = performance.now()
    const result = await send(await server(), {}, { deadline: 600 })
    expect(result).toMatchObject({ kind: 'transient' })
    expect(performance.now() - start).toBeLessThan(1500)
  })
})

function dripping(socket: Socket): void {
  const timer = setInterval(() => socket.write('2'), 50)
  socket.on('close', () => clearInterval(timer))
}

describe('several recipients', () => {
  const everybody = {
    to: ['one@example.org', 'Later <later@example.org>'],
    cc: ['three@example.org', 'never@example.org'],
    bcc: ['later-unseen@example.org'],
  }
  const choosy = () => {
    const state = { grey: true }
    const server = mailServer({
      onRcptTo({ address }, _, done) {
        if (address.startsWith('later') && state.grey) return done(refusal(451, 'greylisted'))
        done(address.startsWith('never') ? refusal(550, 'unknown user') : null)
      },
    })
    return { state, server }
  }

  it('only those who may take it later get it again, each in the header they were in', async () => {
    const { state, server } = choosy()
    const { port, received } = await server
    const first = await send(port, everybody)
    expect(first).toMatchObject({
      kind: 'transient',
      error: expect.stringContaining('unknown user'),
      remaining: { to: ['Later <later@example.org>'], cc: null, bcc: ['later-unseen@example.org'] },
    })
    expect(received[0]?.to).toEqual(['one@example.org', 'three@example.org'])
    state.grey = false
    const remaining = first.kind === 'transient' ? (first.remaining ?? {}) : {}
    expect(await send(port, everybody, { remaining })).toMatchObject({ kind: 'delivered' })
    expect(received[1]?.to.sort()).toEqual(['later-unseen@example.org', 'later@example.org'])
    expect(received[1]?.raw).not.toContain('later-unseen')
  })

  it('nobody is shown who was not to be seen, when only they are left', async () => {
    const { state, server } = choosy()
    const { port, received } = await server
    const settings = { to: 'one@example.org', bcc: 'later-a@example.org later-b@example.org' }
    const first = await send(port, settings)
    state.grey = false
    const remaining = first.kind === 'transient' ? (first.remaining ?? {}) : {}
    expect(await send(port, settings, { remaining })).toMatchObject({ kind: 'delivered' })
    expect(received[1]?.to).toEqual(['later-a@example.org', 'later-b@example.org'])
    expect(received[1]?.raw).toMatch(/^To: "?undisclosed-recipients"?:;/m)
    expect(received[1]?.raw).not.toContain('later-')
  })

  it('is permanent where nobody else will ever take it', async () => {
    const { server } = choosy()
    const result = await send((await server).port, { to: 'one@example.org, never@example.org' })
    expect(result).toMatchObject({ kind: 'permanent', error: expect.stringContaining('accepted for one@example.org') })
  })

  it('is transient where all are refused, some of them for now', async () => {
    const { server } = choosy()
    const result = await send((await server).port, { to: 'never@example.org, later@example.org' })
    expect(result).toMatchObject({ kind: 'transient', remaining: { to: ['later@example.org'] } })
  })
})

describe('passwords', () => {
  const checking = (code: number) => ({
    allowInsecureAuth: true,
    onAuth: (_: unknown, __: unknown, done: (error: Error) => void) => done(refusal(code, 'no')),
  })

  it.each([
    { code: 535, kind: 'config' },
    { code: 454, kind: 'transient' },
    { code: 421, kind: 'transient' },
  ])('an answer of $code to the login is $kind, and shows no password', async ({ code, kind }) => {
    const { port, received } = await mailServer(checking(code))
    const result = await send(port, login)
    expect(result.kind).toBe(kind)
    expect(errorOf(result)).not.toContain(login.password)
    expect(received).toEqual([])
  })

  it('are used in clear on this machine alone', async () => {
    const { port, received } = await mailServer({ allowInsecureAuth: true })
    expect(await send(port, login)).toMatchObject({ kind: 'delivered' })
    expect(received).toMatchObject([{ user: 'ntfy', secure: false }])
  })

  it('a server that asks for none is not the one that was meant', async () => {
    const { port, received } = await mailServer({ disabledCommands: ['AUTH'] })
    expect(await send(port, login)).toMatchObject({ kind: 'config' })
    expect(received).toEqual([])
  })

  it('never go out without TLS where it is required', async () => {
    const lines: string[] = []
    const port = await scripted('220 here\r\n', (line) => {
      lines.push(line)
      return line.startsWith('EHLO') ? '250-here\r\n250 AUTH PLAIN LOGIN\r\n' : '502 no\r\n'
    })
    expect(await send(port, { ...login, tls: 'starttls' })).toMatchObject({ kind: 'config' })
    // An address of this machine that is no loopback address by its looks.
    expect(await send(port, { ...login, host: '0.0.0.0' })).toMatchObject({ kind: 'config' })
    expect(lines.join('\n')).not.toMatch(/AUTH/)
  })
})

describe('TLS', () => {
  const authority = () => makeAuthority(temporaryFolder())
  const sni = { servername: 'mail.example.org' }

  it.each([
    { tls: 'starttls', secure: false },
    { tls: 'auto', secure: false },
    { tls: 'implicit', secure: true },
  ])('$tls with an authority of its own', async ({ tls, secure }) => {
    const own = authority()
    const { port, received } = await mailServer({ hideSTARTTLS: false, secure, ...own.certificate('mail.example.org') })
    const settings = { ...login, ...sni, tls }
    expect(await send(port, { ...settings, ca: own.file })).toMatchObject({ kind: 'delivered' })
    expect(received).toMatchObject([{ secure: true, user: 'ntfy' }])
    const untrusted = await send(port, settings)
    expect(untrusted).toMatchObject({ kind: 'config', error: expect.stringMatching(/certificate.*`ca`/) })
    const other = await send(port, { ...settings, ca: own.file, servername: 'other.example.org' })
    expect(other).toMatchObject({ kind: 'config', error: expect.stringContaining('another host') })
    expect(received).toHaveLength(1)
  })

  it('an address is checked against the certificate, too', async () => {
    const own = authority()
    const { port } = await mailServer({ hideSTARTTLS: false, ...own.certificate('127.0.0.1') })
    expect(await send(port, { ca: own.file, tls: 'starttls' })).toMatchObject({ kind: 'delivered' })
  })

  it('where clear text would do, an unknown certificate is no reason to send nothing', async () => {
    const own = authority()
    const { port, received } = await mailServer({ hideSTARTTLS: false, ...own.certificate('mail.example.org') })
    expect(await send(port)).toMatchObject({ kind: 'delivered' })
    expect(received).toMatchObject([{ secure: true }])
  })

  it('a port that speaks no TLS is a matter of configuration, with a hint', async () => {
    const { port } = await mailServer()
    expect(await send(port, { tls: 'implicit' })).toMatchObject({
      kind: 'config',
      error: expect.stringContaining('tls: starttls'),
    })
  })

  it('a connection that breaks off while TLS begins is transient', async () => {
    const port = await rawServer((socket) => {
      const answers = ['250-here\r\n250 STARTTLS\r\n', '220 go on\r\n']
      socket.write('220 here\r\n')
      socket.on('data', () => {
        const answer = answers.shift()
        if (answer === undefined) socket.destroy()
        else socket.write(answer)
      })
    })
    expect(await send(port, { tls: 'starttls' })).toMatchObject({ kind: 'transient' })
  })

  it('454 to STARTTLS is transient', async () => {
    const port = await failingAt('STARTTLS', '454 TLS not available now\r\n')
    expect(await send(port, { tls: 'starttls' })).toMatchObject({ kind: 'transient' })
  })

  it('a file that holds no certificate is named', async () => {
    const result = await send(25, { ca: '/dev/null' })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('/dev/null') })
  })
})

describe('what arrives', () => {
  it('nothing in title, sender or recipients can add a header or a recipient', async () => {
    const { port, received } = await mailServer()
    const evil = 'x\r\nBcc: evil@example.org\r\n\r\nevil'
    const options = { notification: { title: evil, origin: { user: 'u', host: 'h>\r\nX-Evil: 1', cwd: '/' } } }
    await send(port, { subject_prefix: 'a\nX-Evil: 2 ' }, options)
    for (const key of ['to', 'cc', 'bcc', 'senderaddress']) {
      await send(port, { [key]: key === 'senderaddress' ? `a@example.org${evil}` : [`a@example.org${evil}`] }, options)
      await send(port, { [key]: key === 'senderaddress' ? `<a@b>${evil}` : [`"${evil}" <a@b>\r\nX-Evil: 3`] }, options)
    }
    expect(received.length).toBeGreaterThan(0)
    for (const { raw, to } of received) {
      const header = raw.slice(0, raw.indexOf('\r\n\r\n'))
      expect(header).not.toMatch(/^(x-evil|bcc):/im)
      expect(to).not.toContain('evil@example.org')
    }
  })

  it('names of recipients arrive as they are', async () => {
    const { port, received } = await mailServer()
    await send(port, { to: ['"Doe, John" <john@example.org>', 'Jürgen <j@example.org>'] })
    expect(received[0]?.to).toEqual(['john@example.org', 'j@example.org'])
    expect(received[0]?.raw).toContain('"Doe, John" <john@example.org>')
  })

  it('recipients that are no addresses are refused, not dropped', async () => {
    const { port, received } = await mailServer()
    expect(await send(port, { to: ['a@example.org', ':;'] })).toMatchObject({ kind: 'config' })
    expect(received).toEqual([])
  })

  it('the same Message-ID in every attempt, and the time of the event', async () => {
    const { port, received } = await mailServer()
    const options = { id: 'a1b2c3', notification: { time: '2026-02-03T04:05:06.000Z' } }
    await send(port, {}, options)
    await send(port, {}, options)
    for (const { raw } of received) {
      expect(raw).toMatch(/^Message-ID: <a1b2c3@host>\r$/im)
      expect(raw).toMatch(/^Date: Tue, 03 Feb 2026 04:05:06 \+0000\r$/m)
      expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    }
    expect(received).toHaveLength(2)
  })
})

describe('sendmail', () => {
  /** A home whose PATH has a `sendmail` that notes what it gets and ends with `status`. */
  function withSendmail(status: number) {
    const { home, env } = temporaryHome()
    mkdirSync(join(home, 'bin'))
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" >"$HOME/words"\ncat >"$HOME/mail"\necho no queue >&2\nexit ${status}\n`
    writeFileSync(join(home, 'bin/sendmail'), script, { mode: 0o755 })
    const config =
      'backends: [mail]\nmail: {from: ntfy@example.org, to: [-ops@example.org, two@example.org], bcc: three@example.org}\n'
    writeFileSync(join(home, '.ntfy.yml'), config)
    const path = { ...env, PATH: `${join(home, 'bin')}:${env['PATH']}` }
    return { env: path, read: (file: string) => readFileSync(join(home, file), 'utf8') }
  }

  it('takes the message where no host is named, and no recipient is taken for a flag', async () => {
    const { env, read } = withSendmail(0)
    expect(await ntfy(['-t', 'title', 'send', 'line\n.\nend'], { env })).toMatchObject({ code: 0 })
    expect(read('words')).toBe('-i\n-f\nntfy@example.org\n--\n-ops@example.org\ntwo@example.org\nthree@example.org\n')
    expect(read('mail')).toMatch(/^To: -ops@example.org, two@example.org$/m)
    expect(read('mail')).toMatch(/^line\n\.\nend$/m)
    expect(read('mail')).not.toMatch(/\r|three/)
  })

  it.each([
    { status: 75, code: 0, says: 'no queue' },
    { status: 78, code: 78, says: 'no queue' },
  ])('that ends with $status is told apart', async ({ status, code, says }) => {
    const { env } = withSendmail(status)
    const outcome = await ntfy(['send', 'hi'], { env })
    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(says) })
  })
})

describe("Backy's section", () => {
  it('sends as it stands, and its password is never shown', async () => {
    const { port, received } = await mailServer({ allowInsecureAuth: true })
    const { home, env } = temporaryHome()
    const target = `type: mail
    host: 127.0.0.1
    port: ${port}
    senderaddress: ntfy@example.org
    to:
      - ops@example.org
    username: backy
    password: hunter22`
    writeFileSync(join(home, '.ntfy.yml'), `notifications:\n  prod-email:\n    ${target}\n`, { mode: 0o600 })
    const outcome = await ntfy(['-v', 'send', 'done'], { env })
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).not.toContain('hunter22')
    expect(received).toMatchObject([{ from: 'ntfy@example.org', to: ['ops@example.org'], user: 'backy' }])
  })
})
