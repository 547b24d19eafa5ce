import type { RuleFinder } from '../../config/where.ts'
import type { JournalTarget } from '../../history/journal.ts'
import { whyKept } from '../../outbox/delivery.ts'
import { type Kept, readPlaces } from '../../outbox/listing.ts'
import { shortDuration } from '../../platform/duration.ts'
import { localTime } from '../../platform/local-time.ts'
import { oneLine } from '../../platform/text.ts'
import type { Entry, Known } from './known.ts'

/** A line for each target: what, where to, what has become of it and why; one line where nobody was notified. */
export function explain(entry: Entry, find: RuleFinder, known: Known): string[] {
  const { command, subject: what, durationMs, event, silent, away, targets, title } = entry
  const took = durationMs === undefined ? '' : `, ${shortDuration(durationMs)}`
  const subject = `${oneLine(title ?? command ?? what ?? 'a command')}${event === undefined ? '' : ` ${oneLine(event)}`}${took}`
  if (silent?.rule === 'away' || silent?.rule === '-b') {
    return [`${subject}: not sent: away: no (${oneLine(away?.source ?? 'the terminal')})`]
  }
  if (silent) return [`${subject}: not sent: ${withPlace(oneLine(silent.reason), find(undefined, silent.rule))}`]
  const seen = away ? `; away: ${away.answer} (${oneLine(away.source)})` : ''
  return targets.map((one) => `${subject}: ${oneLine(one.target)}: ${fateOf(one, find, known)}${seen}`)
}

/** What has become of a delivery by now. */
function fateOf(
  { id, target, decision, rule = '', reason = '' }: JournalTarget,
  find: RuleFinder,
  known: Known,
): string {
  if (decision === 'skipped') return `not sent: ${withPlace(oneLine(reason), find(target, rule))}`
  const delivered = known.delivered.get(id)
  if (delivered) {
    const how = delivered.bell_only ? ', bell only' : ''
    return `delivered at ${localTime(delivered.delivered)}${triesOf(delivered.tries)}${how}`
  }
  const place = known.kept.get(id)
  const [kept] = place === undefined ? [] : readPlaces([place])
  if (kept) return keptFate(kept, find)
  const dropped = known.dropped.get(id)
  if (dropped) return `not sent: dropped by you at ${localTime(dropped.time)}`
  if (rule === 'settle') return 'not needed: the session went on, or somebody was looking'
  if (rule === 'escalate') return 'not needed: somebody came back'
  return 'gone from the outbox, and not in the log'
}

function keptFate({ state, delivery }: Kept, find: RuleFinder): string {
  const { error = '', tries = 0, next, target = '', rule = '' } = delivery ?? {}
  const why = error === '' ? '' : `: ${oneLine(error)}`
  if (state === 'held' && delivery) return withPlace(oneLine(whyKept(delivery) ?? ''), find(target, rule))
  if (state === 'failed') return `not sent${why}`
  if (state === 'parked') return `saved; will be sent once the configuration is fixed${why}`
  if (state === 'claimed') return 'is being sent'
  return `queued, ${ordinal(tries + 1)} try at ${next === undefined ? '?' : localTime(next)}${why}`
}

function triesOf(tries: number): string {
  return tries > 1 ? `, ${ordinal(tries)} try` : ''
}

function ordinal(number: number): string {
  const words = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']
  return words[number] ?? `${number}th`
}

function withPlace(text: string, place: string | undefined): string {
  return place === undefined ? text : `${text} (${place})`
}
