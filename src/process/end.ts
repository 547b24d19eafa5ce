import { closeSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import type { Ended } from './run.ts'

/** What a shell shows for it in $?: the code, 128+n for a signal, 127 not found, 126 not executable. */
export function exitStatus(ended: Outcome): number {
  switch (ended.kind) {
    case 'exited':
      return ended.code
    case 'signaled':
      return 128 + (constants.signals[ended.signal] ?? 0)
    case 'not-found':
      return 127
    case 'not-executable':
      return 126
  }
}

/** The signal that a status of a shell stands for; absent if none does. */
export function signalOf(status: number): NodeJS.Signals | undefined {
  const entry = Object.entries(constants.signals).find(([, number]) => number === status - 128)
  return entry?.[0] as NodeJS.Signals | undefined
}

/** Ends this process as the command has ended: with its code, or by the signal that ended it. Nothing runs after it. */
export function endAs(ended: Outcome): never {
  const signal = ended.kind === 'signaled' && canDieBy(ended.signal) ? ended.signal : undefined
  // Node would set the terminal to what it was at the start; what the command has left is meant to stay. Of a pipe it
  // sets O_NONBLOCK to what it was, which starting the command has cleared (libuv).
  for (const descriptor of [0, 1, 2]) if (isatty(descriptor)) closeQuietly(descriptor)
  if (signal) dieBy(signal)
  process.exit(exitStatus(ended))
}

type Outcome = Ended extends infer E ? (E extends Ended ? Omit<E, 'durationMs' | 'tail' | 'lost'> : never) : never

/** The first process of a container is out of reach of its own signals. */
function canDieBy(signal: NodeJS.Signals): boolean {
  if (process.pid === 1 || process.platform === 'win32') return false
  return !dumping.has(signal) || preventDump()
}

/** Returns if the signal does nothing. */
function dieBy(signal: NodeJS.Signals): void {
  try {
    // Node ignores PIPE and XFSZ and listens to USR1; a listener that goes leaves the default action.
    if (signal !== 'SIGKILL') process.on(signal, () => {})
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  } catch {}
}

const dumping = new Set(
  ['QUIT', 'ILL', 'TRAP', 'ABRT', 'BUS', 'FPE', 'SEGV', 'XCPU', 'XFSZ', 'SYS'].map((name) => `SIG${name}`),
)

/**
 * The command may have left a core; ours would be a second one, perhaps in its place. A soft limit of 1 byte keeps the
 * kernel from writing one, and from calling a handler, which a limit of 0 does not (man 5 core).
 */
function preventDump(): boolean {
  if (process.platform !== 'linux') return false
  if (
    /^Max core file size +[01] /m.test(read('/proc/self/limits')) &&
    !read('/proc/sys/kernel/core_pattern').startsWith('|')
  )
    return true
  // What every run loads has this file in it; few start a program.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  return spawnSync('prlimit', ['--core=1:', '--pid', String(process.pid)], { stdio: 'ignore' }).status === 0
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor)
  } catch {}
}
