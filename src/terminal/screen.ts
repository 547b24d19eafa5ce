import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename, dirname } from 'node:path'
import { readStat } from '../process/proc.ts'

/** The number of the window that an attached session shows, `0`; nothing if screen does not say. */
export function shownWindow(server: number, signal: AbortSignal): Promise<string | undefined> {
  const socket = socketOf(server)
  if (socket === undefined) return Promise.resolve(undefined)
  const env = { ...process.env, SCREENDIR: dirname(socket) }
  return new Promise((resolve) => {
    execFile('screen', ['-S', basename(socket), '-Q', 'number'], { signal, env, killSignal: 'SIGKILL' }, (_, stdout) =>
      resolve(/^\d+/.exec(stdout)?.[0]),
    )
  })
}

/** Is this the only session of this user that is shown anywhere? Then every client of screen shows it. */
export function isOnlyAttached(server: number): boolean {
  const socket = socketOf(server)
  if (socket === undefined) return false
  const folder = dirname(socket)
  return readdirSync(folder).filter((name) => isShown(`${folder}/${name}`)).length === 1
}

/** A running `screen` that shows a session in some terminal. */
export interface ScreenClient {
  /** The terminal that it shows the session in. */
  tty: string
  /** Who started it. */
  parent: number
}

/**
 * Whether a session of GNU screen is shown anywhere: screen keeps that as the mode of the session's socket.
 *
 * @param server the process of the session
 * @returns nothing if the socket is not to be found
 */
export function isAttached(server: number): boolean | undefined {
  const socket = socketOf(server)
  return socket === undefined ? undefined : isShown(socket)
}

function socketOf(server: number): string | undefined {
  for (const folder of socketFolders()) {
    try {
      const name = readdirSync(folder).find((entry) => entry.startsWith(`${server}.`))
      if (name !== undefined) return `${folder}/${name}`
    } catch {}
  }
  return undefined
}

function isShown(socket: string): boolean {
  try {
    return (statSync(socket).mode & 0o100) !== 0
  } catch {
    return false
  }
}

/**
 * Everybody's running clients of screen. Which session one shows cannot be seen: screen is setgid on many systems and
 * its descriptors are hidden.
 */
export function screenClients(): ScreenClient[] {
  let pids: number[] = []
  try {
    pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {}
  return pids.flatMap((pid) => {
    const stat = readStat(pid)
    // The session itself has no controlling terminal.
    if (stat === undefined || !/^screen$/i.test(stat.comm) || stat.tty === 0 || stat.ppid <= 1) return []
    const tty = deviceOf(stat.tty)
    return tty === undefined ? [] : [{ tty, parent: stat.ppid }]
  })
}

/**
 * Bytes for the terminal around screen: in device control strings of at most 600 bytes, because screen drops a longer
 * one and prints it, and none with an ST inside, which would end it.
 */
export function throughScreen(text: string): string {
  const withoutEnd = text.replaceAll('\x1b\\', '\x1b\0\\').split('\0')
  const pieces = withoutEnd.flatMap((part) => part.match(/[\s\S]{1,150}/gu) ?? [])
  return pieces.map((piece) => `\x1bP${piece}\x1b\\`).join('')
}

function socketFolders(): string[] {
  let name = process.env['USER'] ?? ''
  try {
    name = userInfo().username
  } catch {}
  const own = process.env['SCREENDIR']
  const known = [
    `/run/screen/S-${name}`,
    `/var/run/screen/S-${name}`,
    `/tmp/uscreens/S-${name}`,
    `/tmp/screens/S-${name}`,
  ]
  return own === undefined ? known : [own, ...known]
}

/** Linux's numbers of pseudo-terminals (major 136) and consoles (major 4). */
function deviceOf(number: number): string | undefined {
  const major = (number >> 8) & 0xfff
  const minor = (number & 0xff) | ((number >> 12) & 0xfff00)
  if (major === 136) return `/dev/pts/${minor}`
  return major === 4 && minor < 64 ? `/dev/tty${minor}` : undefined
}
