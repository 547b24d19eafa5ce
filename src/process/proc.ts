import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import type { TerminalReference } from '../notification/index.ts'

/** What /proc/PID/stat says of a process (man 5 proc). */
export interface ProcessStat {
  pid: number
  /** The program's name, at most 15 bytes. */
  comm: string
  /** R, S, D, T (stopped), t (traced), Z (zombie) ... */
  state: string
  ppid: number
  pgrp: number
  session: number
  /** The device number of the controlling terminal, 0 for none. */
  tty: number
  /** The process group that is in the foreground of that terminal, -1 for none. */
  tpgid: number
  threads: number
  /** Time on a CPU, that of children that were waited for included, in hundredths of a second. */
  cpuTicks: number
  /** When the process started, in hundredths of a second after boot. */
  startTicks: number
}

/** Absent if there is no such process, or no /proc. */
export function readStat(pid: number | 'self'): ProcessStat | undefined {
  const text = read(`/proc/${pid}/stat`)
  return text ? parseStat(text) : undefined
}

/** What /proc says of a process and of its ancestors, a line each; nothing without /proc. */
export function statLines(pid: number | 'self'): string[] {
  const lines: string[] = []
  for (let at: number | 'self' = pid; at !== 0 && lines.length < 30; ) {
    const line = read(`/proc/${at}/stat`)?.trim()
    if (!line) break
    lines.push(oneLineOf(line))
    at = parseStat(line).ppid
  }
  return lines
}

/** A program's name may hold a newline. */
function oneLineOf(text: string): string {
  return text.replaceAll('\n', ' ')
}

/** @param text what was read from /proc/PID/stat */
export function parseStat(text: string): ProcessStat {
  // The name may hold spaces and parentheses; nothing after it does.
  const end = text.lastIndexOf(')')
  const fields = text.slice(end + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  return {
    pid: Number.parseInt(text, 10),
    comm: text.slice(text.indexOf('(') + 1, end),
    state: fields[0] ?? '',
    ppid: field(4),
    pgrp: field(5),
    session: field(6),
    tty: field(7),
    tpgid: field(8),
    threads: field(20),
    cpuTicks: field(14) + field(15) + field(16) + field(17),
    startTicks: field(22),
  }
}

/** Signals, a bit each (man 5 proc); `pending` are those for the process as a whole. */
export interface SignalMasks {
  blocked: bigint
  ignored: bigint
  caught: bigint
  pending: bigint
}

/** Absent without /proc. */
export function readSignalMasks(pid: number | 'self'): SignalMasks | undefined {
  const text = read(`/proc/${pid}/status`)
  const mask = (name: string) =>
    BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(text ?? '')?.[1] ?? '0'}`)
  if (text === undefined) return undefined
  return { blocked: mask('SigBlk'), ignored: mask('SigIgn'), caught: mask('SigCgt'), pending: mask('ShdPnd') }
}

/** A process can make its command line as long as it likes; this much of it is read, in bytes. */
const longestCommandLine = 64 * 1024

/** The words that a process was started with; empty for a kernel thread and a zombie, absent if it cannot be read. */
export function readCommandLine(pid: number | 'self'): string[] | undefined {
  const text = readStart(`/proc/${pid}/cmdline`, longestCommandLine)
  if (text === undefined) return undefined
  return text === '' ? [] : text.replace(/\0$/, '').split('\0')
}

/** Milliseconds since the system was started, the time that it slept included; absent without /proc. */
export function readUptime(): number | undefined {
  const text = read('/proc/uptime')
  return text ? Number.parseFloat(text) * 1000 : undefined
}

/** A process's parent, its parent, and so on; empty without /proc. */
export function ancestors(pid: number): { pid: number; ppid: number; comm: string }[] {
  const found: { pid: number; ppid: number; comm: string }[] = []
  let stat = readStat(pid)
  // A pid namespace shows 0 as the parent of what was started from outside.
  while (stat && stat.ppid > 0 && found.length < 100) {
    stat = readStat(stat.ppid)
    if (stat) found.push({ pid: stat.pid, ppid: stat.ppid, comm: stat.comm })
  }
  return found
}

/** The terminal that we were called from, and who called us; absent where there is none: cron, a service. */
export function terminalOfCaller(): TerminalReference | undefined {
  const own = readStat('self')
  const tty = own ? terminalPath(own.tty) : process.platform === 'win32' ? undefined : terminalByPs()
  return tty === undefined ? undefined : { tty, shellPid: process.ppid }
}

/** The shell that this was typed into. */
export function callingShell(): number {
  return terminalOfCaller()?.shellPid ?? process.ppid
}

/** The terminal of a process, given what /proc said of it. */
export function terminalOf({ tty }: ProcessStat): string | undefined {
  return terminalPath(tty)
}

/** Numbers of devices are those of the kernel's documentation, admin-guide/devices. */
function terminalPath(device: number): string | undefined {
  const major = (device >> 8) & 0xfff
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00)
  if (major >= 136 && major <= 143) return `/dev/pts/${(major - 136) * 256 + minor}`
  if (major === 4) return minor < 64 ? `/dev/tty${minor}` : `/dev/ttyS${minor - 64}`
  return undefined
}

function terminalByPs(): string | undefined {
  // Only here: child_process takes longer to load than all of this takes on Linux.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const name = spawnSync('ps', ['-o', 'tty=', '-p', String(process.pid)], { encoding: 'utf8' }).stdout?.trim()
  return name && !name.startsWith('?') ? `/dev/${name}` : undefined
}

function readStart(path: string, most: number): string | undefined {
  try {
    const descriptor = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(most)
      return bytes.toString('utf8', 0, readSync(descriptor, bytes))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
