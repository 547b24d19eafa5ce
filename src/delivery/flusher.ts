import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from '../errors.ts'
import { isAbandoned, ownClaim } from './claim.ts'
import type { Report } from './deliver.ts'
import { flushOnce, isDue } from './flush.ts'
import { type Entry, isStale, list, outboxFolder, read, removeOldFailures } from './outbox.ts'
import { startSender } from './sender.ts'

/** A flusher lives this long at most, in milliseconds; later runs of ntfy start another when something is due. */
const lifetime = 60 * 60_000

/** How often the folder is looked at for what others have put there, in milliseconds. */
const longestSleep = 15_000

/**
 * Keeps trying what is in the outbox until it is empty or an hour is over. Returns at once if another process does
 * that already.
 */
export async function keepFlushing(folder: string): Promise<void> {
  const end = Date.now() + lifetime
  removeOldFailures(folder)
  while (Date.now() < end && takeLock(folder)) {
    try {
      await flushUntil(folder, end)
    } finally {
      releaseLock(folder)
    }
    // Whoever queued something while we held the lock relied on us.
    if (!list(folder).some(isEntryDue)) return
  }
}

/**
 * What is left to do in the background when a run of ntfy has made its own attempts: what waits for a service that has
 * just answered is tried now, and what was queued, or has become due, gets a flusher unless one is at work.
 */
export function followUp(reports: Report[]): void {
  const folder = outboxFolder()
  if (folder === undefined) return
  const others = listQuietly(folder)
  if (others.length === 0) return
  const reached = reports.filter(({ outcome }) => outcome === 'delivered').map(({ target }) => target)
  if (reached.length > 0) startSender([], 'ignore', reached)
  else if (holder(folder) === undefined && (reports.some(isKept) || others.some(isEntryDue))) startSender([])
}

function isKept({ outcome }: Report): boolean {
  return outcome === 'queued' || outcome === 'parked'
}

function isEntryDue(entry: Entry): boolean {
  if (entry.claim !== undefined && !isStale(entry)) return false
  const delivery = read(entry)
  return delivery !== undefined && isDue(delivery, Date.now())
}

function listQuietly(folder: string): Entry[] {
  try {
    return list(folder)
  } catch {
    return []
  }
}

async function flushUntil(folder: string, end: number): Promise<void> {
  while (Date.now() < end) {
    const { next } = await flushOnce(folder)
    if (next === undefined) return
    await sleep(Math.max(100, Math.min(next - Date.now(), longestSleep, end - Date.now())))
  }
}

function lockFile(folder: string): string {
  return join(folder, 'flusher')
}

/** Who flushes now, if that process is alive. */
function holder(folder: string): string | undefined {
  try {
    const claim = readFileSync(lockFile(folder), 'utf8')
    return isAbandoned(claim, statSync(lockFile(folder)).mtimeMs) ? undefined : claim
  } catch {
    return undefined
  }
}

function takeLock(folder: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const descriptor = openSync(lockFile(folder), 'wx', 0o600)
      writeSync(descriptor, ownClaim())
      closeSync(descriptor)
      return true
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || holder(folder) !== undefined) return false
      releaseLock(folder)
    }
  }
  return false
}

function releaseLock(folder: string): void {
  try {
    unlinkSync(lockFile(folder))
  } catch {}
}
