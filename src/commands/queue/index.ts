import { isatty } from 'node:tty'
import { defineCommand } from '../../cli/command.ts'
import { discard, revive } from '../../delivery/by-hand.ts'
import { followUp } from '../../delivery/keep-flushing.ts'
import { outboxTrouble } from '../../delivery/settle.ts'
import { beginningOf, subjectOf } from '../../history/beginning.ts'
import { noteDropped } from '../../history/journal.ts'
import { sweepAttachments } from '../../outbox/attachments.ts'
import { whyKept } from '../../outbox/delivery.ts'
import { claim, finish } from '../../outbox/index.ts'
import { type Kept, listPlaces, type Place, readPlaces } from '../../outbox/listing.ts'
import { outboxFolder } from '../../outbox/spool.ts'
import { exitCode, messageOf, NtfyError, UsageError } from '../../platform/errors.ts'
import { withoutSecrets } from '../../platform/masking.ts'
import { print, printJson, printLine, say } from '../../platform/output.ts'
import { statePlace } from '../../platform/paths.ts'
import { didYouMean } from '../../platform/suggest.ts'
import { plainText } from '../../platform/text.ts'
import { listed } from '../../redact/listed.ts'
import { attempt } from './attempt.ts'
import { flags, type QueueFlags, refuseOthers } from './flags.ts'
import { header, jsonOf, row } from './rows.ts'

type Verb = (folder: string, words: string[], flags: QueueFlags, json: boolean) => Promise<number> | number

const verbs: Record<string, Verb> = { list: showList, flush, retry, drop, show }

export default defineCommand({
  name: 'queue',
  words: '[list|flush|retry|drop|show] [ID...]',
  summary: 'list, flush, retry, show or drop undelivered notifications',
  group: 'diagnosis',
  examples: [
    ['ntfy queue', 'what is queued, and why'],
    ['ntfy queue flush', 'send all of it now'],
    ['ntfy queue show 1f0c', 'everything about one delivery'],
  ],
  flags,
  takes: ['json'],
  async run({ flags, words: [name = 'list', ...ids], global }) {
    if (flags['install-timer']) return (await import('../../shell/timer.ts')).installTimer()
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
    const known = Object.keys(verbs)
    if (!verb)
      throw new UsageError(`queue: unknown word ${name}${didYouMean(name, known)} (known: ${known.join(', ')})`)
    refuseOthers(name, flags)
    if (name === 'list' && ids.length > 0) {
      throw new UsageError(`queue list: ${ids[0]}: unexpected argument (queue show ${ids[0]})`)
    }
    const folder = outboxFolder()
    if (folder === undefined) throw new NtfyError(`no outbox: ${statePlace().problem}`, exitCode.io)
    return verb(folder, ids, flags, global.json)
  },
})

async function showList(folder: string, _: string[], __: QueueFlags, json: boolean): Promise<number> {
  let count = 0
  for (const kept of readPlaces(listPlaces(folder))) {
    if (count++ === 0 && !json) print(header())
    json ? printJson(await jsonOf(kept)) : print(await row(kept))
  }
  if (count === 0 && !json) tell('nothing is waiting')
  followUp([])
  return exitCode.ok
}

async function flush(folder: string, ids: string[], flags: QueueFlags, json: boolean): Promise<number> {
  const wanted = ids.length > 0 ? new Set(find(folder, ids).map(({ id }) => id)) : undefined
  return attempt(folder, { all: !flags.due, held: flags.held, ...(wanted && { only: wanted }) }, flags.wait, json)
}

/** Puts failures back, all without an ID, and tries them. */
async function retry(folder: string, ids: string[], flags: QueueFlags, json: boolean): Promise<number> {
  const places = find(folder, ids)
  const failures = places.filter(({ failed }) => failed)
  const other = ids.length > 0 ? places.find(({ failed }) => !failed) : undefined
  if (other !== undefined) throw new UsageError(`queue retry: ${other.id} has not failed (queue flush tries it now)`)
  const revived = new Set<string>()
  for (const { id, entry, delivery } of readPlaces(failures)) {
    if (delivery === undefined) continue
    changing(() => revive(folder, entry, delivery))
    revived.add(id)
  }
  return attempt(folder, { all: true, only: revived }, flags.wait, json)
}

async function drop(folder: string, ids: string[], { all }: QueueFlags): Promise<number> {
  let dropped = 0
  if (ids.length === 0 && !all) throw new UsageError('queue drop: expected the IDs to drop, or --all')
  for (const kept of readPlaces(find(folder, ids))) {
    if (!changing(() => dropOne(folder, kept))) {
      say.warning(`${kept.id}: not dropped: it is being sent right now`)
      continue
    }
    dropped += 1
    if (kept.delivery) sweepAttachments(folder, kept.delivery.notification)
    if (kept.delivery) noteDropped(kept.delivery, subjectOf(await beginningOf(kept.delivery.notification)))
  }
  tell(dropped === 0 ? 'nothing was dropped' : `${dropped} dropped`)
  return exitCode.ok
}

/** @returns whether it is gone: what is being sent stays */
function dropOne(folder: string, { entry, state }: Kept): boolean {
  if (state === 'failed' || state === 'damaged') {
    discard(entry)
    return true
  }
  // Claimed first: nobody begins to send what is being dropped.
  const mine = claim(folder, entry)
  if (mine !== undefined) finish(folder, mine)
  return mine !== undefined
}

/** A line for whoever sits there; a script sees the exit status. */
function tell(line: string): void {
  if (isatty(1)) printLine(line)
}

function changing<T>(change: () => T): T {
  try {
    return change()
  } catch (error) {
    throw new NtfyError(`${outboxTrouble}: ${messageOf(error)}`, exitCode.io)
  }
}

async function show(folder: string, ids: string[], _: QueueFlags, json: boolean): Promise<number> {
  if (ids.length === 0) throw new UsageError('queue show: expected an ID (queue list has them)')
  for (const kept of readPlaces(find(folder, ids))) {
    if (json) {
      printJson(await jsonOf(kept))
      continue
    }
    const { id, target, backend, created, next, tries, notification, config } = kept.delivery ?? {}
    const message = notification && (await listed(notification.message, notification))
    const rows = {
      id,
      state: kept.state,
      target,
      backend,
      config,
      created,
      tries,
      next,
      error: kept.delivery && whyKept(kept.delivery),
      title: notification && (await listed(notification.title, notification)),
    }
    for (const [name, value] of Object.entries(rows)) {
      if (value !== undefined) printLine(`${name.padEnd(9)}${value}`)
    }
    print(
      `\n${plainText(withoutSecrets(message ?? 'the file is damaged, or was written by a newer version of ntfy'))}\n`,
    )
  }
  return exitCode.ok
}

/** Where the deliveries with these ids, or beginnings of ids, are kept; all without any. */
function find(folder: string, ids: string[]): Place[] {
  const places = listPlaces(folder)
  if (ids.length === 0) return places
  return ids.map((id) => {
    const matches = places.filter((one) => one.id.startsWith(id))
    const [match] = matches
    const known = places.map((one) => one.id)
    if (match === undefined) throw new UsageError(`queue: no such delivery: ${id}${didYouMean(id, known)}`)
    if (matches.length > 1)
      throw new UsageError(`queue: ${id} is ambiguous: ${matches.length} deliveries start with it`)
    return match
  })
}
