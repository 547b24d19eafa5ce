import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findPlace } from '../../src/terminal/place.ts'
import { openEmulator } from '../support/emulator.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith, which } from '../support/programs.ts'
import type { Terminal } from '../support/pty.ts'
import { tmuxServer } from '../support/tmux.ts'
import { minutes, waitFor } from '../support/wait.ts'

const limit = () => AbortSignal.timeout(minutes)

describe('the place of a terminal', () => {
  it('is itself where nothing is in between', async () => {
    const emulator = await openEmulator('kitty')
    const place = await findPlace({ tty: emulator.device, shellPid: emulator.pid }, limit())
    expect(place).toMatchObject({ tty: emulator.device, kind: { name: 'kitty' }, remote: false })
  })

  it('is unknown where its processes have gone', async () => {
    const place = await findPlace({ tty: '/dev/pts/0', shellPid: 2 ** 22 }, limit())
    expect(place).toMatchObject({ tty: '/dev/pts/0', remote: false })
    expect(place.kind.protocol).toBeUndefined()
  })

  it('is at another machine below sshd and mosh-server', async () => {
    for (const name of ['sshd', 'sshd-session', 'mosh-server']) {
      const emulator = await openEmulator(name)
      expect(await findPlace({ tty: emulator.device, shellPid: emulator.pid }, limit())).toMatchObject({ remote: true })
    }
  })
})

describeWith(['tmux'], 'the place of a pane of tmux', () => {
  it('is the terminal in which tmux is shown, also for a window that is hidden', async () => {
    const { run, panes, attach } = tmuxServer()
    const emulator = await attach('kitty')
    await run('new-window', '-t', 'main', 'sleep 600')
    const [hidden, shown] = await panes()
    for (const pane of [hidden, shown]) {
      expect(await findPlace(pane, limit())).toMatchObject({ tty: emulator.device, kind: { name: 'kitty' } })
    }
  })

  it('is the one in which the person is: of the same session, with the focus, used last', async () => {
    const { run, panes, attach } = tmuxServer()
    const [pane] = await panes()
    await run('new-session', '-d', '-s', 'other', 'sleep 600')
    const elsewhere = await attach('foot', 'other')
    expect(await findPlace(pane, limit())).toMatchObject({ tty: elsewhere.device, kind: { name: 'foot' } })
    const own = await attach('kitty')
    expect(await findPlace(pane, limit())).toMatchObject({ tty: own.device, kind: { name: 'kitty' } })
  })

  it('is none where the session is detached', async () => {
    const [pane] = await tmuxServer().panes()
    await expect(findPlace(pane, limit())).rejects.toThrow('the tmux session is detached')
  })

  it('is found through a tmux in a tmux', async () => {
    const [outer, inner] = [tmuxServer(), tmuxServer()]
    const emulator = await outer.attach('ghostty')
    const [inside] = await inner.panes()
    const { command } = inner
    await outer.run('new-window', '-t', 'main', `env -u TMUX ${command.join(' ')} attach -t main; :`)
    await waitFor('the inner client', async () => (await inner.run('list-clients')) !== '')
    expect(await findPlace(inside, limit())).toMatchObject({ tty: emulator.device, kind: { name: 'Ghostty' } })
  })

  it('is not that of a tmux in which the terminal was started', async () => {
    const { panes, attach } = tmuxServer()
    await attach('kitty')
    const [pane] = await panes()
    const socket = (await panes())[0]?.socket
    const other = await openEmulator('foot', undefined, { TMUX: `${socket},1,0`, TMUX_PANE: '%0' })
    expect(await findPlace({ tty: other.device, shellPid: other.pid }, limit())).toMatchObject({ tty: other.device })
    // The tmux is right, but the terminal is none of its panes.
    expect(await findPlace({ tty: other.device, shellPid: pane?.shellPid ?? 0 }, limit())).toMatchObject({
      tty: other.device,
      kind: { name: 'tmux' },
    })
  })
})

describeWith(['screen'], 'the place of a window of screen', () => {
  it('is the terminal in which screen is shown, or passes through screen', async () => {
    const { window, attach } = await screenSession()
    const emulator = await attach('kitty')
    const place = await findPlace(window, limit())
    expect(place.kind.name).toBe('kitty')
    // Beside another running screen, as on the machine of a developer, nobody can tell which of them it is.
    if (place.through === undefined) expect(place.tty).toBe(emulator.device)
    else expect(place.tty).toBe(window.tty)
  })

  it('is none where the session is detached', async () => {
    const { window } = await screenSession()
    await expect(findPlace(window, limit())).rejects.toThrow('the screen session is detached')
  })
})

/** A detached session of screen with one window. */
async function screenSession() {
  const name = `ntfy-${randomUUID().slice(0, 8)}`
  const folder = temporaryFolder()
  const sign = `${folder}/window`
  const env = { HOME: folder, PATH: process.env['PATH'], TERM: 'xterm-256color', SCREENRC: '/dev/null' }
  const program = which('screen') ?? 'screen'
  await promisify(execFile)(
    program,
    ['-dmS', name, 'sh', '-c', `echo $$ $(tty) > ${sign}.tmp; mv ${sign}.tmp ${sign}; sleep 600; :`],
    { env },
  )
  onTestFinished(async () => {
    await promisify(execFile)(program, ['-S', name, '-X', 'quit'], { env }).catch(() => {})
  })
  const { existsSync, readFileSync } = await import('node:fs')
  await waitFor('the window of screen', () => existsSync(sign))
  const [pid, tty = ''] = readFileSync(sign, 'utf8').trim().split(' ')
  const list = async () => (await promisify(execFile)(program, ['-ls', name], { env }).catch((error) => error)).stdout
  return {
    window: { tty, shellPid: Number(pid) },
    async attach(emulator: string): Promise<Terminal> {
      const terminal = await openEmulator(emulator, `${program} -r ${name}; :`)
      await waitFor('an attached session', async () => String(await list()).includes('(Attached)'))
      return terminal
    },
  }
}
