import { statSync } from 'node:fs'
import { isatty } from 'node:tty'
import type { GlobalOptions } from '../../cli/command.ts'
import type { Destinations } from '../../delivery/destinations.ts'
import { hasFailed } from '../../notification/index.ts'
import { mayWait } from '../../outbox/waiting.ts'
import { messageOf } from '../../platform/errors.ts'
import { say, setLogLevel } from '../../platform/output.ts'
import { commandText } from '../../process/quote.ts'
import { type Ended, runCommand } from '../../process/run.ts'
import { type Meter, measure } from '../../process/usage.ts'
import type { WholeOutput } from '../../process/whole-output.ts'
import { redactedCommand } from '../../redact/lazily.ts'
import { type NotifyWhen, whyUnwanted } from '../../rules/notify-when.ts'
import type { WatchFor } from '../../rules/watch-for.ts'
import { type Job, recordJob } from '../../running/jobs/index.ts'
import { lookAfterJobs } from '../../running/jobs/start.ts'
import type { StatsKey } from '../../running/stats/index.ts'
import { hasFailedAs, holdOutputOf } from './job-flags.ts'
import { logOf, outcomeOf } from './outcome.ts'
import { keepQuietly, keyOf, usageOf } from './usage.ts'
import { type Beside, beside } from './while-running.ts'

/** How a command is run. */
export interface Wrapping {
  rules: NotifyWhen
  watchFor: WatchFor
  global: GlobalOptions
  showProgress: boolean
  ping: string | undefined
  cron: boolean
}

/**
 * Runs a command and notifies when it ends. From the first line on nothing of ours may delay, change or fail the
 * command: it ends this process as it has ended itself.
 */
export async function wrap(argv: string[], wrapping: Wrapping): Promise<never> {
  const { rules, global } = wrapping
  const job = recordJob(await recordText(argv, rules), global, rules)
  const known = isPipe(global.config ?? process.env['NTFY_CONFIG']) ? await readSituation(global) : undefined
  const run = await runWatched(argv, wrapping, job, known)
  const { ended } = run
  if (ended.kind === 'not-found' || ended.kind === 'not-executable') say.error(`${ended.message}${lineHint(argv)}`)
  if (ended.lost !== undefined) say.error(ended.lost)
  // Where nobody reads our words they would stand among the command's own.
  if (!isatty(2) && global.logLevel === undefined) setLogLevel('CRITICAL')
  await notify(argv, run, wrapping, job, known).catch((error) => {
    say.error(`the notification could not be created: ${messageOf(error)}`)
  })
  harmless(() => job?.end())
  harmless(lookAfterJobs)
  const { endAs } = await import('../../process/end.ts')
  return endAs(ended)
}

/** A command that has ended, and what was found out while it ran. */
interface Run {
  ended: Ended
  /** When it ended, ISO 8601. */
  time: string
  meter: Meter | undefined
  whole: WholeOutput | undefined
  heartbeat: Awaited<ReturnType<typeof beginPings>>
  /** By which its usual duration is known. */
  key: StatsKey | undefined
  /** The thread of what was notified while it ran. */
  thread: string | undefined
}

async function runWatched(
  argv: string[],
  { rules, watchFor, global, showProgress, ping, cron }: Wrapping,
  job: Job | undefined,
  known: Destinations | undefined,
): Promise<Run> {
  let meter: Meter | undefined
  let key: Promise<StatsKey | undefined> | undefined
  let whileLong: ReturnType<typeof prepareForItsEnd> | undefined
  const whole = rules.log === undefined ? undefined : new (await import('../../process/whole-output.ts')).WholeOutput()
  const watching = await beside(commandText(argv), watchFor, rules, global, known).catch(nothingBeside)
  const { begin, end, ...passing } = watching
  const held = await holdOutputOf(cron)
  const running = runCommand(argv, {
    ...passing,
    ...(whole && {
      onOutput: (chunk, target) => {
        whole.push(chunk)
        passing.onOutput?.(chunk, target)
      },
    }),
    held,
    goesOn: job !== undefined,
    onStart: (pid) => {
      harmless(() => {
        meter = measure(pid)
        job?.began(pid)
        begin(pid)
        if (!rules.hideCommand) key = keyOf(argv).catch(() => undefined)
      })
      whileLong = prepareForItsEnd(rules, showProgress, global, known)
    },
  })
  const heartbeat = ping === undefined ? undefined : await beginPings(ping, global, known)
  const ended = await running
  const time = new Date().toISOString()
  await whileLong?.end()
  if (hasFailedAs(ended)) held?.print()
  return { ended, time, meter, whole, heartbeat, key: await key, thread: await end().catch(() => undefined) }
}

/** What a long command's end needs is loaded while it runs; a short one may never need it. */
function prepareForItsEnd(
  rules: NotifyWhen,
  showProgress: boolean,
  global: GlobalOptions,
  known: Destinations | undefined,
): { end(): Promise<void> } {
  let progress: Promise<() => Promise<void>> | undefined
  const loading = setTimeout(() => {
    import('../../delivery/index.ts').then(({ prepareToNotify }) => prepareToNotify(rules)).catch(() => {})
    harmless(lookAfterJobs)
    progress = import('../../delivery/progress.ts')
      .then(({ beginProgress }) => beginProgress(showProgress, global, known?.config))
      .catch(() => async () => {})
  }, 50)
  return {
    async end() {
      clearTimeout(loading)
      await progress?.then((end) => end()).catch(() => {})
    },
  }
}

async function notify(
  argv: string[],
  { ended, time, meter, whole, heartbeat, key, thread }: Run,
  { rules, global }: Wrapping,
  job: Job | undefined,
  known: Destinations | undefined,
): Promise<void> {
  const outcome = { ...(await outcomeOf(argv, ended, rules)), ...usageOf(meter, ended) }
  await heartbeat?.end((await import('../../process/end.ts')).exitStatus(ended), outcome)
  const silent = whyUnwanted(outcome, rules)
  const source = 'done' as const
  if (silent !== undefined) {
    keepQuietly(outcome, key)
    const { recordDecision } = await import('../../delivery/record-decision.ts')
    await recordDecision({ source, outcome, silent, hideCommand: rules.hideCommand })
    if (mayWait()) (await import('../../delivery/keep-flushing.ts')).followUp([])
    return
  }
  const { notifyEnded } = await import('../../delivery/index.ts')
  const ending = {
    source,
    outcome,
    ...(thread !== undefined && { thread }),
    ...(job && { id: job.id }),
    ...(key && { key }),
    ...(whole && (rules.log === 'always' || hasFailed({ outcome })) && { log: await logOf(whole) }),
    // Of many ranks it matters which failed first.
    ...(rules.rank && { time }),
  }
  await notifyEnded(ending, rules, global, isatty(2), known)
}

/** What is done beside the command may fail; how the command ends stays what it is. */
function harmless(work: () => void): void {
  try {
    work()
  } catch (error) {
    say.debug(`beside the command: ${messageOf(error)}`)
  }
}

/** A line of more characters is not looked through for secrets before the command runs, which would wait for that. */
const longestRecorded = 16 * 1024

/** What the record says of the command; nothing where that is not to be shown, or cannot be without delay. */
async function recordText(argv: string[], { hideCommand }: NotifyWhen): Promise<string | undefined> {
  const text = commandText(argv)
  if (hideCommand || text.length > longestRecorded) return undefined
  return redactedCommand(text).catch(() => undefined)
}

function nothingBeside(error: unknown): Beside {
  say.error(`done: the command is not watched while it runs: ${messageOf(error)}`)
  return { begin: () => {}, end: async () => undefined }
}

/** A whole line in one word is a program's name to everybody but a shell. */
function lineHint([word = '', ...more]: string[]): string {
  return more.length === 0 && /\s/.test(word) ? ' (a line of the shell needs --shell: ntfy done --shell SCRIPT)' : ''
}

/** `-c <(gpg -d file)` is the command's descriptor, too, and can be read only once: before the command has it. */
function isPipe(path: string | undefined): boolean {
  try {
    return path !== undefined && !statSync(path).isFile()
  } catch {
    return false
  }
}

/** Whatever goes wrong here, the command runs. */
async function beginPings(word: string, global: GlobalOptions, known: Destinations | undefined) {
  try {
    const { beginHeartbeat } = await import('../../delivery/heartbeat.ts')
    return await beginHeartbeat(word, global.config, known?.config)
  } catch (error) {
    say.error(`--ping: ${messageOf(error)}`)
    return undefined
  }
}

export async function readSituation(global: GlobalOptions) {
  return (await import('../../delivery/destinations.ts')).destinationsFor(global)
}
