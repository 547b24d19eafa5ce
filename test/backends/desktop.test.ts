import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Outgoing } from '../../src/backends/contract/backend.ts'
import desktop from '../../src/backends/desktop.ts'
import { ConfigError, TransientError } from '../../src/platform/errors.ts'
import { testContext, testNotification } from '../support/context.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'

const options = {
  icon: undefined,
  urgency: undefined,
  transient: undefined,
  soundfile: undefined,
  app_id: undefined,
  timeout: -1,
}

function send(changes: Partial<Outgoing>, more: Partial<Parameters<typeof desktop.send>[1]> = {}) {
  return desktop.send(testNotification(changes), { ...options, ...more }, testContext())
}

function useEnvironment(environment: () => Record<string, string>): void {
  beforeEach(() => {
    for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })
}

describeWith(desktopPrograms, 'the desktop', () => {
  const screen = useDesktop()
  useEnvironment(() => screen().env)

  async function see(changes: Partial<Outgoing>, more: Parameters<typeof send>[1] = {}) {
    const before = screen().shown().length
    await send(changes, more)
    return (await screen().waitForShown(before + 1))[before]
  }

  it('shows title and message as they are', async () => {
    const texts = [
      ['done', 'all well'],
      ['--version', '-x --urgency=critical'],
      ['<b>title</b> & co', 'a <b>bold</b> &amp; "quoted" <img src="x"> & more'],
      ['$(id) `id` %s \\n', 'C:\\new\\table $HOME ; rm'],
      ['zweizeilig ✅ 日本語', 'first line\nsecond line'],
      ['x'.repeat(200), 'y'.repeat(4000)],
    ]
    for (const [title = '', message = ''] of texts) {
      const shown = await see({ title, message })
      expect(shown).toMatchObject({ application: 'ntfy', title, body: message, urgency: 'normal' })
    }
  })

  it('shows texts with separators and characters that nobody may use', async () => {
    const message = 'one\u2028two\uFFFEthree\u{1FFFF}four\uFDD0'
    expect(await see({ title: 'a\uFFFFb', message })).toMatchObject({
      title: 'a\uFFFDb',
      body: 'one\ntwo\uFFFDthree\uFFFDfour\uFFFD',
    })
  })

  it('takes the urgency from the outcome, else from the priority, unless it is given', async () => {
    const failed = { status: 1, durationMs: 1000 }
    expect(await see({ outcome: failed, priority: 'low' })).toMatchObject({ urgency: 'critical' })
    expect(await see({ outcome: { status: 0, durationMs: 1000 } })).toMatchObject({ urgency: 'normal' })
    expect(await see({ priority: 'min' })).toMatchObject({ urgency: 'low' })
    expect(await see({ priority: 'urgent' })).toMatchObject({ urgency: 'critical' })
    expect(await see({ outcome: failed }, { urgency: 'low' })).toMatchObject({ urgency: 'low' })
  })

  it('hands on icon, transient, sound and timeout', async () => {
    await see({ title: 'with all' }, { icon: 'face-smile', transient: true, soundfile: '/x/a.oga', timeout: 1234 })
    const call = screen().calls().split('method call').at(-1)
    expect(call).toMatch(/string "face-smile"\s+string "with all"/)
    expect(call).toMatch(/string "transient"\s+variant\s+boolean true/)
    expect(call).toMatch(/string "sound-file"\s+variant\s+string "\/x\/a.oga"/)
    expect(call).toMatch(/int32 1234\s*$/)
    expect(call).not.toContain('desktop-entry')
  })

  it('replaces the notification of the same thread only', async () => {
    const first = await see({ thread: 'shell 1' })
    const other = await see({ thread: 'shell/2/../x' })
    const second = await see({ thread: 'shell 1', message: 'later' })
    expect(second).toMatchObject({ id: first?.id, body: 'later' })
    expect(other?.id).not.toBe(first?.id)
    expect((await see({}))?.id).not.toBe(first?.id)
  })

  it('does not take the notifications of a new daemon for those of the last one', async () => {
    await see({ thread: 'shell 3', message: 'on the old one' })
    await screen().restart()
    await see({ title: 'first of the new one' })
    await see({ thread: 'shell 3' })
    expect(screen().calls().split('method call').at(-1)).toMatch(/string "ntfy"\s+uint32 0\s/)
  })

  it('replaces nothing where there is no place to remember it', async () => {
    vi.stubEnv('XDG_RUNTIME_DIR', '')
    expect((await see({ thread: 't' }))?.id).not.toBe((await see({ thread: 't' }))?.id)
    vi.stubEnv('XDG_RUNTIME_DIR', '/proc/nowhere')
    expect(await see({ thread: 't' })).toBeDefined()
  })

  it('gives a frozen daemon up after 2 seconds', async () => {
    screen().freeze()
    await expect(send({})).rejects.toThrow(TransientError)
    screen().thaw()
  })
})

describeWith(desktopPrograms, 'a desktop that takes markup', () => {
  const screen = useDesktop({ markup: true })
  useEnvironment(() => screen().env)

  it('is not given any', async () => {
    await send({ title: '<b>A</b> & &amp;', message: 'a <b>bold</b> &amp; <img src="x"> & "more"' })
    expect(await screen().waitForShown(1)).toMatchObject([
      {
        title: '<b>A</b> & &amp;',
        body: 'a &lt;b&gt;bold&lt;/b&gt; &amp;amp; &lt;img src="x"&gt; &amp; "more"',
      },
    ])
  })
})

describeWith(desktopPrograms, 'a desktop without a notification daemon', () => {
  const screen = useDesktop({ daemon: 'none' })
  useEnvironment(() => screen().env)

  it('is refused at once', async () => {
    await expect(send({})).rejects.toThrow(new ConfigError('no notification service on the session bus'))
  })
})

describeWith(desktopPrograms, 'a desktop that starts its daemon when it is needed', () => {
  const screen = useDesktop({ daemon: 'startable' })
  useEnvironment(() => ({ ...screen().env }))

  it('shows the notification', async () => {
    await send({ title: 'hello' })
    expect(await screen().waitForShown(1)).toMatchObject([{ title: 'hello' }])
  })
})

describe('no session bus', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('is refused at once, and none is started', async () => {
    const folder = temporaryFolder()
    vi.stubEnv('DISPLAY', ':0')
    for (const address of ['', `unix:path=${folder}/nothing`, 'autolaunch:', 'unixexec:path=/bin/false', 'nonsense']) {
      vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', address)
      vi.stubEnv('XDG_RUNTIME_DIR', folder)
      await expect(send({})).rejects.toThrow(/^no session bus: /)
    }
    expect(processesThatKnow(folder)).toEqual([])
  })
})

/** The programs that were started with this text in their environment. */
function processesThatKnow(text: string): string[] {
  const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid))
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text)
    } catch {
      return false
    }
  })
}
