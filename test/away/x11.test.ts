import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { away } from '../support/away.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { openEmulator } from '../support/emulator.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith, which } from '../support/programs.ts'
import type { Terminal } from '../support/pty.ts'
import { tmuxServer } from '../support/tmux.ts'
import { minutes, waitFor } from '../support/wait.ts'

const limit = () => AbortSignal.timeout(minutes)
const at = (terminal: Terminal) => ({ tty: terminal.device, shellPid: terminal.pid })

describeWith(
  [...desktopPrograms, 'openbox', 'xdotool', 'xterm', 'xprop', 'tmux'],
  'whether nobody is looking at a window',
  () => {
    const screen = useDesktop({ daemon: 'none', windows: true })

    /** Opens a terminal emulator with a shell in it and says how to refer to that. */
    async function open(program: string, before: string[] = ['-e'], prefix: string[] = []) {
      const sign = `${temporaryFolder()}/shell`
      const script = `echo $$ $(tty) > ${sign}.tmp; mv ${sign}.tmp ${sign}; sleep 600; :`
      const [first = program, ...more] = [...prefix, program, ...before, 'sh', '-c', script]
      const child = screen().start(first, more)
      await waitFor(`a shell in ${program}`, () => existsSync(sign))
      const [pid, tty = ''] = readFileSync(sign, 'utf8').trim().split(' ')
      return { tty, shellPid: Number(pid), close: () => child.kill() }
    }

    async function xdotool(...args: string[]): Promise<string> {
      return (await promisify(execFile)('xdotool', args, { env: screen().env })).stdout.trim()
    }

    async function settled(terminal: { tty: string; shellPid: number }, answer: string) {
      const seen = () => away(terminal, limit())
      await waitFor(`${answer}`, async () => (await seen()).answer === answer)
      expect(await seen()).toMatchObject({ answer, source: expect.stringMatching(/^X11: the/) })
    }

    it('follows the focus from window to window', async () => {
      const first = await open('xterm')
      await settled(first, 'no')
      const firstWindow = await xdotool('getactivewindow')
      const second = await open('xterm')
      await settled(second, 'no')
      await settled(first, 'yes')
      await xdotool('windowactivate', '--sync', firstWindow)
      await settled(first, 'no')
      await settled(second, 'yes')
      await xdotool('windowminimize', firstWindow)
      await settled(first, 'yes')
      await xdotool('windowactivate', '--sync', firstWindow)
      await xdotool('set_num_desktops', '2')
      await xdotool('set_desktop', '1')
      await settled(first, 'yes')
      await settled(second, 'yes')
      await xdotool('set_desktop', '0')
      first.close()
      second.close()
    })

    it("does not believe a WINDOWID that is another terminal's", async () => {
      const real = await open('xterm')
      await settled(real, 'no')
      const window = await xdotool('getactivewindow')
      const { env } = screen()
      for (const WINDOWID of [window, '0', '1', '94863642989392', '4194303', 'x']) {
        const pretender = await openEmulator('alacritty', undefined, { ...env, WINDOWID })
        expect(await away(at(pretender), limit())).toMatchObject({ answer: 'unknown' })
      }
      real.close()
    })

    it('is not asked of the desktop for somebody at another machine', async () => {
      const real = await open('xterm')
      await settled(real, 'no')
      const window = await xdotool('getactivewindow')
      // A window that names no process is believed to be the one of WINDOWID.
      await promisify(execFile)('xprop', ['-id', window, '-remove', '_NET_WM_PID'], { env: screen().env })
      const here = await openEmulator('alacritty', undefined, { ...screen().env, WINDOWID: window })
      await settled(at(here), 'no')
      for (const name of ['sshd', 'mosh-server', 'screen']) {
        const remote = await openEmulator(name, undefined, { ...screen().env, WINDOWID: window })
        expect(await away(at(remote), limit())).toMatchObject({ answer: 'unknown' })
      }
      real.close()
    })

    it.for([
      ['kitty', []],
      ['xfce4-terminal', ['--disable-server', '-x']],
    ] as [string, string[]][])('is known for %s', async ([program, before], { skip }) => {
      if (!which(program)) skip(`missing: ${program}`)
      const terminal = await open(program, before)
      await settled(terminal, 'no')
      const other = await open('xterm')
      await settled(terminal, 'yes')
      other.close()
      terminal.close()
    })

    it('is known for tmux in a window', async () => {
      const { panes, command } = tmuxServer()
      const [pane] = await panes()
      const child = screen().start('xterm', ['-e', ...command, 'attach', '-t', 'main'])
      const seen = async (answer: string) => {
        await waitFor(answer, async () => pane && (await away(pane, limit())).answer === answer)
      }
      await seen('no')
      const other = await open('xterm')
      await seen('yes')
      other.close()
      child.kill()
    })
  },
)
