import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { isYounger } from './scene.ts'
import type { Presence, Source } from './view.ts'

/** The application in front, and, for those that report the tty of their tabs, the tab in front. */
export const macos: Source = {
  name: 'macOS',
  async ask({ environment, host, tty }, signal) {
    const bundle = environment['__CFBundleIdentifier']
    if (process.platform !== 'darwin' || bundle === undefined || host?.kind.role !== undefined) return undefined
    const front = await run('lsappinfo', ['front'], signal)
    const info = await run('lsappinfo', ['info', '-only', 'bundleid', front.trim()], signal)
    const [, inFront] = /="?([^"\s]+)"?\s*$/.exec(info) ?? []
    if (inFront === undefined) return undefined
    if (inFront !== bundle) return { answer: 'yes', because: `${inFront} is in front` }
    const script = tabScripts[bundle]
    if (script === undefined) return { answer: 'no', because: `${bundle} is in front` }
    // Needs no permission: it is the terminal's own program that asks it.
    const tab = (await run('osascript', ['-e', script], signal)).trim()
    if (tab === '') return undefined
    if (basename(tab) !== basename(tty)) return { answer: 'yes', because: 'the tab is hidden' }
    return { answer: 'no', because: 'the tab is in front' }
  },
}

const tabScripts: Record<string, string> = {
  'com.apple.Terminal': 'tell application "Terminal" to tty of selected tab of front window',
  'com.googlecode.iterm2': 'tell application "iTerm2" to tty of current session of current window',
}

/** The lock of the screen and the time since the last input, from the kernel's registry. */
export const macosPresence: Presence = {
  name: 'macOS',
  async ask(scene, idle, signal) {
    if (process.platform !== 'darwin') return undefined
    const [root, input] = await Promise.all([
      run('ioreg', ['-n', 'Root', '-d', '1', '-w', '0'], signal),
      idle === undefined ? '' : run('ioreg', ['-c', 'IOHIDSystem', '-d', '4', '-w', '0'], signal),
    ])
    if (/"CGSSessionScreenIsLocked"\s*=\s*(Yes|1|true)/i.test(root)) return 'the screen is locked'
    // Nanoseconds.
    const time = Number(/"HIDIdleTime"\s*=\s*(\d+)/.exec(input)?.[1] ?? 0) / 1e6
    if (idle === undefined || time <= idle || !isYounger(scene, time)) return undefined
    return `no input for ${Math.floor(time / 1000)} s`
  },
}

function run(program: string, args: string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { signal, maxBuffer: 4 * 1024 * 1024 }, (_, stdout) => resolve(stdout))
  })
}
