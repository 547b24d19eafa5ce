import { renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Delivery } from '../outbox/delivery.ts'
import { madeNow } from '../outbox/machine-time.ts'
import { type Entry, failedFolder, freeEntry } from '../outbox/spool.ts'
import { remove, syncFolder, writeDurably } from '../platform/durable.ts'
import { largest } from '../platform/largest.ts'

/**
 * Puts a failed delivery back among those that are tried, as if it had just been made. Its fallback has had its turn.
 *
 * @throws the file system's error
 */
export function revive(folder: string, entry: Entry, delivery: Delivery): void {
  const { error: _, fallback: __, ...waiting } = delivery
  writeDurably(entry.path, { ...waiting, ...madeNow(), state: 'waiting', tries: 0 }, largest.delivery)
  renameSync(entry.path, freeEntry(folder, entry.name).path)
  syncFolder(folder)
  syncFolder(failedFolder(folder))
}

/** Deletes a file because its owner asked for that. */
export function discard({ path }: Entry): void {
  remove(path)
  syncFolder(dirname(path))
}
