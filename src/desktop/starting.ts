import { rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../platform/errors.ts'
import { makeFolder } from '../platform/folder.ts'
import { readRegular } from '../platform/regular-file.ts'
import { readStat } from '../process/proc.ts'
import { socketPath } from './listener.ts'

/** A process that waits for clicks is there within this time, milliseconds, or never. */
const startTime = 4000

/**
 * Of several that find nobody who waits for clicks one starts such a process: this one if it is true. Its mark stays
 * until `endStart`, or until the process that it names is gone.
 */
export function beginStart(): boolean {
  const path = markPath()
  if (path === undefined) return true
  try {
    makeFolder(dirname(path))
    if (!isHeld(path)) rmSync(path, { force: true })
    writeFileSync(path, written(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    return codeOf(error) !== 'EEXIST'
  }
}

/** From now on it is this process that has to come so far. */
export function passStartOn(pid: number): void {
  const path = markPath()
  try {
    if (path !== undefined) writeFileSync(path, written(pid), { flag: 'r+' })
  } catch {}
}

export function endStart(): void {
  const path = markPath()
  if (path !== undefined) rmSync(path, { force: true })
}

/** Waits until the process that another one has begun to start is there, or will not be. */
export async function startOfOther(signal: AbortSignal): Promise<void> {
  const path = markPath()
  const end = performance.now() + startTime
  while (path !== undefined && isHeld(path) && !signal.aborted && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** All numbers have one length, as one is written over another. */
function written(pid: number): string {
  return String(pid).padStart(10)
}

function markPath(): string | undefined {
  const path = socketPath()
  return path === undefined ? undefined : `${path}.starting`
}

/** A process of another pid namespace cannot be judged by its number: after a time its mark is nobody's, either. */
function isHeld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || Math.abs(Date.now() - stat.mtimeMs) > 2 * startTime) return false
  const pid = Number(readRegular(path, 20))
  if (!Number.isSafeInteger(pid) || pid <= 0) return true
  // A zombie, which nobody has waited for, can still be signalled.
  if (readStat('self') !== undefined) return !/^[ZX]?$/.test(readStat(pid)?.state ?? '')
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
