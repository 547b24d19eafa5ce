import { expect, it, vi } from 'vitest'
import { attemptWith } from '../support/attempt.ts'
import { mailSystem } from '../support/postfix.ts'
import { describeWith } from '../support/programs.ts'

const password = 'hunter22'
const root = process.getuid?.() === 0

const notification = {
  time: new Date(Date.now() - 60_000).toISOString(),
  title: 'make ✔ fertig: Größe <b>',
  message: 'Zeile 1 <script>\n.\nZeile 3 & “mehr”',
  priority: 'high' as const,
}

describeWith(['postfix', 'dovecot', 'openssl'], `postfix with dovecot${root ? '' : ' (needs root)'}`, () => {
  it.skipIf(!root)(
    'delivers what was meant, by each kind of TLS and by sendmail, and its refusals are told apart',
    async () => {
      const system = await mailSystem(password)
      const server = { host: '127.0.0.1', port: system.submission, ca: system.ca, servername: 'mail.example.org' }
      const addresses = { senderaddress: 'Wächter <ntfy@example.org>', to: ['ops@example.org'], html: true }
      const settings = { ...server, ...addresses, user: 'ntfy', password }
      const send = (changes: Record<string, unknown>) =>
        attemptWith('mail', { ...settings, ...changes }, { id: 'a1b2c3', notification })

      expect(await send({ tls: 'starttls' })).toMatchObject({ kind: 'delivered' })
      const mail = await system.arrival('ops@example.org')
      expectNotification(mail)
      // RFC 3848: with TLS and a login.
      expect(mail).toContain('with ESMTPSA')
      expect(await send({ tls: 'implicit', port: system.submissions, to: 'two@example.org' })).toMatchObject({
        kind: 'delivered',
      })
      expectNotification(await system.arrival('two@example.org'))
      vi.stubEnv('PATH', `${system.programs}:${process.env['PATH']}`)
      expect(await send({ host: undefined, to: 'three@example.org' })).toMatchObject({ kind: 'delivered' })
      expectNotification(await system.arrival('three@example.org'))
      vi.unstubAllEnvs()

      const refusals = [
        { changes: { password: 'wrong' }, kind: 'config', says: '535' },
        { changes: { user: undefined, password: undefined }, kind: 'permanent', says: '554' },
        { changes: { to: 'unknown@example.org' }, kind: 'permanent', says: '550' },
        {
          changes: { to: 'two@example.org unknown@example.org' },
          kind: 'permanent',
          says: 'accepted for two@example.org',
        },
        { changes: { ca: undefined }, kind: 'config', says: 'certificate' },
        { changes: { tls: 'implicit' }, kind: 'config', says: 'tls: starttls' },
      ]
      for (const { changes, kind, says } of refusals) {
        expect(await send(changes)).toMatchObject({ kind, error: expect.stringContaining(says) })
      }
    },
  )
})

function expectNotification(mail: string): void {
  expect(headerOf(mail, 'Subject')).toBe(notification.title)
  expect(headerOf(mail, 'From')).toBe('Wächter <ntfy@example.org>')
  expect(headerOf(mail, 'Message-ID')).toBe('<a1b2c3@host>')
  expect(headerOf(mail, 'Auto-Submitted')).toBe('auto-generated')
  expect(Date.parse(headerOf(mail, 'Date'))).toBe(Math.floor(Date.parse(notification.time) / 1000) * 1000)
  expect(headerOf(mail, 'X-Priority')).toMatch(/^1\b/)
  expect(partOf(mail, 'text/plain')).toBe(notification.message)
  expect(partOf(mail, 'text/html')).toContain('Zeile 1 &lt;script&gt;<br>')
}

/** A header, unfolded and with its encoded words (RFC 2047) decoded. */
function headerOf(mail: string, name: string): string {
  const header = mail.slice(0, mail.indexOf('\n\n')).replace(/\n[ \t]+/g, ' ')
  const value = new RegExp(`^${name}: (.*)$`, 'im').exec(header)?.[1] ?? ''
  return value.replace(/\?= =\?/g, '?==?').replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, kind: string, text: string) => {
    if (kind.toLowerCase() === 'b') return Buffer.from(text, 'base64').toString()
    return quotedPrintable(text.replaceAll('_', ' '))
  })
}

/** The text of the part with this type. */
function partOf(mail: string, type: string): string {
  const boundary = /boundary="([^"]+)"/.exec(mail)?.[1] ?? ''
  const part = mail.split(`--${boundary}`).find((text) => text.includes(`Content-Type: ${type}`)) ?? ''
  const body = part.slice(part.indexOf('\n\n') + 2)
  const text = /encoding: base64/i.test(part) ? Buffer.from(body, 'base64').toString() : quotedPrintable(body)
  return text.replace(/\r?\n$/, '')
}

function quotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
