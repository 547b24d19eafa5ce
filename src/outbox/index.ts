/*
 * Deliveries on disk that are not finished:
 *
 *   delivery, fallback    what a file says; spool reads the folder, listing shows it to people
 *   index                 the steps of a delivery's file: put, claim, release, finish, fail
 *   schedule              which delivery of a target is next, and when; backoff and pause say how long it waits
 *   capacity              how much is kept; stamp distinguishes versions of a configuration
 *   machine-time          ages by a clock that nobody sets; waiting asks for no more than whether there is a file
 *   known                 what becomes of a delivery that is made a second time
 */

import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { hasArrived } from '../history/log.ts'
import { ownClaim } from '../platform/claim.ts'
import { makeFolderDurably, remove, renameQuietly, syncFolder, writeDurably } from '../platform/durable.ts'
import { codeOf } from '../platform/errors.ts'
import { largest } from '../platform/largest.ts'
import { removeQuietly } from '../platform/own-file.ts'
import { makeRoom } from './capacity.ts'
import type { Delivery } from './delivery.ts'
import { claimedEntry, type Entry, failedFolder, find, freeEntry, isBusy, read } from './spool.ts'

/*
 * Every step leaves exactly one file of a delivery, whatever ends the process between two of them: content is replaced
 * under the file's present name, and then the file moves.
 */

/** Room in a new delivery's file for what its attempts add to it, in bytes: an error, above all. */
const roomForLater = 32 * 1024

/**
 * What became of deliveries that could not be written down, by the names of their files: while this process lives it
 * neither sends again what was sent nor tries at once what it has just tried.
 */
const unwritten = new Map<string, Delivery | 'sent'>()

/**
 * Puts deliveries on disk so that they survive a crash from here on, and claims them for this process unless others
 * are to work on them.
 *
 * @param options.replacing they take the place of others, and so go in even if the outbox is full
 * @returns an entry for each that is kept, and what went wrong with the others, or with the disk
 */
export function put(
  folder: string,
  deliveries: Delivery[],
  options: { claimed: boolean; replacing?: boolean },
): { entries: (Entry | undefined)[]; trouble: unknown } {
  let trouble: unknown
  const trying = <T>(step: () => T): T | undefined => {
    try {
      return step()
    } catch (error) {
      trouble ??= error
      return undefined
    }
  }
  trying(() => makeFolderDurably(folder))
  if (!options.replacing) trying(() => makeRoom(folder))
  const isFull = trouble !== undefined
  const entries = deliveries.map((delivery) =>
    trying(() => {
      if (isFull) return undefined
      const name = `${String(Date.parse(delivery.created)).padStart(14, '0')}-${delivery.id}`
      const entry = options.claimed ? claimedEntry(folder, name) : freeEntry(folder, name)
      writeDurably(entry.path, delivery, largest.delivery - roomForLater)
      return entry
    }),
  )
  if (entries.some((entry) => entry !== undefined)) trying(() => syncFolder(folder))
  return { entries, trouble }
}

/** What is known of an entry: its content, unless this process knows better; nothing if there is nothing to do. */
export function current(entry: Entry): Delivery | undefined {
  const known = unwritten.get(entry.name)
  if (known === undefined) return read(entry)
  if (known !== 'sent') return known
  removeQuietly(entry.path)
  return undefined
}

/**
 * Takes an entry for this process, so that no other attempts it; nothing if another was faster.
 *
 * @throws the file system's error
 */
export function claim(folder: string, entry: Entry): Entry | undefined {
  // One that could not be given back after its last attempt.
  if (entry.claim === ownClaim()) return entry
  if (isBusy(entry)) return undefined
  const claimed = claimedEntry(folder, entry.name)
  try {
    renameSync(entry.path, claimed.path)
    return claimed
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Gives a claimed delivery back as it is. */
export function unclaim(folder: string, entry: Entry): void {
  renameQuietly(entry.path, freeEntry(folder, entry.name).path)
}

/**
 * The service took it: it leaves the disk.
 *
 * @throws the file system's error; then it may be sent a second time, but not by this process
 */
export function finish(folder: string, entry: Entry): void {
  finishAll(folder, [entry])
}

/** The same for many, or for what another delivery says in their place. */
export function finishAll(folder: string, entries: Entry[]): void {
  let trouble: unknown
  for (const entry of entries) {
    try {
      remove(entry.path)
    } catch (error) {
      trouble ??= error
      unwritten.set(entry.name, 'sent')
      // A name under which nobody looks for deliveries does as well.
      renameQuietly(entry.path, join(folder, `.${entry.name}.sent`))
    }
  }
  if (trouble !== undefined) throw trouble
  syncFolder(folder)
}

/**
 * Gives a claimed delivery back with what has become of it. Where its file is gone from under it, it is put anew.
 *
 * @throws the file system's error; then it is kept as it was before, if its file is there
 */
export function release(folder: string, entry: Entry, delivery: Delivery): void {
  if (isAnothers(folder, entry)) return
  try {
    makeFolderDurably(folder)
    writeDurably(entry.path, delivery, largest.delivery)
    renameSync(entry.path, freeEntry(folder, entry.name).path)
    syncFolder(folder)
    unwritten.delete(entry.name)
  } catch (error) {
    unwritten.set(entry.name, delivery)
    unclaim(folder, entry)
    throw error
  }
}

/** Is a delivery's file in the outbox, under whatever name, or has it arrived by another process? */
export function isKeptOnDisk(folder: string, entry: Entry): boolean {
  return existsSync(freeEntry(folder, entry.name).path) || isAnothers(folder, entry) || existsSync(entry.path)
}

/** Another process took it meanwhile, if this one was stopped for an hour: then it is the other's. */
function isAnothers(folder: string, entry: Entry): boolean {
  if (existsSync(entry.path)) return false
  return find(folder, entry.name) !== undefined || hasArrived(entry.name.replace(/^\d+-/, ''))
}

/**
 * It can never go: it is kept in `failed/` with its reason, without options that may hold secrets and without its
 * fallback, which has its own file by now.
 *
 * @throws the file system's error; then it is still kept, and this process tries it no more
 */
export function fail(folder: string, entry: Entry, delivery: Delivery): void {
  if (isAnothers(folder, entry)) return
  const { options, fallback, ...kept } = { ...delivery, state: 'failed' as const }
  try {
    makeFolderDurably(folder)
    writeDurably(entry.path, kept, largest.delivery)
  } catch (error) {
    unwritten.set(entry.name, kept)
    // No room for the reason: it goes without, unless it holds what must not be there.
    if (!hasOptions({ options, fallback })) quietly(() => bury(folder, entry))
    unclaim(folder, entry)
    throw error
  }
  try {
    bury(folder, entry)
  } catch (error) {
    unclaim(folder, entry)
    throw error
  }
}

function hasOptions({ options, fallback }: { [P in 'options' | 'fallback']?: Delivery[P] | undefined }): boolean {
  return options !== undefined || (fallback !== undefined && hasOptions(fallback.delivery))
}

/** Moves a claimed delivery that is marked as failed to the others. */
export function bury(folder: string, entry: Entry): void {
  const failed = failedFolder(folder)
  makeFolderDurably(failed)
  renameSync(entry.path, freeEntry(failed, entry.name).path)
  syncFolder(failed)
  syncFolder(folder)
}

function quietly(step: () => void): void {
  try {
    step()
  } catch {}
}
