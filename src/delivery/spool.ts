import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, exitCode, NtfyError } from '../errors.ts'
import { abbreviateHome, stateFolder } from '../paths.ts'
import { isAbandoned, ownClaim } from './claim.ts'
import { type Delivery, isDelivery } from './delivery.ts'
import { removeQuietly } from './durable.ts'

/** A delivery's file is never larger, in bytes: what is, is not ours. */
const largestFile = 1024 * 1024
const keepFailures = 30 * 24 * 60 * 60_000
/** A file that somebody has not finished writing for so long was left by a process that was killed, in milliseconds. */
const keepUnfinished = 60 * 60_000

/** A file of the outbox. Its name begins with the time it was made, so that names sort oldest first. */
export interface Entry {
  name: string
  path: string
  /** Who is working on it; nothing if nobody. */
  claim?: string
}

/** The folder of deliveries that are not finished; nothing if there is no place for one. */
export function outboxFolder(): string | undefined {
  const folder = stateFolder()
  return folder === undefined ? undefined : join(folder, 'outbox')
}

/** Where deliveries lie that nobody tries any more. */
export function failedFolder(folder: string): string {
  return join(folder, 'failed')
}

/** The entry of a delivery that nobody has claimed. */
export function freeEntry(folder: string, name: string): Entry {
  return { name, path: join(folder, `${name}.json`) }
}

/** The entry of a delivery that this process has claimed. */
export function claimedEntry(folder: string, name: string): Entry {
  const claim = ownClaim()
  return { name, path: join(folder, `${name}.claim-${claim}`), claim }
}

/**
 * Everything that could be a delivery, oldest first: names only, nothing is opened.
 *
 * @throws NtfyError the folder is there and cannot be read
 */
export function list(folder: string): Entry[] {
  const entries: Entry[] = []
  for (const file of namesIn(folder)) {
    const match = /^(\d{14}-[A-Za-z0-9-]{1,64})\.(?:json|claim-(.+))$/.exec(file)
    if (match?.[1] === undefined) continue
    const entry: Entry = { name: match[1], path: join(folder, file) }
    if (match[2] !== undefined) entry.claim = match[2]
    entries.push(entry)
  }
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** What has failed, oldest first; nothing where its folder is none. */
export function listFailed(folder: string): Entry[] {
  try {
    return list(failedFolder(folder))
  } catch {
    return []
  }
}

/** Reads an entry; nothing if it is gone, damaged, too large, or no regular file (a FIFO would hang whoever opens it). */
export function read(entry: Entry): Delivery | undefined {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  try {
    const descriptor = openSync(entry.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const stats = fstatSync(descriptor)
      if (!stats.isFile() || stats.size > largestFile) return undefined
      const delivery: unknown = JSON.parse(readFileSync(descriptor, 'utf8'))
      return isDelivery(delivery) && entry.name.endsWith(`-${delivery.id}`) ? delivery : undefined
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}

/** Is a process, alive as far as anybody can tell, working on it? */
export function isBusy(entry: Entry): boolean {
  return entry.claim !== undefined && !isStale(entry)
}

/** Has the process that claimed an entry ended without finishing it? */
export function isStale(entry: Entry): boolean {
  if (entry.claim === undefined) return false
  try {
    return isAbandoned(entry.claim, lstatSync(entry.path).ctimeMs)
  } catch {
    return false
  }
}

/** Removes failures after 30 days, and what killed processes have not finished writing. */
export function cleanUp(folder: string): void {
  for (const { path } of listFailed(folder)) if (ageOf(path) > keepFailures) removeQuietly(path)
  for (const place of [folder, failedFolder(folder)]) {
    for (const path of unfinishedIn(place)) if (ageOf(path) > keepUnfinished) removeQuietly(path)
  }
}

function unfinishedIn(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((file) => (/^\..*\.(tmp|sent)$/.test(file) ? join(folder, file) : []))
  } catch {
    return []
  }
}

function ageOf(path: string): number {
  try {
    return Date.now() - lstatSync(path).mtimeMs
  } catch {
    return 0
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw new NtfyError(`${abbreviateHome(folder)}: the outbox cannot be read: ${codeOf(error)}`, exitCode.io)
  }
}
