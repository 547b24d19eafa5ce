import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Outgoing } from '../../src/backends/contract/backend.ts'
import standard from '../../src/backends/default.ts'
import { NoDisplay } from '../../src/backends/desktop.ts'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { testContext, testNotification } from '../support/context.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { openEmulator, unknownEmulator } from '../support/emulator.ts'
import { temporaryHome } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { openTerminal, type Terminal } from '../support/pty.ts'

const options = {
  icon: undefined,
  urgency: undefined,
  transient: undefined,
  soundfile: undefined,
  app_id: undefined,
  timeout: -1,
}

function send(to: Terminal | undefined, changes: Partial<Outgoing> = {}) {
  const reference = to && { tty: to.device, shellPid: to.pid }
  const notification = testNotification({ ...(reference && { terminal: reference }), ...changes })
  return standard.send(notification, options, testContext())
}

function useEnvironment(environment: () => Record<string, string>): void {
  beforeEach(() => {
    for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })
}

describeWith(desktopPrograms, 'without any settings, on a desktop', () => {
  const screen = useDesktop()
  useEnvironment(() => screen().env)

  it('the desktop shows it', async () => {
    for (const name of ['kitty', unknownEmulator]) {
      const emulator = await openEmulator(name)
      expect(await send(emulator, { title: name })).toEqual({ id: expect.any(Number) })
      expect(emulator.output()).toBe('')
    }
    expect(await send(undefined, { title: 'cron' })).toEqual({ id: expect.any(Number) })
    expect((await screen().waitForShown(3)).map(({ title }) => title)).toEqual(['kitty', unknownEmulator, 'cron'])
  })

  it('to somebody at another machine the terminal shows it, if it can', async () => {
    const able = await openEmulator('sshd', undefined, { TERM: 'xterm-kitty' })
    expect(await send(able)).toEqual({ handed_to: 'kitty', as: 'osc99' })
    const unable = await openEmulator('sshd')
    expect(await send(unable)).toEqual({ id: expect.any(Number) })
  })

  it('a frozen desktop costs 2 seconds, then the terminal shows it', async () => {
    screen().freeze()
    const emulator = await openEmulator('kitty')
    expect(await send(emulator)).toEqual({ handed_to: 'kitty', as: 'osc99' })
    screen().thaw()
  })
})

describeWith(desktopPrograms, 'without any settings and without a desktop', () => {
  const screen = useDesktop({ daemon: 'none' })
  useEnvironment(() => screen().env)

  it('the terminal shows a notification of its own', async () => {
    expect(await send(await openEmulator('kitty'), { source: 'hook' })).toEqual({ handed_to: 'kitty', as: 'osc99' })
  })

  it('the terminal shows a line and rings its bell', async () => {
    const emulator = await openEmulator(unknownEmulator)
    expect(await send(emulator)).toEqual({ handed_to: emulator.device, as: 'line' })
    await emulator.see('title: message')
  })

  it('the terminal rings its bell from a hook, and shows nothing', async () => {
    const emulator = await openEmulator(unknownEmulator)
    expect(await send(emulator, { source: 'hook' })).toEqual({ handed_to: emulator.device, as: 'bell' })
    await emulator.see('\x07')
    expect(emulator.output()).toBe('\x07')
  })

  it('and without a terminal there is nothing to show it on', async () => {
    const none = await send(undefined).catch((error) => error)
    expect(none).toBeInstanceOf(NoDisplay)
    expect(none.message).toMatch(/^no desktop and no terminal \(.*no notification service.*\)$/)
    expect(none.exitCode).toBe(75)
    const dumb = await openEmulator(unknownEmulator, undefined, { TERM: 'dumb' })
    await expect(send(dumb)).rejects.toThrow(NoDisplay)
  })
})

it('takes the place of a desktop that an old file names and that is not there, and says what to write', async () => {
  const { env, home } = temporaryHome()
  const there = { ...env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  writeFileSync(join(home, '.config/ntfy/ntfy.yml'), 'backends: [linux]\n')
  const first = await ntfy(['send', 'hi'], { env: there })
  expect(first.code).toBe(75)
  expect(first.stderr).toMatch(/use default, or terminal, instead/)
  const terminal = openTerminal(ntfyBin, ['send', 'shown here'], { env: { ...there, TERM: 'xterm' } })
  await terminal.see('shown here')
  expect(await terminal.exit).toMatchObject({ code: 0 })
  expect(terminal.output()).not.toContain('instead')
  const { stdout } = await ntfy(['queue', '--json'], { env: there })
  expect(stdout).not.toContain('parked')
})
