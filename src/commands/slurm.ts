import { join } from 'node:path'
import { defineCommand, type GlobalOptions } from '../cli/command.ts'
import { exists } from '../config/find.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { siteConfigFolders } from '../platform/paths.ts'
import { didYouMean } from '../platform/suggest.ts'
import { oneLine } from '../platform/text.ts'
import { findJob, outcomeOfState, phraseOfState } from '../running/attach/slurm.ts'

export default defineCommand({
  name: 'slurm',
  words: 'wait JOB... | mail -s SUBJECT USER',
  summary: 'wait for Slurm jobs, or notify in place of its mail',
  group: 'scripts',
  examples: [
    ['ntfy slurm wait 4711', 'a job, or all tasks of an array'],
    ['exec ntfy slurm mail "$@"', "in a script that is the cluster's MailProg"],
  ],
  flags: {
    subject: { kind: 'text', short: 's', value: 'SUBJECT', description: 'with mail: what Slurm says of the job' },
  },
  async run({ words: [verb = '', ...words], flags: { subject }, global }) {
    if (verb === 'mail') return mail(subject, words, global)
    if (verb !== 'wait' || subject !== undefined) {
      throw new UsageError(`slurm${verb && ` ${verb}`}: expected wait or mail${didYouMean(verb, ['wait', 'mail'])}`)
    }
    if (words.length === 0) throw new UsageError('slurm wait: expected the number of a job')
    const { waitForAll } = await import('./done/attach.ts')
    const rules = { longerThan: undefined, on: 'always', onlyAway: false, hideCommand: false, tail: undefined } as const
    const found = []
    for (const job of new Set(words)) found.push(await findJob(job))
    return waitForAll(found, { rules, global })
  },
})

/** Slurm's controller waits for it: it returns when the notification is stored. */
async function mail(subject: string | undefined, [user, ...more]: string[], global: GlobalOptions): Promise<number> {
  if (subject === undefined || user === undefined || more.length > 0) {
    throw new UsageError('slurm mail: expected -s SUBJECT USER')
  }
  const { destinationsFor } = await import('../delivery/destinations.ts')
  const { handOver } = await import('../delivery/index.ts')
  const { originHere } = await import('../notification/create.ts')
  const { SLURM_JOB_STATE: state = stateIn(subject), SLURM_JOB_EXIT_CODE2, SLURM_JOB_EXIT_CODE } = process.env
  const code = SLURM_JOB_EXIT_CODE2 ?? codeFrom(SLURM_JOB_EXIT_CODE) ?? codeIn(subject)
  const text = sentenceOf(subject, user, state, code)
  const id = process.env['SLURM_JOB_ID'] ?? /Job_id=(\S+)/.exec(subject)?.[1]
  const isOver = state !== undefined && !/^(RUNNING|PENDING|SUSPENDED|CONFIGURING)/.test(state)
  const ending = {
    source: 'done' as const,
    outcome: isOver ? outcomeOfState(state, code) : {},
    sentence: () => text,
    ...(id !== undefined && { subject: `job ${id}` }),
    origin: { ...originHere(), user, cwd: process.env['SLURM_JOB_WORK_DIR'] ?? '/' },
  }
  const destinations = await destinationsFor({ ...global, config: siteConfig() })
  await handOver(ending, destinations, { ...global, logLevel: 'CRITICAL' }, false)
  return exitCode.ok
}

/** It runs as SlurmUser, for all users: no configuration of one of them counts. */
function siteConfig(): string {
  const places = siteConfigFolders().flatMap((folder) =>
    ['yml', 'yaml', 'json'].map((end) => join(folder, `ntfy.${end}`)),
  )
  return places.find(exists) ?? places[0] ?? '/etc/xdg/ntfy/ntfy.yml'
}

/** `job 2_1 train of alice failed (status 3), run time 00:01:02`. */
function sentenceOf(subject: string, user: string, state: string | undefined, code: string | undefined): string {
  const { SLURM_JOB_MAIL_TYPE: kind = '', SLURM_JOB_RUN_TIME: time } = process.env
  const id = process.env['SLURM_JOB_ID'] ?? /Job_id=(\S+)/.exec(subject)?.[1]
  const array = process.env['SLURM_ARRAY_JOB_ID']
  const task = process.env['SLURM_ARRAY_TASK_ID']
  const name = process.env['SLURM_JOB_NAME'] ?? /Name=(.*?) (?=\S+,|\S+$)/.exec(subject)?.[1] ?? ''
  if (id === undefined) return oneLine(`${subject} (${user})`)
  const shown = array !== undefined && task !== undefined ? `${array}_${task}` : id
  const begins = /^Began/i.test(kind) || (kind === '' && / Began\b/.test(subject))
  const how = begins
    ? 'began'
    : /^Requeued?/i.test(kind)
      ? 'was requeued'
      : state
        ? phraseOfState(state, code)
        : kind || subject
  const took = begins || time === undefined ? '' : `, run time ${time}`
  return oneLine(`job ${shown} ${name} of ${user} ${how}${took}`)
}

function stateIn(subject: string): string | undefined {
  return /, (COMPLETED|FAILED|TIMEOUT|CANCELLED|PREEMPTED|REQUEUED|OUT_OF_MEMORY|NODE_FAIL|BOOT_FAIL|DEADLINE)\b/.exec(
    subject,
  )?.[1]
}

function codeIn(subject: string): string | undefined {
  const [, code] = /ExitCode (\d+)/.exec(subject) ?? []
  return code === undefined ? undefined : `${code}:0`
}

/** A status of wait(2): 768 is exit 3. */
function codeFrom(status: string | undefined): string | undefined {
  if (status === undefined || !/^\d+$/.test(status)) return undefined
  return `${Number(status) >> 8}:${Number(status) & 127}`
}
