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

/** Where a delivery is kept; it has not been read yet. */
export interface Place {
  /** The id by which its user names it. */
  id: string
  entry: Entry
  failed: boolean
}

/** The places of all that is kept, the oldest first, what has failed behind it. */
export function listPlaces(folder: string): Place[] {
  const place = (failed: boolean) => (entry: Entry) => ({ id: entry.name.replace(/^\d+-/, ''), entry, failed })
  return [...list(folder).map(place(false)), ...listFailed(folder).map(place(true))]
}

/** What is kept in some places, all in turn: together they may be more than the memory is to hold. */
export function* readPlaces(places: Place[]): Generator<Kept & Place> {
  for (const place of places) {
    const { entry, failed } = place
    const delivery = read(entry)
    if (delivery !== undefined || isFile(entry)) yield { ...place, delivery, state: stateOf(entry, delivery, failed) }
  }
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
