import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { type Desktop, desktopPrograms, useDesktop } from '../support/desktop.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { openTerminal } from '../support/pty.ts'
import { emulators, openOther, openShellWindow, xdotool } from '../support/typed-window.ts'
import { waitFor } from '../support/wait.ts'

const needed = [...desktopPrograms, 'dunstctl', 'openbox', 'xdotool', 'xterm', 'bash', 'tmux']

/** The processes of a desktop that wait for clicks. */
function listeners({ env }: Desktop): number[] {
  const ours = `XDG_RUNTIME_DIR=${env['XDG_RUNTIME_DIR']}`
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/cmdline`).endsWith('\0clicks\0') && read(`/proc/${pid}/environ`).includes(ours))
    .map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

describeWith(needed, 'a click on a notification of a shell', () => {
  const desktop = useDesktop({ windows: true, stays: true })
  const dunstctl = (...args: string[]) => promisify(execFile)('dunstctl', args, { env: desktop().env })
  const active = () => xdotool(desktop(), 'getactivewindow').catch(() => '')
  const displayed = (count: number) =>
    waitFor(`${count} on the screen`, async () => (await desktop().displayed()) === count)
  const nobodyWaits = () => waitFor('the end of who waits for clicks', () => listeners(desktop()).length === 0)
  const seen = () => {
    const folder = `${desktop().env['HOME']}/.local/state/ntfy/seen`
    return existsSync(folder) ? readdirSync(folder).length : 0
  }

  it('brings its window to the front, and counts as having come back', async () => {
    const other = await openOther(desktop())
    const shell = await openShellWindow(desktop(), emulators['xterm'] ?? [])
    const own = await active()
    await shell.hold('hold clicked; : clicked')
    await other.focus()
    shell.release('clicked')
    await shell.ended(1)
    await displayed(1)
    expect(listeners(desktop())).toHaveLength(1)
    expect(await active()).not.toBe(own)
    const before = seen()
    await dunstctl('action', '0')
    await waitFor('the window', async () => (await active()) === own)
    await displayed(0)
    await nobodyWaits()
    expect(seen()).toBe(before + 1)
  })

  it('leads to where `ntfy done` ran, too', async () => {
    const other = await openOther(desktop())
    const shell = await openShellWindow(desktop(), emulators['xterm'] ?? [])
    const own = await active()
    await shell.hold(`NTFY=off; ${ntfyBin} done hold a`)
    await other.focus()
    shell.release('a')
    await displayed(1)
    await waitFor('the socket', () => existsSync(`${desktop().env['XDG_RUNTIME_DIR']}/ntfy/clicks`))
    await dunstctl('action', '0')
    await waitFor('the window', async () => (await active()) === own)
    await nobodyWaits()
    expect(existsSync(`${desktop().env['XDG_RUNTIME_DIR']}/ntfy/clicks`)).toBe(false)
  })

  it('shows its window and pane in tmux', async () => {
    const other = await openOther(desktop())
    const socket = `${temporaryFolder()}/tmux`
    const tmux = async (...args: string[]) =>
      (await promisify(execFile)('tmux', ['-S', socket, ...args], { env: desktop().env })).stdout.trim()
    const inside = ['tmux', '-S', socket, '-f', '/dev/null', 'new-session']
    const shell = await openShellWindow(desktop(), emulators['xterm'] ?? [], inside)
    const own = await active()
    const pane = await tmux('display-message', '-p', '#{pane_id}')
    await shell.hold('hold a; : clicked')
    await tmux('split-window', '-t', pane, 'sleep 600')
    await tmux('new-window', 'sleep 600')
    await other.focus()
    shell.release('a')
    await shell.ended(1)
    await displayed(1)
    expect(await tmux('display-message', '-p', '#{pane_id}')).not.toBe(pane)
    await dunstctl('action', '0')
    await waitFor('the window', async () => (await active()) === own)
    expect(await tmux('display-message', '-p', '#{pane_id}')).toBe(pane)
    await nobodyWaits()
  })

  it('is waited for by one process, which shows the notifications of all and ends with the last of them', async () => {
    const other = await openOther(desktop())
    const shells = [
      await openShellWindow(desktop(), emulators['xterm'] ?? []),
      await openShellWindow(desktop(), emulators['xterm'] ?? []),
    ]
    const [first, second] = shells
    for (const shell of shells) {
      await shell.focus()
      await shell.hold('hold one-of-two; : one of two')
      await other.focus()
      shell.release('one-of-two')
      await shell.ended(1)
    }
    await displayed(2)
    expect(listeners(desktop())).toHaveLength(1)
    // The next command takes back what the first one shows.
    await first?.focus()
    await first?.type('true')
    await displayed(1)
    expect(listeners(desktop())).toHaveLength(1)
    const before = seen()
    await dunstctl('close-all')
    await displayed(0)
    await nobodyWaits()
    await waitFor('the word of it', () => seen() === before + 1)
    await second?.focus()
    await second?.hold('hold after-that; : after that')
    await other.focus()
    second?.release('after-that')
    await second?.ended(2)
    await displayed(1)
    // After one that was killed there is another one.
    for (const pid of listeners(desktop())) process.kill(pid, 'SIGKILL')
    await second?.focus()
    await second?.hold('hold after-the-death; : after the death')
    await other.focus()
    second?.release('after-the-death')
    await second?.ended(3)
    await waitFor('another one', () => listeners(desktop()).length === 1)
    await dunstctl('close-all')
    await nobodyWaits()
  })

  it('is waited for by one process also where several notifications come at once', async () => {
    const { env } = desktop()
    const shells = Array.from({ length: 8 }, () => openTerminal('sh', [], { env: { ...env, TERM: 'xterm' } }))
    const flags = ['--status', '0', '--duration-ms', '20000', '--turn', '1', '--foreground-too']
    const told = shells.map(({ pid, device }) =>
      ntfy(['shell-done', '--shell', 'bash', '--shell-pid', `${pid}`, '--tty', device, ...flags], {
        env,
        stdin: `: ${pid}\0: ${pid}`,
      }),
    )
    for (const { code } of await Promise.all(told)) expect(code).toBe(0)
    await displayed(shells.length)
    expect(listeners(desktop())).toHaveLength(1)
    await dunstctl('close-all')
    await nobodyWaits()
    expect(readdirSync(`${env['XDG_RUNTIME_DIR']}/ntfy`).filter((name) => name.startsWith('clicks'))).toEqual([])
  })
})
