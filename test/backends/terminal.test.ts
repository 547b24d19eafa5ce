// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file is about
import { chownSync, existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Context, Outgoing } from '../../src/backends/contract/backend.ts'
import terminal from '../../src/backends/terminal.ts'
import { PermanentError } from '../../src/platform/errors.ts'
import { testContext, testNotification } from '../support/context.ts'
import { openEmulator, unknownEmulator } from '../support/emulator.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import type { Terminal } from '../support/pty.ts'
import { tmuxServer } from '../support/tmux.ts'
import { timer, waitFor } from '../support/wait.ts'

type Changes = Partial<Outgoing> & { sequence?: 'auto' | 'osc9' | 'none' }

function send(to: Terminal | undefined, { sequence = 'auto', ...changes }: Changes = {}, context?: Partial<Context>) {
  const reference = to && { tty: to.device, shellPid: to.pid }
  const notification = testNotification({ ...(reference && { terminal: reference }), ...changes })
  return terminal.send(notification, { sequence, progress: undefined }, testContext(context))
}

describe('the terminal', () => {
  it.each([
    ['kitty', /^\x1b\]99;i=ntfy-/, 'kitty', 'osc99'],
    ['foot', /^\x1b\]777;notify;title;message\x07$/, 'foot', 'osc777'],
    ['ghostty', /^\x1b\]777;notify;title;message\x07$/, 'Ghostty', 'osc777'],
    ['konsole', /^\x1b\]777;notify;title;message\x07$/, 'Konsole', 'osc777'],
    ['iTerm2', /^\x1b\]1337;Notification=title=dGl0bGU=;message=bWVzc2FnZQ==\x07$/, 'iTerm2', 'osc1337'],
    ['zed-editor', /^\x1b\]9;title: message\x07$/, 'Zed', 'osc9'],
  ])('%s shows a notification of its own', async (name, bytes, kind, protocol) => {
    const emulator = await openEmulator(name)
    expect(await send(emulator, { source: 'hook' })).toEqual({ handed_to: kind, as: protocol })
    await emulator.see(bytes)
  })

  it('that shows none gets a line and a bell', async () => {
    const emulator = await openEmulator(unknownEmulator)
    const message = 'two\nlines \x1b]0;x\x07\x1b[31m'
    expect(await send(emulator, { message })).toEqual({ handed_to: emulator.device, as: 'line' })
    await emulator.see(/^title: two lines\r+\n\x07$/)
  })

  it('gets the line below whatever stands there when its command has long ended', async () => {
    const emulator = await openEmulator(unknownEmulator)
    await send(emulator, { source: 'done' }, { foreground: false })
    await emulator.see(/^\r+\ntitle: message\r+\n\x07$/)
  })

  it('gets the bell and not a character from a hook', async () => {
    const emulator = await openEmulator('gnome-terminal-')
    expect(await send(emulator, { source: 'hook' })).toEqual({ handed_to: emulator.device, as: 'bell' })
    await emulator.see('\x07')
    expect(emulator.output()).toBe('\x07')
  })

  it('is not recognised by variables that any terminal may have inherited', async () => {
    const leaked = { KITTY_WINDOW_ID: '1', TERM_PROGRAM: 'WezTerm', VTE_VERSION: '7006', LC_TERMINAL: 'iTerm2' }
    const emulator = await openEmulator('xterm', undefined, { ...leaked, TERM: 'xterm-kitty' })
    await send(emulator, { source: 'hook' })
    await emulator.see('\x07')
    expect(emulator.output()).toBe('\x07')
  })

  it('is recognised by TERM where ssh hides it', async () => {
    const emulator = await openEmulator('sshd', undefined, { TERM: 'xterm-ghostty' })
    expect(await send(emulator)).toEqual({ handed_to: 'Ghostty', as: 'osc777' })
    const unknown = await openEmulator('sshd-session', undefined, { KITTY_WINDOW_ID: '1' })
    expect(await send(unknown)).toMatchObject({ as: 'line' })
    const mosh = await openEmulator('mosh-server', undefined, { TERM: 'xterm-kitty' })
    expect(await send(mosh)).toMatchObject({ as: 'line' })
  })

  it('can be told which sequence it knows', async () => {
    const emulator = await openEmulator(unknownEmulator)
    await send(emulator, { sequence: 'osc9' })
    await emulator.see('\x1b]9;title: message\x07')
    const silent = await openEmulator('kitty')
    expect(await send(silent, { sequence: 'none' })).toMatchObject({ as: 'line' })
  })

  it('gets a line and a bell on the console of Linux', async () => {
    const console = await openEmulator(unknownEmulator, undefined, { TERM: 'linux' })
    expect(await send(console)).toMatchObject({ as: 'line' })
    expect(await send(console, { source: 'hook' })).toMatchObject({ as: 'bell' })
    await console.see('\x07\x07')
  })

  it('gets nothing where it knows no notifications at all', async () => {
    const emulator = await openEmulator(unknownEmulator, undefined, { TERM: 'dumb' })
    await expect(send(emulator)).rejects.toThrow(PermanentError)
    expect(emulator.output()).toBe('')
    await expect(send(undefined)).rejects.toThrow(new PermanentError('no terminal'))
  })

  it('gets nothing that is more than a minute old', async () => {
    const emulator = await openEmulator(unknownEmulator)
    const time = new Date(Date.now() - 61_000).toISOString()
    await expect(send(emulator, { time })).rejects.toThrow(/too late/)
  })
})

describe('what is not the terminal of this user', () => {
  it('is not opened', async () => {
    const file = `${temporaryFolder()}/file`
    for (const tty of [file, '/dev/null', '/dev/zero', '/dev', '/dev/../etc/passwd', '/dev/pts/', 'pts/0', '']) {
      await expect(send(undefined, { terminal: { tty } })).rejects.toThrow(PermanentError)
    }
  })

  it.runIf(process.getuid?.() === 0)("is not opened if it is another user's", async () => {
    const emulator = await openEmulator(unknownEmulator)
    chownSync(emulator.device, 12_345, 5)
    await expect(send(emulator)).rejects.toThrow(`${emulator.device} is not a terminal of this user`)
    expect(emulator.output()).toBe('')
  })
})

describe('a terminal that does not take it', () => {
  it('because it was closed is refused', async () => {
    const emulator = await openEmulator('kitty')
    emulator.kill('SIGKILL')
    await emulator.exit
    await expect(send(emulator)).rejects.toThrow(PermanentError)
  })

  it('because of Ctrl-S is tried for 5 seconds', async () => {
    const emulator = await openStopped('kitty')
    const [isEarly, isLate] = [timer(4900), timer(60_000)]
    await expect(send(emulator)).rejects.toThrow(/takes nothing/)
    expect([isEarly(), isLate()]).toEqual([true, false])
  })

  it('because of Ctrl-S gets it after Ctrl-Q', async () => {
    const emulator = await openStopped('foot')
    const sent = send(emulator)
    emulator.type('\x11')
    expect(await sent).toMatchObject({ as: 'osc777' })
    await emulator.see('\x1b]777;notify;title;message\x07')
  })

  it('is given up with the attempt', async () => {
    const emulator = await openStopped('kitty')
    const isLate = timer(4900)
    await expect(send(emulator, {}, { signal: AbortSignal.timeout(200) })).rejects.toThrow(PermanentError)
    expect(isLate()).toBe(false)
  })
})

/** A terminal that was stopped by Ctrl-S, and goes on only with Ctrl-Q. */
async function openStopped(name: string): Promise<Terminal> {
  const sign = `${temporaryFolder()}/stopped`
  const script = 'stty -ixany; echo ready; read line; echo > "$SIGN"; sleep 600; :'
  const emulator = await openEmulator(name, script, { SIGN: sign })
  await emulator.see('ready')
  // Who reads the line has it after the terminal has taken the Ctrl-S before it.
  emulator.type('\x13\r')
  await waitFor('a stopped terminal', () => existsSync(sign))
  return emulator
}

describeWith(['tmux'], 'a pane of tmux', () => {
  const hostile = `it's "done" #(touch "$HOME/hurt") %H #{pid}; kill-server`

  it('of a detached session shows a line, and the next client that attaches is told once', async () => {
    const { run, panes, attach, folder } = tmuxServer()
    const [pane] = await panes()
    const notification = testNotification({ ...(pane && { terminal: pane }), source: 'hook', message: hostile })
    const sent = terminal.send(notification, { sequence: 'auto', progress: undefined }, testContext())
    expect(await sent).toEqual({ handed_to: pane?.tty, as: 'tmux' })
    await waitFor('the line', async () => (await run('capture-pane', '-p', '-t', 'main')).includes(`title: ${hostile}`))
    const client = await attach(unknownEmulator)
    await client.see('it’s "done" #(touch "$HOME/hurt") %H #{pid}; kill-server')
    await waitFor('the end of the hook', async () => !(await run('show-hooks', '-t', 'main')).includes('title:'))
    expect(existsSync(`${folder}/hurt`)).toBe(false)
  })

  it('that its terminal can only ring for has a word in the status line, also beside another pane', async () => {
    const { run, panes, attach, folder } = tmuxServer()
    const client = await attach(unknownEmulator)
    await run('split-window', '-t', 'main', 'sleep 600')
    const [pane] = await panes()
    const notification = testNotification({ ...(pane && { terminal: pane }), source: 'hook', message: hostile })
    const sent = terminal.send(notification, { sequence: 'auto', progress: undefined }, testContext())
    expect(await sent).toEqual({ handed_to: pane?.tty, as: 'tmux' })
    await client.see(hostile)
    expect(existsSync(`${folder}/hurt`)).toBe(false)
  })
})
