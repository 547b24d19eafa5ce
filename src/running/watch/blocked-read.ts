import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { codeOf } from '../../platform/errors.ts'
import type { ProcessStat } from '../../process/proc.ts'

/**
 * What a process does at its terminal: it is blocked in a read of it, it waits for something else (for several things at
 * once, perhaps the terminal among them), or nobody may know.
 */
export interface TerminalUse {
  kind: 'read' | 'poll' | 'hidden'
  terminal: string
  /** Another one if the process has been woken since. */
  wait: string
}

/** System calls by their numbers (the kernel's syscall tables); arm64 has the generic ones. */
const calls: Record<string, { read: number; polls: number[] }> = {
  // poll select epoll_wait pselect6 ppoll epoll_pwait epoll_pwait2
  x64: { read: 0, polls: [7, 23, 232, 270, 271, 281, 441] },
  // epoll_pwait pselect6 ppoll epoll_pwait2
  arm64: { read: 63, polls: [22, 72, 73, 441] },
}

/**
 * What the main thread of a process waits for; nothing if it is not the terminal. Helpers of many programs (gradle,
 * kubectl) pass the terminal on from a thread of their own, where nobody has to answer.
 *
 * @param terminal the one that it may be asked about
 */
export function terminalUse(stat: ProcessStat, terminal: string): TerminalUse | undefined {
  const call = systemCall(stat.pid)
  if (call === undefined) return undefined
  const wait = `${stat.pid}-${stat.startTicks}-${wakeUps(stat.pid)}-${inputTime(terminal)}`
  if (call === 'hidden') return { kind: 'hidden', terminal, wait }
  const known = calls[process.arch]
  if (known?.polls.includes(call.number)) return { kind: 'poll', terminal, wait }
  return call.number === known?.read && isTerminal(stat.pid, call.first, terminal)
    ? { kind: 'read', terminal, wait }
    : undefined
}

function systemCall(pid: number): { number: number; first: number } | 'hidden' | undefined {
  try {
    // `running`, or the number, then the arguments in hex (man 5 proc).
    const [number = '', first = ''] = readFileSync(`/proc/${pid}/syscall`, 'latin1').split(' ')
    return /^\d+$/.test(number) ? { number: Number(number), first: Number(first) } : undefined
  } catch (error) {
    return codeOf(error) === 'EPERM' || codeOf(error) === 'EACCES' ? 'hidden' : undefined
  }
}

function isTerminal(pid: number, descriptor: number, terminal: string): boolean {
  try {
    return [terminal, '/dev/tty', '/dev/console'].includes(readlinkSync(`/proc/${pid}/fd/${descriptor}`))
  } catch {
    return false
  }
}

/** How often a process has waited: what tells two reads apart. */
function wakeUps(pid: number): string {
  try {
    return /^voluntary_ctxt_switches:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? ''
  } catch {
    return ''
  }
}

/** When the terminal was read last, in steps of 8 s (tty_io.c). */
function inputTime(terminal: string): number {
  return statSync(terminal, { throwIfNoEntry: false })?.atimeMs ?? 0
}
