import { setTimeout as sleep } from 'node:timers/promises'
import { defineCommand, type FlagValues } from '../command.ts'
import { type FlushOptions, flushOnce } from '../delivery/flush.ts'
import { idOf, type Kept, listKept } from '../delivery/listing.ts'
import { discard, isStale, list, outboxFolder, revive } from '../delivery/outbox.ts'
import { printReport, sayReport } from '../delivery/report.ts'
import { exitCode, UsageError, worstExitCode } from '../errors.ts'
import { print, say, withoutSecrets } from '../output.ts'
import { didYouMean } from '../suggest.ts'
import { cutColumns, localTime } from '../table.ts'
import { oneLine } from '../text.ts'

const flags = {
  wait: { kind: 'boolean', description: 'flush: wait also for what other processes are sending' },
  held: { kind: 'boolean', description: 'flush: also what a rule holds back' },
  failed: { kind: 'boolean', description: 'retry: all that have failed, as without an ID' },
  all: { kind: 'boolean', description: 'drop: everything' },
  'install-timer': {
    kind: 'boolean',
    description: 'have the system flush every ten minutes, for machines where nobody logs in',
  },
} as const

type QueueFlags = FlagValues<typeof flags>
type Verb = (folder: string, words: string[], flags: QueueFlags, json: boolean) => Promise<number> | number

const verbs: Record<string, Verb> = { list: showList, flush, retry, drop, show }

export default defineCommand({
  name: 'queue',
  words: '[list|flush|retry|drop|show] [ID...]',
  summary: 'what is not delivered yet: list it, try it now, put failures back, drop or show some',
  flags,
  async run({ flags, words: [name = 'list', ...ids], global }) {
    if (flags['install-timer']) return (await import('../timer.ts')).installTimer()
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
    const known = Object.keys(verbs)
    if (!verb)
      throw new UsageError(`queue: unknown word ${name}${didYouMean(name, known)} (known: ${known.join(', ')})`)
    const folder = outboxFolder()
    if (folder === undefined) return exitCode.ok
    return verb(folder, ids, flags, global.json)
  },
})

function showList(folder: string, _: string[], __: QueueFlags, json: boolean): number {
  for (const kept of listKept(folder)) print(json ? jsonLine(kept) : row(kept))
  return exitCode.ok
}

async function flush(folder: string, ids: string[], flags: QueueFlags, json: boolean): Promise<number> {
  const only = ids.length > 0 ? new Set(find(folder, ids).map(idOf)) : undefined
  const code = await attempt(folder, { all: true, held: flags.held, ...(only && { only }) }, json)
  while (flags.wait && list(folder).some((entry) => entry.claim !== undefined && !isStale(entry))) await sleep(100)
  return code
}

/** Puts failures back, all without an ID, and tries them. */
async function retry(folder: string, ids: string[], _: QueueFlags, json: boolean): Promise<number> {
  const failed = find(folder, ids).filter(({ state }) => state === 'failed')
  const other = ids.length > 0 ? find(folder, ids).find(({ state }) => state !== 'failed') : undefined
  if (other !== undefined) throw new UsageError(`queue retry: ${idOf(other)} has not failed (queue flush tries it now)`)
  for (const { entry, delivery } of failed) if (delivery) revive(folder, entry, delivery)
  return attempt(folder, { all: true, only: new Set(failed.map(idOf)) }, json)
}

function drop(folder: string, ids: string[], { all }: QueueFlags): number {
  if (ids.length === 0 && !all) throw new UsageError('queue drop: the IDs to drop were expected, or --all')
  for (const kept of find(folder, ids)) {
    if (kept.state === 'claimed') say.warning(`${idOf(kept)}: is being sent at this moment`)
    else discard(kept.entry)
  }
  return exitCode.ok
}

function show(folder: string, ids: string[], _: QueueFlags, json: boolean): number {
  if (ids.length === 0) throw new UsageError('queue show: an ID was expected (queue list has them)')
  for (const kept of find(folder, ids)) {
    if (json) {
      print(jsonLine(kept))
      continue
    }
    const { id, target, backend, created, next, tries, error, notification, config } = kept.delivery ?? {}
    const rows = {
      id,
      state: kept.state,
      target,
      backend,
      config,
      created,
      tries,
      next,
      error,
      title: notification?.title,
    }
    for (const [name, value] of Object.entries(rows)) {
      if (value !== undefined) print(`${name.padEnd(9)}${oneLine(withoutSecrets(String(value)))}\n`)
    }
    print(`\n${notification?.message ?? 'the file is damaged, or was written by a newer ntfy'}\n`)
  }
  return exitCode.ok
}

async function attempt(folder: string, options: FlushOptions, json: boolean): Promise<number> {
  const { reports } = await flushOnce(folder, options)
  for (const report of reports) {
    if (json) printReport(report)
    else if (report.outcome === 'delivered') print(`${report.target}: delivered ${report.id}\n`)
    sayReport(report)
  }
  return worstExitCode(reports.map((report) => report.exitCode))
}

/** The kept deliveries with these ids, or beginnings of ids; all without any. */
function find(folder: string, ids: string[]): Kept[] {
  const kept = listKept(folder)
  if (ids.length === 0) return kept
  return ids.map((id) => {
    const matches = kept.filter((one) => idOf(one).startsWith(id))
    const [match] = matches
    if (match === undefined) throw new UsageError(`queue: no delivery ${id}${didYouMean(id, kept.map(idOf))}`)
    if (matches.length > 1) throw new UsageError(`queue: ${id} is the beginning of ${matches.length} deliveries`)
    return match
  })
}

function jsonLine(kept: Kept): string {
  const { target, backend, tries, created, next, error, notification } = kept.delivery ?? {}
  const { title, message } = notification ?? {}
  const line = { id: idOf(kept), target, backend, title, message, state: kept.state, tries, created, next, error }
  return `${withoutSecrets(JSON.stringify(line))}\n`
}

/** Two lines of at most 80 columns: what it is, and why it is still here. */
function row(kept: Kept): string {
  const { target = '?', created, tries = 0, next, error, notification } = kept.delivery ?? {}
  const what = oneLine(`${notification?.title ?? ''}: ${notification?.message ?? ''}`)
  const when = created === undefined ? '' : localTime(created)
  const first = cutColumns(`${idOf(kept).slice(0, 8)}  ${kept.state.padEnd(8)} ${when}  ${target}  ${what}`, 80)
  const why = kept.state === 'failed' ? '' : `, next ${next === undefined ? '?' : localTime(next)}`
  const tried = `${tries} ${tries === 1 ? 'try' : 'tries'}${why}`
  const second = error === undefined ? '' : `${cutColumns(`          ${tried}: ${oneLine(error)}`, 80)}\n`
  return `${first}\n${second}`
}
