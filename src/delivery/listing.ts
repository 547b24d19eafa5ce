import { existsSync } from 'node:fs'
import type { Delivery } from './delivery.ts'
import { type Entry, failedFolder, isStale, list, read } from './outbox.ts'

/** A delivery that is kept, as `queue` shows it. */
export interface Kept {
  entry: Entry
  /** Nothing if the file is damaged, or of a newer ntfy. */
  delivery: Delivery | undefined
  state: 'waiting' | 'claimed' | 'parked' | 'held' | 'failed' | 'damaged'
}

/** All that is kept, the oldest first, what has failed behind it. */
export function listKept(folder: string): Kept[] {
  const describe = (entry: Entry, failed: boolean): Kept[] => {
    const delivery = read(entry)
    // It may have been delivered since the folder was listed.
    if (delivery === undefined && !existsSync(entry.path)) return []
    return [{ entry, delivery, state: stateOf(entry, delivery, failed) }]
  }
  return [
    ...list(folder).flatMap((entry) => describe(entry, false)),
    ...list(failedFolder(folder)).flatMap((entry) => describe(entry, true)),
  ]
}

function stateOf(entry: Entry, delivery: Delivery | undefined, failed: boolean): Kept['state'] {
  if (delivery === undefined) return 'damaged'
  if (failed) return 'failed'
  return entry.claim !== undefined && !isStale(entry) ? 'claimed' : delivery.state
}

/** The id by which a user names a kept delivery. */
export function idOf({ entry, delivery }: Kept): string {
  return delivery?.id ?? entry.name.replace(/^\d+-/, '')
}
