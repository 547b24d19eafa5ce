import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sendMail as send } from '../support/attempt.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { mailServer } from '../support/smtp.ts'

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

  it('the mails of one shell are answers to the same one, which no other shell has', async () => {
    const { port, received } = await mailServer()
    for (const thread of ['shell-1-2', 'shell-1-2', 'shell-1-3', '>\r\nX-Evil: 1']) {
      await send(port, {}, { notification: { thread } })
    }
    await send(port)
    const threads = received.map(({ raw }) => [
      /^References: (.*)\r$/m.exec(raw)?.[1],
      /^In-Reply-To: (.*)\r$/m.exec(raw)?.[1],
    ])
    const first = (name: string) => [`<thread-${name}@host>`, `<thread-${name}@host>`]
    expect(threads).toEqual([
      first('shell-1-2'),
      first('shell-1-2'),
      first('shell-1-3'),
      first('X-Evil1'),
      [undefined, undefined],
    ])
    expect(new Set(received.map(({ raw }) => /^Message-ID: (.*)$/m.exec(raw)?.[1])).size).toBe(5)
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
