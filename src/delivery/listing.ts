import { lstatSync } from 'node:fs'
import type { Delivery } from './delivery.ts'
import { type Entry, isBusy, list, listFailed, read } from './spool.ts'

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
    if (delivery === undefined && !isFile(entry)) return []
    return [{ entry, delivery, state: stateOf(entry, delivery, failed) }]
  }
  return [
    ...list(folder).flatMap((entry) => describe(entry, false)),
    ...listFailed(folder).flatMap((entry) => describe(entry, true)),
  ]
}

function stateOf(entry: Entry, delivery: Delivery | undefined, failed: boolean): Kept['state'] {
  if (delivery === undefined) return 'damaged'
  if (failed) return 'failed'
  return isBusy(entry) ? 'claimed' : delivery.state
}

/** Folders, links and pipes are not ours; and a delivery may have arrived since the folder was listed. */
function isFile({ path }: Entry): boolean {
  try {
    return lstatSync(path).isFile()
  } catch {
    return false
  }
}

/** The id by which a user names a kept delivery. */
export function idOf({ entry, delivery }: Kept): string {
  return delivery?.id ?? entry.name.replace(/^\d+-/, '')
}
