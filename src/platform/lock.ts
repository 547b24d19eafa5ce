import { closeSync, lstatSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { hasLetGo, ownClaim } from './claim.ts'
import { codeOf } from './errors.ts'
import { largest } from './largest.ts'
import { ownFileTime, readOwn, removeQuietly } from './own-file.ts'

/** A process may be between making the file and writing its name into it for so long, in milliseconds. */
const writing = 10_000

/** The lock of the process that keeps trying the outbox. */
const flusher = 'flusher'

/** Does a process, alive as far as can be known, hold a lock, or keep trying what is in the outbox? */
export function isLocked(folder: string, name = flusher): boolean {
  const holder = read(join(folder, name))
  return holder !== undefined && !isGone(holder)
}

/**
 * Makes this process the one that holds a lock; false if another is. Who is gone is known by pid, start time and boot:
 * proper-lockfile goes by age, and a process that is stopped would lose its lock. The flusher's only spares work:
 * claims are what counts.
 */
export function takeLock(folder: string, name = flusher): boolean {
  const file = join(folder, name)
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const descriptor = openSync(file, 'wx', 0o600)
      try {
        writeSync(descriptor, ownClaim())
      } catch (error) {
        // A full disk: an empty file would keep others waiting.
        removeQuietly(file)
        throw error
      } finally {
        closeSync(descriptor)
      }
      return true
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || !removeStale(folder, name)) return false
    }
  }
  return false
}

/**
 * Works while nobody else does under this lock, or all the same after so many milliseconds: for what two at once would
 * do less well, but do no harm by.
 */
export async function inTurn<T>(folder: string, name: string, patience: number, work: () => Promise<T>): Promise<T> {
  let end = performance.now() + patience
  let isOurs = takeLock(folder, name)
  while (!isOurs && performance.now() < end) {
    // Nobody has it: it was let go just now, or none can be made here.
    if (!isLocked(folder, name)) end = 0
    else await new Promise((resolve) => setTimeout(resolve, 10))
    isOurs = takeLock(folder, name)
  }
  try {
    return await work()
  } finally {
    if (isOurs) releaseLock(folder, name)
  }
}

export function releaseLock(folder: string, name = flusher): void {
  const file = join(folder, name)
  if (read(file)?.claim === ownClaim()) removeQuietly(file)
}

/**
 * Of two processes that have seen that a lock's holder is gone, the second would remove the lock that the first has made
 * since: only one at a time may look and remove.
 *
 * @returns whether the lock may be free now
 */
function removeStale(folder: string, name: string): boolean {
  const file = join(folder, name)
  const holder = read(file)
  // It was let go just now.
  if (holder === undefined) return true
  if (!isGone(holder)) return false
  const turn = join(folder, `.${name}.tmp`)
  try {
    closeSync(openSync(turn, 'wx', 0o600))
  } catch {
    const age = Date.now() - (ownFileTime(turn) ?? Date.now())
    if (Math.abs(age) > writing) removeQuietly(turn)
    return false
  }
  try {
    const still = read(file)
    if (still !== undefined && isGone(still)) removeQuietly(file)
    return true
  } finally {
    removeQuietly(turn)
  }
}

interface Holder {
  claim: string
  since: number
}

function isGone({ claim, since }: Holder): boolean {
  return claim === '' ? Math.abs(Date.now() - since) > writing : hasLetGo(claim, since)
}

function read(file: string): Holder | undefined {
  try {
    return { claim: readOwn(file, largest.mark) ?? '', since: lstatSync(file).mtimeMs }
  } catch {
    return undefined
  }
}
