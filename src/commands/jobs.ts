import { uptime } from 'node:os'
import { defineCommand } from '../cli/command.ts'
import { destinationsFor } from '../delivery/destinations.ts'
import { notifyHere } from '../delivery/index.ts'
import { recordDecision } from '../delivery/record-decision.ts'
import type { Outcome, TerminalReference } from '../notification/index.ts'
import { type LostJob, lostMessage } from '../notification/message.ts'
import { exitCode } from '../platform/errors.ts'
import { removeQuietly } from '../platform/own-file.ts'
import { readStat, terminalOf } from '../process/proc.ts'
import { whyUnwanted } from '../rules/notify-when.ts'
import { abandonedJobs } from '../running/jobs/abandoned.ts'
import type { JobRecord } from '../running/jobs/index.ts'
import { endOf, type TakenJob, takeJob, type Verdict, verdictOn } from '../running/jobs/verdict.ts'

export default defineCommand({
  name: 'jobs',
  words: '',
  summary: 'notify of commands whose ntfy was killed, and wait for those that go on',
  flags: {},
  maxWords: 0,
  hidden: true,
  async run() {
    await Promise.allSettled(
      abandonedJobs()
        .flatMap((job) => takeJob(job) ?? [])
        .map(follow),
    )
    return exitCode.ok
  },
})

/** Notifications are made one after the other: each in its job's folder, with its job's variables. */
let turn: Promise<void> = Promise.resolve()

async function follow({ path, record, child }: TakenJob): Promise<void> {
  if (record === undefined) return removeQuietly(path)
  const verdict = verdictOn(record, child)
  if (verdict.kind === 'running') await endOf(verdict.child)
  const ended = uptime()
  const notified = turn.then(() => notify(record, verdict, ended))
  turn = notified.catch(() => {})
  // If that fails, the record is left for a later run.
  await notified
  removeQuietly(path)
}

/** @param ended when nobody was there any more, in seconds since the boot */
async function notify(record: JobRecord, verdict: Verdict, ended: number): Promise<void> {
  enter(record)
  const { id, command, origin, when, options } = record
  const lost: LostJob = verdict.kind === 'running' ? { kind: 'unseen' } : verdict
  const outcome: Outcome = { ...(command !== undefined && { command }) }
  if (verdict.kind === 'running') outcome.durationMs = Math.max(0, ended - record.uptime) * 1000
  else outcome.lost = true
  const silent = whyUnwanted(outcome, { ...when, longerThan: outcome.lost ? undefined : when.longerThan })
  if (silent) return recordDecision({ source: 'done', outcome, silent, hideCommand: when.hideCommand })
  const terminal = terminalStillThere(record.terminal)
  const sentence = (shown: Outcome) => lostMessage(lost, shown, options)
  const ending = { source: 'done', outcome, id, sentence, origin, hideCommand: when.hideCommand } as const
  await notifyHere(terminal ? { ...ending, terminal } : ending, await destinationsFor(options), options)
}

function enter({ origin, backends }: JobRecord): void {
  if (backends !== undefined) process.env['NTFY_BACKENDS'] = backends
  else delete process.env['NTFY_BACKENDS']
  try {
    process.chdir(origin.cwd)
  } catch {
    process.chdir('/')
  }
}

/** Its number may be that of another one by now. */
function terminalStillThere(terminal: TerminalReference | undefined): TerminalReference | undefined {
  const shell = terminal?.shellPid === undefined ? undefined : readStat(terminal.shellPid)
  return shell !== undefined && terminalOf(shell) === terminal?.tty ? terminal : undefined
}
