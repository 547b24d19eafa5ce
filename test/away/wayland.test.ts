import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { it, onTestFinished } from 'vitest'
import { away } from '../support/away.ts'
import { temporaryHome } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { becomes, minutes, waitFor } from '../support/wait.ts'

const limit = () => AbortSignal.timeout(minutes)

describeWith(['sway', 'swaymsg', 'foot'], 'whether nobody is looking at a window of sway', () => {
  it('follows the focus and the workspaces', async () => {
    const sway = await openSway()
    const first = await sway.openFoot()
    const seen = async (terminal: { tty: string; shellPid: number }) => (await away(terminal, limit())).source
    await becomes(() => seen(first), 'sway: the window has the focus')
    const second = await sway.openFoot()
    await becomes(() => seen(second), 'sway: the window has the focus')
    await becomes(() => seen(first), 'sway: the focus is on another window')
    await sway.message('focus', 'left')
    await becomes(() => seen(first), 'sway: the window has the focus')
    await sway.message('workspace', '2')
    await becomes(() => seen(first), 'sway: the focus is on another window')
  })
})

/** sway does not run as root. */
const nobody = 65_534
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--']

/** A sway without a screen, with nothing of the caller's. */
async function openSway() {
  const { home, env } = temporaryHome({
    WLR_BACKENDS: 'headless',
    WLR_LIBINPUT_NO_DEVICES: '1',
    WLR_RENDERER: 'pixman',
    SHELL: '/bin/sh',
  })
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  writeFileSync(`${home}/config`, 'xwayland disable\n')
  const children: ChildProcess[] = []
  const isRoot = process.getuid?.() === 0
  const start = (program: string, args: string[]) => {
    const [first = program, ...rest] = [...(isRoot ? asNobody : []), program, ...args]
    children.push(spawn(first, rest, { env, cwd: home, stdio: 'ignore' }).on('error', () => {}))
  }
  onTestFinished(() => {
    for (const child of children.reverse()) child.kill('SIGKILL')
  })
  mkdirSync(`${home}/signs`)
  if (isRoot) for (const path of [home, runtime, `${home}/signs`]) chownSync(path, nobody, nobody)
  start('sway', ['-c', `${home}/config`])
  const socket = await waitFor("sway's sockets", () => {
    const names = readdirSync(runtime)
    return names.includes('wayland-1') && names.find((name) => name.startsWith('sway-ipc'))
  })
  Object.assign(env, { SWAYSOCK: `${runtime}/${socket}`, WAYLAND_DISPLAY: 'wayland-1' })
  return {
    message: (...words: string[]) => promisify(execFile)('swaymsg', words, { env }),
    async openFoot() {
      const sign = `${home}/signs/${children.length}`
      start('foot', ['sh', '-c', `echo $$ $(tty) > ${sign}.new; mv ${sign}.new ${sign}; sleep 600; :`])
      await waitFor('a shell in foot', () => existsSync(sign))
      const [pid, tty = ''] = readFileSync(sign, 'utf8').trim().split(' ')
      return { tty, shellPid: Number(pid) }
    },
  }
}
