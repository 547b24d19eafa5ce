import { describe, expect, it } from 'vitest'
import { errorOf, sendMail as send } from '../support/attempt.ts'
import { makeAuthority } from '../support/certificates.ts'
import { temporaryFolder } from '../support/home.ts'
import { failingAt, mailServer, rawServer, refusal, scripted } from '../support/smtp.ts'

const login = { user: 'ntfy', password: 'hunter22' }

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
