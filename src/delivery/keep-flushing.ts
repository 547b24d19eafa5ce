import { watch } from 'node:fs'
import { sweepAttachments } from '../outbox/attachments.ts'
import { current } from '../outbox/index.ts'
import { isAnythingDue } from '../outbox/schedule.ts'
import { cleanUp, type Entry, freeEntry, list, outboxFolder, read } from '../outbox/spool.ts'
import { isLocked, releaseLock, takeLock } from '../platform/lock.ts'
import { deliverInBackground } from './background.ts'
import type { Report } from './deliver.ts'
import { flushOnce } from './flush.ts'
import { isKept } from './report.ts'

/** How often the folder is looked at for what others have put there, in milliseconds. */
const longestSleep = 15_000
const shortestSleep = 100

/** So many of the oldest deliveries are looked at before a run of ntfy ends: it is not to read thousands of files. */
const lookedAt = 100

/**
 * Keeps trying what is in the outbox until it is empty or it has to stop. Returns at once if another process does
 * that already.
 *
 * @throws NtfyError the outbox cannot be read
 */
export async function keepFlushing(folder: string, stop: AbortSignal): Promise<void> {
  cleanUp(folder)
  sweepAttachments(folder)
  if (list(folder).length === 0 || !takeLock(folder)) return
  do {
    try {
      await flushUntilEmpty(folder, stop)
    } finally {
      releaseLock(folder)
    }
    // Processes that queued something while we held the lock relied on us.
  } while (isAnythingWaiting(folder) && (await pause(shortestSleep, stop)) && takeLock(folder))
}

/**
 * Tries what waits for services that have just answered, also where another process is in the middle of an attempt that
 * does not know that yet.
 */
export async function flushReached(folder: string, reached: Set<string>, stop: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { busy } = await flushOnce(folder, { reached, stop })
    if (!busy.some((target) => reached.has(target)) || !(await pause(750, stop))) return
  }
}

/**
 * What is left to do in the background when a run of ntfy has made its own attempts: what waits for a service that has
 * just answered is tried now, and what was queued, or has become due, gets a flusher unless one is at work.
 *
 * @param held something was put there that a rule holds back
 */
export function followUp(reports: Report[], held = false): void {
  const folder = outboxFolder()
  if (folder === undefined) return
  cleanUp(folder, lookedAt)
  const others = listQuietly(folder)
  if (others.length === 0) return
  const delivered = new Set(reports.flatMap(({ outcome, target }) => (outcome === 'delivered' ? target : [])))
  const reached = waitingFor(delivered, others)
  if (reached.length > 0) return void deliverInBackground([], 'ignore', reached)
  if (isLocked(folder)) return
  if (held || reports.some(isKept) || isAnythingDue(folder, others.slice(0, lookedAt))) deliverInBackground([])
}

/** Those of the targets that something waits for. */
function waitingFor(targets: Set<string>, entries: Entry[]): string[] {
  if (targets.size === 0) return []
  if (entries.length > lookedAt) return [...targets]
  const waiting = new Set(entries.map((entry) => read(entry)?.target))
  return [...targets].filter((target) => waiting.has(target))
}

function isAnythingWaiting(folder: string): boolean {
  return listQuietly(folder).some((entry) => {
    const delivery = current(entry)
    if (delivery?.state === 'held') return Date.parse(delivery.next) <= Date.now()
    return delivery?.state === 'waiting' || delivery?.state === 'parked'
  })
}

function listQuietly(folder: string): Entry[] {
  try {
    return list(folder)
  } catch {
    return []
  }
}

async function flushUntilEmpty(folder: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const { next } = await flushOnce(folder, { stop })
    if (next === undefined) return
    const wait = Math.max(shortestSleep, Math.min(next - Date.now(), longestSleep))
    if (!(await pause(wait, stop, folder))) return
  }
}

/**
 * @param watched ends earlier when somebody schedules a delivery there
 * @returns false if it has to stop
 */
async function pause(milliseconds: number, stop: AbortSignal, watched?: string): Promise<boolean> {
  const { setTimeout: sleep } = await import('node:timers/promises')
  const woken = new AbortController()
  const watcher = watched === undefined ? undefined : watchForScheduled(watched, () => woken.abort())
  try {
    await sleep(milliseconds, undefined, { signal: AbortSignal.any([stop, woken.signal]) })
    return true
  } catch {
    return !stop.aborted
  } finally {
    watcher?.close()
  }
}

/** Where nothing can be watched, the folder is looked at again soon enough. */
function watchForScheduled(folder: string, found: () => void) {
  try {
    const watcher = watch(folder, { persistent: false }, (_, file) => {
      const name = /^(.+)\.json$/.exec(file ?? '')?.[1]
      if (name === undefined) return
      const delivery = read(freeEntry(folder, name))
      if (delivery?.state === 'held' && delivery.rule === 'at') found()
    })
    return watcher.on('error', () => {})
  } catch {
    return undefined
  }
}
