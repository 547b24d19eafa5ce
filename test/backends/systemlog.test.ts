import { mkdtempSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import systemlog from '../../src/backends/systemlog/index.ts'
import { formatRecord } from '../../src/backends/systemlog/syslog.ts'
import { resolveOptions } from '../../src/config/resolve.ts'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { testContext } from '../support/context.ts'
import { describeWith } from '../support/programs.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { type Syslog, startRsyslog } from '../support/rsyslog.ts'
import { closedPort } from '../support/server.ts'

const gnutls = '/usr/share/doc/rsyslog-gnutls'

describeWith(['rsyslogd', 'logger', 'openssl', gnutls], 'systemlog with rsyslog', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ntfy-rsyslog-'))
  let syslog: Syslog

  beforeAll(async () => {
    syslog = await startRsyslog(folder)
  })

  afterAll(async () => {
    await syslog.stop()
    await removeFolder(folder)
  })

  const ways = {
    udp: () => ({ host: '127.0.0.1', port: syslog.udp }),
    tcp: () => ({ host: '127.0.0.1', port: syslog.tcp, protocol: 'tcp' }),
    tls: () => ({ host: 'localhost', port: syslog.tls, protocol: 'tls', ca: syslog.ca }),
    'the local socket': () => ({ socket: syslog.socket }),
  }
  const names = Object.keys(ways) as (keyof typeof ways)[]
  const send = (way: keyof typeof ways, changes: Record<string, unknown> = {}, notification = {}) =>
    attemptWith('systemlog', { ...ways[way](), ...changes }, { notification })

  it.each(names)('by %s facility, priority, program and each line arrive', async (way) => {
    const time = new Date(Date.now() - 3000).toISOString()
    const notification = { title: 'Größe ✔', message: 'line <1> 100%\n\n  [x] line 2 👩‍👩‍👧', time, origin }
    expect(await send(way, {}, notification)).toMatchObject({ kind: 'delivered' })
    const records = await syslog.next(2)
    const common = { facility: 'local5', severity: 'alert', program: 'ntfy' }
    expect(records).toMatchObject([
      { ...common, text: '[Größe ✔] line <1> 100%' },
      { ...common, text: expect.stringMatching(/^\s*\[x\] line 2 👩‍👩‍👧$/u) },
    ])
    if (way === 'the local socket') return
    expect(records[0]).toMatchObject({ host: 'build.example.org' })
    expect(Date.parse(records[0]?.time ?? '')).toBe(Date.parse(time))
  })

  it.each(names)('by %s they are what the options say', async (way) => {
    const settings = { prio: 'debug', facility: 'authpriv', tag: 'cron-job', fmt: '{message} ({title}, {other})' }
    expect(await send(way, settings)).toMatchObject({ kind: 'delivered' })
    const [record] = await syslog.next(1)
    expect(record).toMatchObject({ facility: 'authpriv', severity: 'debug', program: 'cron-job' })
    expect(record?.text).toBe('message (title, {other})')
    for (const [facility, prio] of [
      ['FTP', 'EMERG'],
      ['local0', 'Err'],
      ['LOCAL7', 'INFO'],
    ]) {
      await send(way, { facility, prio })
      expect(await syslog.next(1)).toMatchObject([{ facility: facility?.toLowerCase(), severity: prio?.toLowerCase() }])
    }
  })

  it.each(names)('by %s a long line is cut between characters', async (way) => {
    const fmt = '{title} {message} {message}'
    expect(await send(way, { fmt }, { title: 'x', message: '€'.repeat(50_000) })).toMatchObject({ kind: 'delivered' })
    const [record] = await syslog.next(1)
    expect(record?.text.length).toBeGreaterThan(2000)
    expect(record?.text).not.toContain('\ufffd')
  })

  it('doctor learns whether a server answers', async () => {
    const probe = async (settings: Record<string, unknown>) => {
      const target = { name: 'log', backend: 'systemlog', settings }
      const options = await resolveOptions({ path: undefined, lasting: true }, target, {})
      return systemlog.probe?.(options as Parameters<NonNullable<typeof systemlog.probe>>[0], testContext())
    }
    for (const way of ['tcp', 'tls'] as const) expect(await probe(ways[way]())).toMatch(/:\d+ answers$/)
    expect(await probe(ways.udp())).toContain('udp does not report')
    expect(await probe({})).toContain('logger')
    await expect(probe({ ...ways.tcp(), port: await closedPort() })).rejects.toThrow('connection refused')
  })

  it.each([
    ['an unknown authority', { ca: undefined }, 'config', 'unknown authority'],
    ['a certificate for another name', { host: '127.0.0.1' }, 'config', 'for another host'],
    ['an authority that is not there', { ca: '/nowhere.pem' }, 'config', 'no such file'],
    ['a host that is not there', { host: 'nowhere.invalid' }, 'transient', 'host'],
  ])('%s is said', async (_, changes, kind, says) => {
    expect(await send('tls', changes)).toMatchObject({ kind, error: expect.stringContaining(says) })
  })
})

const origin = { user: 'user', host: 'build.example.org', cwd: '/' }

describe('systemlog', () => {
  it.each(['udp', 'tcp', 'tls'])('is tried again later where nobody listens (%s)', async (protocol) => {
    const result = await attemptWith('systemlog', { host: '127.0.0.1', port: await closedPort(), protocol })
    expect(result.kind).toBe('transient')
    expect(errorOf(result)).toContain('connection refused')
  })

  it.each([
    ['tcp', 3000, 'delivered'],
    ['tls', 1000, 'transient'],
  ])('waits for no server that keeps silent (%s)', async (protocol, deadline, kind) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {})
      socket.resume()
      onTestFinished(() => void socket.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const result = await attemptWith('systemlog', { host: '127.0.0.1', port, protocol }, { deadline })
    expect(result.kind).toBe(kind)
  })

  it.each([
    ['ends its side at once, and reads nothing', (socket: Socket) => void socket.end()],
    ['hangs up at once', (socket: Socket) => void socket.destroy()],
    ['resets the connection', (socket: Socket) => void socket.resetAndDestroy()],
    ['hangs up on the first byte', (socket: Socket) => void socket.once('data', () => socket.destroy())],
  ])('a server that %s has not taken it', async (_, meet) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {})
      onTestFinished(() => void socket.destroy())
      meet(socket)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    expect(await attemptWith('systemlog', { host: '127.0.0.1', port, protocol: 'tcp' })).toMatchObject({
      kind: 'transient',
    })
  })

  it('writes records of RFC 5424', () => {
    const record = { facility: 20, severity: 5, time: '2003-10-11T22:14:15.003Z', host: 'mymachine.example.com' }
    expect(formatRecord({ ...record, program: 'evnt slog', text: 'a' })).toBe(
      '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - - - a',
    )
    expect(formatRecord({ ...record, host: 'ö', program: '', text: 'a' })).toContain('Z - - - - - a')
    const long = formatRecord({ ...record, program: 'ntfy', text: '👩‍👩‍👧'.repeat(1000) })
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(8096)
    expect(long).toMatch(/👧…$/u)
  })
})
