import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../errors.ts'
import { stateFolder } from '../paths.ts'
import { isAbandoned, ownClaim } from './claim.ts'
import { type Delivery, isDelivery } from './delivery.ts'

/** A delivery's file is never larger, in bytes: what is, is not ours. */
const largestFile = 1024 * 1024
const keepFailures = 30 * 24 * 60 * 60_000

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

/**
 * Puts deliveries on disk so that they survive a crash from here on, and claims them for this process unless others
 * are to work on them.
 *
 * @throws the file system's error; then nothing may be taken as kept
 */
export function put(folder: string, deliveries: Delivery[], options: { claimed: boolean }): Entry[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const entries: Entry[] = []
  try {
    for (const delivery of deliveries) {
      const name = `${String(Date.parse(delivery.created)).padStart(14, '0')}-${delivery.id}`
      const entry = options.claimed ? claimedEntry(folder, name) : { name, path: join(folder, `${name}.json`) }
      entries.push(entry)
      writeDurably(folder, entry, delivery)
    }
    syncFolder(folder)
    return entries
  } catch (error) {
    // Whoever called tries them all the same: what was written would come a second time.
    for (const { path } of entries) removeQuietly(path)
    throw error
  }
}

/** Everything that could be a delivery, oldest first: names only, nothing is opened. */
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

/** Reads an entry; nothing if it is gone, damaged, too large, or no regular file (a FIFO would hang whoever opens it). */
export function read(entry: Entry): Delivery | undefined {
  try {
    const stats = lstatSync(entry.path)
    if (!stats.isFile() || stats.size > largestFile) return undefined
    const delivery: unknown = JSON.parse(readFileSync(entry.path, 'utf8'))
    return isDelivery(delivery) ? delivery : undefined
  } catch {
    return undefined
  }
}

/** Takes an entry for this process, so that no other attempts it; nothing if another was faster. */
export function claim(folder: string, entry: Entry): Entry | undefined {
  if (entry.claim !== undefined && !isStale(entry)) return undefined
  const claimed = claimedEntry(folder, entry.name)
  try {
    renameSync(entry.path, claimed.path)
    return claimed
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
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

/** The service took it: it leaves the disk. */
export function finish(folder: string, entry: Entry): void {
  remove(entry.path)
  syncFolder(folder)
}

/** Gives a claimed delivery back with what has become of it. */
export function release(folder: string, entry: Entry, delivery: Delivery): void {
  const free = { name: entry.name, path: join(folder, `${entry.name}.json`) }
  writeDurably(folder, entry, delivery)
  renameSync(entry.path, free.path)
  syncFolder(folder)
}

/** It can never go: it is kept in `failed/` with its reason, without options that may hold secrets. */
export function fail(folder: string, entry: Entry, delivery: Delivery): void {
  const failed = failedFolder(folder)
  mkdirSync(failed, { recursive: true, mode: 0o700 })
  const { options: _, ...kept } = delivery
  writeDurably(failed, { name: entry.name, path: join(failed, `${entry.name}.json`) }, kept)
  syncFolder(failed)
  finish(folder, entry)
}

/** Puts a failed delivery back among those that are tried. */
export function revive(folder: string, entry: Entry, delivery: Delivery): void {
  const now = new Date().toISOString()
  const { error: _, ...waiting } = delivery
  const free = { name: entry.name, path: join(folder, `${entry.name}.json`) }
  writeDurably(folder, free, { ...waiting, state: 'waiting', tries: 0, next: now })
  syncFolder(folder)
  finish(failedFolder(folder), entry)
}

/** Takes a file away for good, because its owner asked for it. */
export function discard({ path }: Entry): void {
  remove(path)
}

/** Failures are kept for 30 days. */
export function removeOldFailures(folder: string): void {
  for (const { path } of list(failedFolder(folder))) {
    try {
      if (Date.now() - lstatSync(path).mtimeMs > keepFailures) unlinkSync(path)
    } catch {}
  }
}

/** Where deliveries lie that nobody tries any more. */
export function failedFolder(folder: string): string {
  return join(folder, 'failed')
}

function claimedEntry(folder: string, name: string): Entry {
  const claim = ownClaim()
  return { name, path: join(folder, `${name}.claim-${claim}`), claim }
}

/** Either the whole file is there under its name, or nothing new is. */
function writeDurably(folder: string, entry: Entry, delivery: Delivery): void {
  const temporary = join(folder, `.${entry.name}.${process.pid}.tmp`)
  const { O_CREAT, O_EXCL, O_WRONLY } = constants
  remove(temporary)
  const descriptor = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
  try {
    const bytes = Buffer.from(`${JSON.stringify(delivery)}\n`)
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
    fsyncSync(descriptor)
  } catch (error) {
    closeSync(descriptor)
    remove(temporary)
    throw error
  }
  closeSync(descriptor)
  renameSync(temporary, entry.path)
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

function removeQuietly(path: string): void {
  try {
    remove(path)
  } catch {}
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
