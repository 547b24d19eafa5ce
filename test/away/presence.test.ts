import { execFile, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { AwayOptions } from '../../src/away/index.ts'
import { away } from '../support/away.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { openEmulator } from '../support/emulator.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { emulators, openShellWindow, xdotool } from '../support/typed-window.ts'
import { becomes, minutes, waitFor } from '../support/wait.ts'

const limit = () => AbortSignal.timeout(minutes)
afterEach(() => void vi.unstubAllEnvs())

it('away: always and never are answers without a question', async () => {
  const emulator = await openEmulator('kitty')
  const terminal = { tty: emulator.device, shellPid: emulator.pid }
  for (const [mode, answer] of [
    ['always', 'yes'],
    ['never', 'no'],
  ] as const) {
    expect(await away(terminal, limit(), { mode })).toEqual({ answer, source: `the configuration: away: ${mode}` })
    expect(await away(undefined, limit(), { mode })).toMatchObject({ answer })
  }
})

describeWith([...desktopPrograms, 'openbox', 'xdotool', 'xterm', 'xset', 'bash'], 'nobody is there', () => {
  const screen = useDesktop({ windows: true, daemon: 'none' })

  it('while the screen saver is on, or no input for long', async () => {
    const shell = await openShellWindow(screen(), emulators['xterm'] ?? [])
    const seen = async (options: AwayOptions = {}) => (await away(shell.terminal, limit(), options)).source
    await shell.type(':')
    await becomes(() => seen({ idle: 120_000 }), 'X11: the window has the focus')
    await waitFor('some time', async () => /^X11: no input for \d+ s$/.test(await seen({ idle: 50 })))
    await becomes(() => seen(), 'X11: the window has the focus')
    await promisify(execFile)('xset', ['s', 'activate'], { env: screen().env })
    await becomes(() => seen(), 'X11: the screen saver is on')
    // Even if the terminal says that it has the focus.
    await becomes(() => seen({ focus: 'yes' }), 'X11: the screen saver is on')
    await promisify(execFile)('xset', ['s', 'reset'], { env: screen().env })
    await becomes(() => seen({ focus: 'yes' }), 'the terminal: it has the focus')
  })

  it('but a keyboard that was not touched since the shell began says nothing', async () => {
    await xdotool(screen(), 'key', 'Shift_L')
    const emulator = await openEmulator('st', undefined, screen().env)
    const terminal = { tty: emulator.device, shellPid: emulator.pid }
    expect(await away(terminal, limit(), { idle: 0 })).toMatchObject({ answer: 'unknown' })
  })
})

const python = ['/usr/bin/python3', ...['dbus', 'gi'].map((name) => `/usr/lib/python3/dist-packages/${name}`)]

describeWith([...desktopPrograms, ...python], 'the desktop says that nobody is there', () => {
  const screen = useDesktop({ daemon: 'none' })
  beforeEach(() => {
    const bus = screen().env['DBUS_SESSION_BUS_ADDRESS'] ?? ''
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', bus)
    vi.stubEnv('DBUS_SYSTEM_BUS_ADDRESS', bus)
  })

  it('by its screen saver, or by logind', async () => {
    const emulator = await openEmulator('kitty', undefined, { XDG_SESSION_ID: '7' })
    const seen = async (options: AwayOptions = {}) => {
      const terminal = { tty: emulator.device, shellPid: emulator.pid }
      return (await away(terminal, limit(), { focus: 'yes', ...options })).source
    }
    const service = await openService(screen().env)
    await becomes(() => seen({ idle: 1000 }), 'the terminal: it has the focus')
    await service.set('saver', 'true')
    await becomes(() => seen(), 'the desktop: the screen saver is on')
    await service.set('saver', 'false')
    await service.set('locked', 'true')
    await becomes(() => seen(), 'logind: the session is locked')
    await service.set('locked', 'false')
    await becomes(() => seen(), 'the terminal: it has the focus')
  })
})

/** A screen saver and a logind with one session, as their documentation describes them; state comes from a file. */
async function openService(env: Record<string, string>) {
  const folder = temporaryFolder()
  const state: Record<string, string> = { saver: 'false', locked: 'false' }
  const write = () => writeFileSync(`${folder}/state`, JSON.stringify(state).replace(/"(true|false)"/g, '$1'))
  write()
  const child = spawn('/usr/bin/python3', ['-c', service, `${folder}/state`], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return {
    async set(name: string, value: string) {
      state[name] = value
      write()
      expect(readFileSync(`${folder}/state`, 'utf8')).toContain(value)
    },
  }
}

const service = `
import dbus, dbus.service, json, os, sys
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
bus = dbus.SessionBus(mainloop=DBusGMainLoop())
state = lambda name: json.load(open(sys.argv[1]))[name]

class Saver(dbus.service.Object):
    @dbus.service.method('org.freedesktop.ScreenSaver', out_signature='b')
    def GetActive(self): return state('saver')

class Manager(dbus.service.Object):
    @dbus.service.method('org.freedesktop.login1.Manager', out_signature='a(susso)')
    def ListSessions(self): return [('7', os.getuid(), 'me', 'seat0', dbus.ObjectPath('/org/freedesktop/login1/session/_37'))]

class Session(dbus.service.Object):
    @dbus.service.method('org.freedesktop.DBus.Properties', in_signature='s', out_signature='a{sv}')
    def GetAll(self, interface):
        return {'LockedHint': state('locked'), 'IdleHint': False, 'IdleSinceHint': dbus.UInt64(0), 'Type': 'x11',
                'Class': 'user', 'Remote': False, 'Active': True}

names = [dbus.service.BusName(name, bus) for name in ('org.freedesktop.ScreenSaver', 'org.freedesktop.login1')]
objects = [Saver(bus, '/org/freedesktop/ScreenSaver'), Manager(bus, '/org/freedesktop/login1'),
           Session(bus, '/org/freedesktop/login1/session/_37')]
print('ready', flush=True)
GLib.MainLoop().run()
`
