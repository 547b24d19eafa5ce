import { defineCommand } from '../cli/command.ts'
import { thresholdOf } from '../config/threshold.ts'
import { type RuleFinder, ruleFinder } from '../config/where.ts'
import { type JournalEntry, type JournalTarget, readJournal } from '../history/journal.ts'
import { type LogLine, readLog } from '../history/log.ts'
import { whyKept } from '../outbox/delivery.ts'
import { type Kept, listPlaces, type Place, readPlaces } from '../outbox/listing.ts'
import { outboxFolder } from '../outbox/spool.ts'
import { shortDuration } from '../platform/duration.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { localTime } from '../platform/local-time.ts'
import { printJson, printLine } from '../platform/output.ts'
import { style } from '../platform/style.ts'
import { oneLine } from '../platform/text.ts'
import { callingShell } from '../process/proc.ts'
import { offNow } from '../rules/off.ts'

/** How many commands are explained if nobody says how many. */
const defaultCount = 10

export default defineCommand({
  name: 'why',
  words: '',
  summary: 'explain why recent commands did or did not notify',
  group: 'diagnosis',
  examples: [['ntfy why --last', 'the last command']],
  flags: {
    number: {
      kind: 'text',
      short: 'n',
      value: 'N',
      description: `explain the last N commands (default ${defaultCount})`,
    },
    last: { kind: 'boolean', description: 'explain only the last command' },
  },
  maxWords: 0,
  async run({ flags, global }) {
    const wanted = flags.last ? '1' : (flags.number ?? String(defaultCount))
    if (!/^\d{1,6}$/.test(wanted) || Number(wanted) === 0) {
      throw new UsageError(`why -n ${wanted}: expected a number of commands`)
    }
    const known = { log: new Map(readLog().map((line) => [line.id, line])), kept: keptById() }
    for (const entry of readJournal().slice(-Number(wanted))) {
      const find = await ruleFinder(entry.config)
      const lines = explain(entry, find, known)
      if (global.json) printJson({ ...entry, explained: lines })
      else for (const line of lines) printLine(line, toned)
    }
    if (!global.json) for (const line of await whatElse(global.config)) printLine(line)
    return exitCode.ok
  },
})

/** What was decided, or has become of it, stands behind the first colon. */
function toned(line: string): string {
  const tone = /: delivered at/.test(line) ? 'good' : /: (not sent|gone|parked)/.test(line) ? 'bad' : 'faint'
  const at = line.indexOf(': ') + 2
  return line.slice(0, at) + style.stdout[tone](line.slice(at))
}

interface Known {
  log: Map<string, LogLine>
  kept: Map<string, Place>
}

function keptById(): Map<string, Place> {
  const folder = outboxFolder()
  return new Map((folder === undefined ? [] : listPlaces(folder)).map((place) => [place.id, place]))
}

function explain(entry: JournalEntry, find: RuleFinder, known: Known): string[] {
  const { command, durationMs, silent, away, targets } = entry
  const took = durationMs === undefined ? '' : `, ${shortDuration(durationMs)}`
  const subject = `${oneLine(command ?? 'a command')}${took}`
  if (silent?.rule === 'away' || silent?.rule === '-b') {
    return [`${subject}: not sent: away: no (${oneLine(away?.source ?? 'the terminal')})`]
  }
  if (silent) return [`${subject}: not sent: ${withPlace(oneLine(silent.reason), find(undefined, silent.rule))}`]
  const lines = targets.map((one) => `${subject}: ${oneLine(one.target)}: ${fateOf(one, find, known)}`)
  if (away) lines.push(`${subject}: away: ${away.answer} (${oneLine(away.source)})`)
  return lines
}

/** What has become of a delivery by now. */
function fateOf(
  { id, target, decision, rule = '', reason = '' }: JournalTarget,
  find: RuleFinder,
  known: Known,
): string {
  if (decision === 'skipped') return `not sent: ${withPlace(oneLine(reason), find(target, rule))}`
  const delivered = known.log.get(id)
  if (delivered) return `delivered at ${localTime(delivered.delivered)}${triesOf(delivered.tries)}`
  const place = known.kept.get(id)
  const [kept] = place === undefined ? [] : readPlaces([place])
  if (kept) return keptFate(kept, find)
  if (rule === 'escalate') return 'not needed: somebody came back'
  return 'gone from the outbox, and not in the log'
}

function keptFate({ state, delivery }: Kept, find: RuleFinder): string {
  const { error = '', tries = 0, next, target = '', rule = '' } = delivery ?? {}
  const why = error === '' ? '' : `: ${oneLine(error)}`
  if (state === 'held' && delivery) return withPlace(oneLine(whyKept(delivery) ?? ''), find(target, rule))
  if (state === 'failed') return `not sent${why}`
  if (state === 'parked') return `parked: fix the configuration and it will be sent${why}`
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

/** What never reached this program, because the hooks do not call it. */
async function whatElse(config: string | undefined): Promise<string[]> {
  const off = offNow(callingShell())
  const { milliseconds, source, always } = await thresholdOf(config)
  const until = off?.until === undefined ? '' : ` until ${localTime(off.until.toISOString())}`
  const lines = off ? [`the hooks are off${off.where === 'here' ? ' in this shell' : ''}${until} (ntfy on)`] : []
  const except = always.length === 0 ? '' : `, except ${always.join(', ')} (always)`
  return [...lines, `commands under ${shortDuration(milliseconds)} do not notify (${source})${except}`]
}
