import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { sessionBus, theBus } from '../../src/desktop/dbus/index.ts'
import { decode, encode } from '../../src/desktop/dbus/value.ts'
import { ConfigError, TransientError } from '../../src/platform/errors.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { minutes, waitFor } from '../support/wait.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describeWith(desktopPrograms, 'a session bus', () => {
  const screen = useDesktop({ daemon: 'none' })

  it('answers calls, refuses what it does not know, and tells signals', async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', screen().env['DBUS_SESSION_BUS_ADDRESS'])
    const bus = await sessionBus(new AbortController().signal, minutes)
    expect(bus.name).toMatch(/^:\d+\.\d+$/)
    expect(bus.guid).toMatch(/^[0-9a-f]{32}$/)
    const ask = (member: string, signature = '', body: unknown[] = []) =>
      bus.call({ ...theBus, member, signature, body })
    expect(await ask('GetNameOwner', 's', ['org.freedesktop.DBus'])).toEqual(['org.freedesktop.DBus'])
    await expect(ask('Nonsense')).rejects.toMatchObject({ code: 'org.freedesktop.DBus.Error.UnknownMethod' })
    const properties = { ...theBus, interface: 'org.freedesktop.DBus.Properties', member: 'Get', signature: 'ss' }
    const [features] = await bus.call({ ...properties, body: ['org.freedesktop.DBus', 'Features'] })
    expect(features).toBeInstanceOf(Array)
    const heard: unknown[] = []
    bus.onSignal((signal) => heard.push([signal.member, ...signal.body]))
    await ask('AddMatch', 's', ["type='signal',member='NameOwnerChanged'"])
    await ask('RequestName', 'su', ['org.example.Mine', 0])
    await waitFor('the signal', () => heard.length > 0)
    expect(heard).toContainEqual(['NameOwnerChanged', 'org.example.Mine', '', bus.name])
    bus.close()
    await expect(ask('ListNames')).rejects.toThrow(TransientError)
  })

  it('is found in the runtime folder where nobody names it', async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', '')
    vi.stubEnv('XDG_RUNTIME_DIR', screen().env['XDG_RUNTIME_DIR'])
    const bus = await sessionBus(new AbortController().signal, minutes)
    bus.close()
  })

  it('is the first of an address that is there', async () => {
    const path = screen().env['DBUS_SESSION_BUS_ADDRESS']?.replace(/^unix:path=/, '') ?? ''
    const escaped = path.replaceAll('/', '%2f')
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', `tcp:host=x;unix:abstract=/nothing/there;unix:guid=00,path=${escaped},x=y`)
    const bus = await sessionBus(new AbortController().signal, minutes)
    bus.close()
  })
})

describe('something that is no bus', () => {
  const ok = 'OK 0123456789abcdef0123456789abcdef\r\n'
  const header = (fields: number, body: number) => {
    const bytes = Buffer.alloc(16)
    bytes.write('l\x02\0\x01', 'latin1')
    bytes.writeUInt32LE(body, 4)
    bytes.writeUInt32LE(fields, 12)
    return bytes
  }

  it.each<[string, (socket: Socket) => void]>([
    ['closes the connection', (socket) => socket.end()],
    ['refuses', (socket) => socket.write('REJECTED DBUS_COOKIE_SHA1\r\n')],
    ['talks without end', (socket) => socket.write('x'.repeat(10_000))],
    ['closes after the greeting', (socket) => socket.end(ok)],
    ['sends something else', (socket) => answer(socket, Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))],
    ['announces 4 GB', (socket) => answer(socket, header(0xffff_ffff, 0xffff_ffff))],
    [
      'announces more fields than come',
      (socket) => answer(socket, Buffer.concat([header(8, 0), Buffer.alloc(8, 0xff)])),
    ],
    ['sends nonsense', (socket) => answer(socket, Buffer.concat([header(64, 64), Buffer.alloc(128, 0x7a)]))],
  ])('that %s is refused at once', async (_, behave) => {
    await pretendBus(behave)
    await expect(sessionBus(new AbortController().signal, minutes)).rejects.toThrow(ConfigError)
  })

  it('says nothing is given up in time', async () => {
    for (const behave of [() => {}, (socket: Socket) => void socket.write(ok)]) {
      await pretendBus(behave)
      const tooLate = 'no answer on the session bus in time'
      await expect(sessionBus(new AbortController().signal, 100)).rejects.toThrow(tooLate)
      await expect(sessionBus(AbortSignal.timeout(100), minutes)).rejects.toThrow(tooLate)
      await expect(sessionBus(AbortSignal.abort(), minutes)).rejects.toThrow(tooLate)
    }
  })

  function answer(socket: Socket, bytes: Buffer): void {
    socket.write(ok)
    socket.on('data', (chunk) => {
      if (chunk.includes('BEGIN')) socket.write(bytes)
    })
  }

  async function pretendBus(behave: (socket: Socket) => void): Promise<void> {
    const path = `${temporaryFolder()}/bus`
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => behave(socket))
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    onTestFinished(() => {
      server.close()
    })
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', `unix:path=${path}`)
  }
})

describe('values', () => {
  it('come back as they were', () => {
    const signature = 'ybnqiuxtdsogas(si)a{sv}aay'
    const values: unknown[] = [
      ...[255, true, -2, 65_535, -3, 4_000_000_000, -5n, 2n ** 63n, 0.5, 'ß✅', '/a/b', 'a{sv}', ['x', ''], ['y', -1]],
      ...[[['key', ['u', 7]]], [[1, 2], [], [3]]],
    ]
    const unpacked = values.with(14, [['key', 7]])
    expect(decode(signature, encode(signature, values), true)).toEqual(unpacked)
  })

  it('of another byte order are understood', () => {
    expect(decode('us', Buffer.from([0, 0, 0, 7, 0, 0, 0, 1, 0x78, 0]), false)).toEqual([7, 'x'])
  })

  it('that cannot be are refused', () => {
    expect(() => encode('s', ['a\0b'])).toThrow(/NUL/)
    for (const signature of ['z', 'a', '(', '(s', '{sv', 'a'.repeat(200), '('.repeat(255), 'y'.repeat(256), '()']) {
      expect(() => decode(signature, Buffer.alloc(64), true)).toThrow(/^D-Bus: /)
    }
    for (let length = 0; length < 40; length++) {
      const bytes = encode('sa{sv}v', ['text', [['a', ['s', 'b']]], ['as', ['x', 'y']]])
      expect(() => decode('sa{sv}v', bytes.subarray(0, length), true)).toThrow(/^D-Bus: /)
    }
    // A variant in a variant in a variant ...
    expect(() => decode('v', Buffer.from('\x01v\0'.repeat(100), 'latin1'), true)).toThrow(/nested/)
  })
})
