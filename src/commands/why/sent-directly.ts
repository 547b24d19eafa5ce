import { beginningOf, subjectOf } from '../../history/beginning.ts'
import type { JournalEntry } from '../../history/journal.ts'
import { readPlaces } from '../../outbox/listing.ts'
import type { Entry, Known } from './known.ts'

/**
 * What the journal does not know of, because `send`, `test` and `done --pid` write no entry, which would cost each of
 * them a file: the log, the outbox and what was dropped tell of it.
 */
export async function sentDirectly(journal: JournalEntry[], known: Known): Promise<Entry[]> {
  const told = new Set(journal.flatMap(({ source, targets }) => (source === 'drop' ? [] : targets.map(({ id }) => id))))
  const entries: Entry[] = []
  const add = (id: string, time: string, title: string, target: string) => {
    if (told.has(id)) return
    told.add(id)
    entries.push({ time, source: 'send', title, targets: [{ id, target, decision: 'sent' }] })
  }
  for (const { id, target, title, text, delivered, late_s: late } of known.delivered.values()) {
    add(id, new Date(Date.parse(delivered) - late * 1000).toISOString(), subjectOf({ title, text }), target)
  }
  for (const { id, delivery } of readPlaces([...known.kept.values()].filter(({ id }) => !told.has(id)))) {
    if (delivery === undefined) continue
    const subject = subjectOf(await beginningOf(delivery.notification))
    add(id, delivery.notification.time, subject, delivery.target)
  }
  for (const [id, { time, target, title }] of known.dropped) add(id, time, title, target)
  return entries
}
