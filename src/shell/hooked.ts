import { join } from 'node:path'
import { largest } from '../platform/largest.ts'
import { appendOwn, readOwn, removeQuietly } from '../platform/own-file.ts'
import { runtimeFolder, stateFolder } from '../platform/paths.ts'
import { type ProcessStat, readStat } from '../process/proc.ts'

/**
 * Where each hooked shell leaves a line when it starts: its process ID, the number of its terminal and its start, as
 * /proc/PID/stat has them. Beside the folder of the session, not in it: a shell makes no folder without a fork.
 */
function filesOfShells(): string[] {
  const [runtime, state] = [runtimeFolder(), stateFolder()]
  return [
    ...(runtime === undefined ? [] : [`${runtime}-shells`]),
    ...(state === undefined ? [] : [join(state, 'hooked-shells')]),
  ]
}

/** The hooked shells that run, each once. */
export function hookedShells(): ProcessStat[] {
  // Not every shell of a user knows the folder of the session.
  const lines = filesOfShells().flatMap((file) => readOwn(file, largest.lines)?.split('\n') ?? [])
  const found = new Map<number, ProcessStat>()
  for (const line of lines) {
    const [pid, , start] = line.split(' ').map(Number)
    const stat = pid ? readStat(pid) : undefined
    if (stat && stat.startTicks === start && stat.state !== 'Z') found.set(stat.pid, stat)
  }
  return [...found.values()]
}

/** Adds a shell that the hooks have not written down. */
export function noteShell(pid: number): void {
  const [file] = filesOfShells()
  const stat = readStat(pid)
  if (file === undefined || stat === undefined || stat.tty === 0) return
  if (!hookedShells().some((one) => one.pid === pid)) appendOwn(file, `${pid} ${stat.tty} ${stat.startTicks}\n`)
}

/** Removes the lines of shells that have ended, once all have. */
export function forgetHookedShells(): void {
  if (hookedShells().length === 0) for (const file of filesOfShells()) removeQuietly(file)
}
