import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { ntfyBin } from './cli.ts'
import type { Desktop } from './desktop.ts'
import { temporaryFolder } from './home.ts'
import { minutes, waitFor } from './wait.ts'

/** How a terminal emulator is told to run a program in its first window. */
export const emulators: Record<string, string[]> = {
  xterm: ['xterm', '-e'],
  kitty: ['kitty', '-o', 'confirm_os_window_close=0'],
  alacritty: ['alacritty', '-e'],
  'xfce4-terminal': ['xfce4-terminal', '--disable-server', '-x'],
  konsole: ['konsole', '--separate', '-e'],
}

export async function xdotool(desktop: Desktop, ...args: string[]): Promise<string> {
  return (await promisify(execFile)('xdotool', args, { env: desktop.env })).stdout.trim()
}

/** Opens a window of the X server and gives it the focus, whatever its manager thinks of it. */
async function opened(desktop: Desktop, [program = '', ...args]: string[]): Promise<string> {
  const child = desktop.start(program, args)
  onTestFinished(() => void child.kill('SIGKILL'))
  return waitFor(`a window of ${program}`, async () => {
    const visible = ['search', '--onlyvisible', '--pid', String(child.pid)]
    const found = (await xdotool(desktop, ...visible).catch(() => '')).split('\n')
    const active = await xdotool(desktop, 'getactivewindow').catch(() => '')
    if (found.includes(active)) return active
    await xdotool(desktop, 'windowactivate', found.at(-1) ?? '').catch(() => {})
    return false
  })
}

/** What is asked for once is not always done while other windows come and go. */
async function focus(desktop: Desktop, id: string): Promise<void> {
  await waitFor('the focus', async () => {
    if ((await xdotool(desktop, 'getwindowfocus').catch(() => '')) === id) return true
    await xdotool(desktop, 'windowactivate', id).catch(() => {})
    return false
  })
}

/** Another window, to which the focus can go. */
export async function openOther(desktop: Desktop) {
  const id = await opened(desktop, ['xterm', '-e', 'sleep 600'])
  return { focus: () => focus(desktop, id) }
}

/** A program in the window of a terminal emulator, which writes its pid and tty to `sign` of the folder, and what it hears to `heard`. */
export async function openProgramWindow(desktop: Desktop, emulator: string[], program: string[], folder: string) {
  const id = await opened(desktop, [...emulator, ...program])
  const read = (name: string) => (existsSync(`${folder}/${name}`) ? readFileSync(`${folder}/${name}`, 'utf8') : '')
  const [pid, tty = ''] = (await waitFor('the program', () => read('sign'))).trim().split(' ')
  return { id, tty, pid: Number(pid), heard: () => read('heard') }
}

/**
 * An interactive bash with the hooks in the window of a terminal emulator, typed into by the keys of the X server. Its
 * ntfy is the built one; each run that has ended is a line of `ended`, but for those that take something back.
 */
export async function openShellWindow(desktop: Desktop, emulator: string[], inside: string[] = []) {
  const folder = temporaryFolder()
  const [rc, ended, sign, bin] = ['rc', 'ended', 'sign', 'ntfy'].map((name) => `${folder}/${name}`) as [
    string,
    string,
    string,
    string,
  ]
  writeFileSync(ended, '')
  writeFileSync(
    bin,
    `#!/bin/sh\n'${ntfyBin}' "$@"\ncode=$?\n[ "$1" = shell-next ] || echo "$1" >> '${ended}'\nexit $code\n`,
    { mode: 0o755 },
  )
  // Says that it runs, then takes longer than the threshold, and as long as the test wants it to.
  const holding = '#!/bin/sh\n: > "$0.$1.runs"\nsleep 0.4; until [ -e "$0.$1" ]; do sleep 0.05; done\n'
  writeFileSync(`${folder}/hold`, holding, { mode: 0o755 })
  writeFileSync(
    rc,
    // alacritty sets HOME to what the system has for the user.
    `export HOME='${desktop.env['HOME']}'; PS1='$ '; HISTFILE=; NTFY_LONGER_THAN=0.3; NTFY_BIN='${bin}'; PATH='${folder}':$PATH
eval "$('${ntfyBin}' shell-integration -s bash | grep -v ^NTFY_BIN=)"
echo $$ $(tty) > '${sign}.new'; mv '${sign}.new' '${sign}'\n`,
  )
  const id = await opened(desktop, [...emulator, ...inside, 'bash', '--noprofile', '--rcfile', rc, '-i'])
  await waitFor('a shell', () => existsSync(sign))
  const [pid, tty = ''] = readFileSync(sign, 'utf8').trim().split(' ')
  const type = (line: string) => xdotool(desktop, 'type', '--delay', '2', `${line}\n`)
  return {
    terminal: { tty, shellPid: Number(pid) },
    focus: () => focus(desktop, id),
    type,
    /**
     * Types a line with the command `hold NAME` and waits until that runs: keys that are still on their way would go
     * astray with the focus, and an answer of the terminal that comes late on a busy machine is taken for keys.
     */
    async hold(line: string) {
      const [, name] = /\bhold (\S+?)(;|$)/.exec(line) ?? []
      const runs = () => existsSync(`${folder}/hold.${name}.runs`)
      for (let attempt = 0; attempt < 4 && !runs(); attempt++) {
        if (attempt > 0) await xdotool(desktop, 'key', 'ctrl+c')
        await type(line)
        await waitFor(`hold ${name}`, runs, minutes / 4).catch(() => {})
      }
      if (!runs()) throw new Error(`the shell did not get: ${line}`)
    },
    press: (...keys: string[]) => xdotool(desktop, 'key', ...keys),
    /** Lets the command `hold NAME` end. */
    release: (name: string) => writeFileSync(`${folder}/hold.${name}`, ''),
    /** Waits until so many runs of ntfy have ended. */
    async ended(count: number) {
      await waitFor(`${count} ended runs`, () => readFileSync(ended, 'utf8').split('\n').length > count)
    },
  }
}
