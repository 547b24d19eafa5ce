import type { JournalEntry } from '../../history/journal.ts'
import { type LogLine, readLog } from '../../history/log.ts'
import { listPlaces, type Place } from '../../outbox/listing.ts'
import { outboxFolder } from '../../outbox/spool.ts'

/** What is explained: a command, or a message that `send` or `test` made. */
export interface Entry extends JournalEntry {
  /** Of a message: what it was about. */
  title?: string
}

/** All that is known of what has become of deliveries, each by its id. */
export interface Known {
  delivered: Map<string, LogLine>
  kept: Map<string, Place>
  /** When their user dropped them, ISO 8601. */
  dropped: Map<string, { time: string; target: string; title: string }>
}

export function knownDeliveries(journal: JournalEntry[]): Known {
  const folder = outboxFolder()
  return {
    delivered: new Map(readLog().map((line) => [line.id, line])),
    kept: new Map((folder === undefined ? [] : listPlaces(folder)).map((place) => [place.id, place])),
    dropped: new Map(
      journal
        .filter(({ source }) => source === 'drop')
        .flatMap(({ time, targets }) =>
          targets.map(({ id, target, reason = '' }) => [id, { time, target, title: reason }] as const),
        ),
    ),
  }
}
