import { writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sendMail as send } from '../support/attempt.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { closedPort } from '../support/server.ts'
import { failingAt, mailServer, rawServer, refusal } from '../support/smtp.ts'

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
    const result = await send(await server(), {}, { deadline: 600 })
    expect(result).toMatchObject({ kind: 'transient' })
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

  it('so does the queue', async () => {
    const { state, server } = choosy()
    const { port, received } = await server
    const { home, env } = temporaryHome()
    const mail = { host: '127.0.0.1', port, from: 'ntfy@example.org', ...everybody }
    const config = join(home, '.ntfy.yml')
    writeFileSync(config, JSON.stringify({ backends: ['mail'], mail }), { mode: 0o600 })
    const sent = await ntfy(['send', 'hi'], { env })
    expect(sent).toMatchObject({ code: 0, stderr: expect.stringContaining('greylisted') })
    state.grey = false
    expect(await ntfy(['queue', 'flush', '--wait'], { env })).toMatchObject({ code: 0 })
    expect(received.map(({ to }) => to.length)).toEqual([2, 2])
    expect(received[1]?.to).toEqual(['later@example.org', 'later-unseen@example.org'])
    const ids = received.map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1])
    expect(ids[0]).toBe(ids[1])
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
