import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Holder, holderOf, ownClaim } from '../platform/claim.ts'
import { codeOf, exitCode, NtfyError } from '../platform/errors.ts'
import { largest } from '../platform/largest.ts'
import { readOwn, removeQuietly } from '../platform/own-file.ts'
import { abbreviateHome, stateFolder } from '../platform/paths.ts'
import { type Delivery, isDelivery } from './delivery.ts'
import { byTheClock } from './machine-time.ts'

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

/** Reads an entry; nothing if it is gone, damaged, too large, or none of our files. */
export function read(entry: Entry): Delivery | undefined {
  try {
    const delivery: unknown = JSON.parse(readOwn(entry.path, largest.delivery) ?? '')
    return isDelivery(delivery) && entry.name.endsWith(`-${delivery.id}`) ? byTheClock(delivery) : undefined
  } catch {
    return undefined
  }
}

/** The entry of a delivery, whoever has claimed it, also if it has failed; nothing if there is none. */
export function find(folder: string, name: string): Entry | undefined {
  try {
    return [...list(folder), ...listFailed(folder)].find((entry) => entry.name === name)
  } catch {
    return undefined
  }
}

/** Is a process, alive as far as can be known, working on it? */
export function isBusy(entry: Entry): boolean {
  const holder = holderIn(entry)
  return holder !== undefined && holder.state !== 'gone'
}

/** Why not to wait for the process that has claimed it; nothing if one is working on it, or none is. */
export function whyStuck(entry: Entry): string | undefined {
  const holder = holderIn(entry)
  return holder?.state === 'stuck' ? holder.why : undefined
}

function holderIn({ claim, path }: Entry): Holder | undefined {
  if (claim === undefined) return undefined
  return holderOf(claim, changeOf(path))
}

function changeOf(path: string): number {
  try {
    return lstatSync(path).ctimeMs
  } catch {
    return Date.now()
  }
}

/**
 * Removes failures after 30 days, and what killed processes have not finished writing.
 *
 * @param most looks at so many failures, the oldest, and no more
 */
export function cleanUp(folder: string, most = Number.POSITIVE_INFINITY): void {
  for (const { path } of listFailed(folder).slice(0, most)) if (ageOf(path) > keepFailures) removeQuietly(path)
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
