import { statSync } from 'node:fs'
import { isatty } from 'node:tty'
import { defineCommand, type FlagValues, type GlobalOptions } from '../cli/command.ts'
import { recordJob } from '../jobs/index.ts'
import { lookAfterJobs } from '../jobs/start.ts'
import type { Outcome } from '../notification/index.ts'
import { hasFailed } from '../notification/index.ts'
import { mayWait } from '../outbox/waiting.ts'
import { parseDuration } from '../platform/duration.ts'
import { messageOf, UsageError } from '../platform/errors.ts'
import { say, setLogLevel } from '../platform/output.ts'
import { commandText } from '../process/quote.ts'
import { type Ended, runCommand } from '../process/run.ts'
import { type Meter, measure } from '../process/usage.ts'
import type { WholeOutput } from '../process/whole-output.ts'
import { redactedCommand } from '../redact/lazily.ts'
import { type NotifyWhen, whyUnwanted } from '../rules/notify-when.ts'
import type { WatchFor } from '../rules/watch-for.ts'
import { attachFlags, checkAttached, isAttached } from './attach-flags.ts'
import { checkCron, hasFailedAs, holdOutputOf, jobFlags, rankHere } from './job-flags.ts'
import { keepQuietly, keyOf, usageOf } from './usage.ts'
import { readWatchFor, watchFlags } from './watch-flags.ts'
import { type Beside, beside } from './while-running.ts'

/** Lines of output that a message gets if nobody says how many. */
const defaultTail = 20

const flags = {
  'longer-than': {
    kind: 'text',
    short: 'L',
    value: 'N',
    description: 'only if it took at least N seconds (90, 5m)',
  },
  'background-only': { kind: 'boolean', short: 'b', description: 'only if you are not looking at the terminal' },
  stdout: { kind: 'boolean', short: 'o', description: 'include the last lines of its stdout' },
  stderr: { kind: 'boolean', short: 'e', description: 'include the last lines of its stderr' },
  tail: {
    kind: 'text',
    value: 'N',
    description: 'include the last N lines of output (default 20; of both streams without -o or -e)',
  },
  log: {
    kind: 'text',
    value: 'WHEN',
    choices: ['always', 'failure'],
    description: 'attach its whole output, without secrets: always, or on failure (10 MB at most)',
  },
  'hide-command': { kind: 'boolean', short: 'H', description: 'leave the command out of the message' },
  progress: { kind: 'boolean', description: 'show a progress indicator, if the terminal has one' },
  on: {
    kind: 'text',
    value: 'WHEN',
    choices: ['success', 'failure', 'always'],
    description: 'notify on success, on failure or always (default)',
  },
  ...watchFlags,
  ...jobFlags,
  ping: {
    kind: 'text',
    value: 'NAME|URL',
    description: 'send heartbeats: a name of `pings` in the configuration, or an address',
  },
  shell: { kind: 'text', value: 'SCRIPT', description: 'run SCRIPT with sh -c' },
  ...attachFlags,
  status: {
    kind: 'text',
    value: 'N',
    description: 'notify of a command that has just ended: make; ntfy done --status $?',
  },
  formatter: { kind: 'text', value: 'COMMAND', hidden: true, description: 'COMMAND STATUS SECONDS: notify of it' },
} as const

type DoneFlags = FlagValues<typeof flags>

export default defineCommand({
  name: 'done',
  words: '[--] COMMAND...',
  summary: 'run a command or watch a process, and notify when it ends',
  group: 'everyday',
  examples: [
    ['ntfy done make -j4', 'everything after `make` is passed to make'],
    ['ntfy done --on failure --tail 20 make test', 'only if it fails, with its last 20 lines'],
    ['make; ntfy done --status $?', 'a command that has just ended'],
    ['ntfy done --pid 1234', 'a process that is already running'],
    ['ntfy done --ping backup rsync -a src dst', 'with heartbeats for a service that watches over jobs'],
  ],
  flags,
  wraps: true,
  async run({ flags, words, global }) {
    const rules = readRules(flags)
    const attached = isAttached(flags)
    if (flags.ping !== undefined && (attached || flags.status !== undefined)) {
      throw new UsageError('--ping: expected a command: of one that already runs, or has ended, use ntfy ping')
    }
    const watchFor = readWatchFor(flags)
    checkCron({ ...flags, attached: attached || flags.status !== undefined })
    if (attached) return (await import('./attach.ts')).attach(flags, words, { rules, watchFor, global })
    checkAttached(flags)
    if (flags.formatter !== undefined) return notifyFormatted(flags.formatter, words, rules, global)
    if (flags.status !== undefined) {
      if (words.length > 0 || flags.shell !== undefined) {
        throw new UsageError('--status: expected no command: it notifies of one that has already ended')
      }
      return notifyStatus(flags.status, rules, global)
    }
    const argv = commandLine(flags, words)
    if (flags['background-only']) await refuseTarget(argv[0] ?? '', global)
    const { ping, cron, progress: showProgress } = flags
    return wrap(argv, { rules, watchFor, global, showProgress, ping, cron })
  },
})

/** @throws UsageError where `-b phone` behind `done` was meant to name a target: nothing is run */
async function refuseTarget(word: string, global: GlobalOptions): Promise<void> {
  const { locate } = await import('../process/locate.ts')
  if ('path' in locate(word, process.env['PATH'])) return
  const { findTarget } = await import('../config/select.ts')
  const { config } = await readSituation(global)
  try {
    if (!Object.hasOwn(config.groups, word)) findTarget(config, word)
  } catch {
    return
  }
  throw new UsageError(`after done, -b means --background-only; put -b ${word} before done (ntfy -b ${word} done ...)`)
}

/** @throws UsageError before anything is run */
function readRules(flags: DoneFlags): NotifyWhen {
  const longerThan = flags['longer-than'] === undefined ? undefined : parseDuration(flags['longer-than'])
  if (flags['longer-than'] !== undefined && longerThan === undefined) {
    throw new UsageError(`-L ${flags['longer-than']}: expected seconds or a duration (90, 5m, 1h30m)`)
  }
  if (flags.tail !== undefined && !/^\d{1,6}$/.test(flags.tail)) {
    throw new UsageError(`--tail ${flags.tail}: expected a number of lines`)
  }
  const { stdout, stderr } = flags
  const both = (flags.tail !== undefined || flags.cron) && !stdout && !stderr
  const wanted = both || stdout || stderr
  return {
    longerThan,
    on: (flags.on as NotifyWhen['on'] | undefined) ?? (flags.cron ? 'failure' : 'always'),
    onlyAway: flags['background-only'],
    hideCommand: flags['hide-command'],
    log: flags.log as NotifyWhen['log'],
    rank: flags['every-rank'] ? undefined : rankHere(),
    tail: wanted
      ? { lines: Number(flags.tail ?? defaultTail), stdout: both || stdout, stderr: both || stderr }
      : undefined,
  }
}

function commandLine(flags: DoneFlags, words: string[]): string[] {
  if (flags.shell !== undefined) return ['sh', '-c', flags.shell, ...(words.length > 0 ? ['sh', ...words] : [])]
  if (words.length === 0) throw new UsageError('done: expected a command to run (ntfy done make)')
  return words
}

interface Wrapping {
  rules: NotifyWhen
  watchFor: WatchFor
  global: GlobalOptions
  showProgress: boolean
  ping: string | undefined
  cron: boolean
}

/** From here on nothing of ours may delay, change or fail the command. */
async function wrap(argv: string[], wrapping: Wrapping): Promise<never> {
  const { rules, watchFor, global, showProgress, ping, cron } = wrapping
  const job = recordJob(await recordText(argv, rules), global, rules)
  const known = isPipe(global.config ?? process.env['NTFY_CONFIG']) ? await readSituation(global) : undefined
  let meter: Meter | undefined
  let loading: NodeJS.Timeout | undefined
  let progress: Promise<() => Promise<void>> | undefined
  const whole = rules.log === undefined ? undefined : new (await import('../process/whole-output.ts')).WholeOutput()
  const {
    begin,
    end: endBeside,
    ...passing
  } = await beside(commandText(argv), watchFor, rules, global, known).catch(nothingBeside)
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
    // What a long command's end needs is loaded while it runs; a short one may never need it.
    onStart: (pid) => {
      harmless(() => {
        meter = measure(pid)
        job?.began(pid)
        begin(pid)
      })
      loading = setTimeout(() => {
        import('../delivery/index.ts').then(({ prepareToNotify }) => prepareToNotify(rules)).catch(() => {})
        harmless(lookAfterJobs)
        progress = import('../delivery/progress.ts')
          .then(({ beginProgress }) => beginProgress(showProgress, global, known?.config))
          .catch(() => async () => {})
      }, 50)
    },
  })
  const heartbeat = ping === undefined ? undefined : await beginPings(ping, global, known)
  const ended = await running
  const time = new Date().toISOString()
  clearTimeout(loading)
  await progress?.then((end) => end()).catch(() => {})
  if (hasFailedAs(ended)) held?.print()
  const thread = await endBeside().catch(() => undefined)
  if (ended.kind === 'not-found' || ended.kind === 'not-executable') say.error(`${ended.message}${lineHint(argv)}`)
  if (ended.lost !== undefined) say.error(ended.lost)
  // Where nobody reads our words they would stand among the command's own.
  if (!isatty(2) && global.logLevel === undefined) setLogLevel('CRITICAL')
  try {
    const outcome = { ...(await outcomeOf(argv, ended, rules)), ...usageOf(meter, ended) }
    const key = rules.hideCommand ? undefined : await keyOf(argv)
    await heartbeat?.end((await import('../process/end.ts')).exitStatus(ended), outcome)
    const silent = whyUnwanted(outcome, rules)
    if (silent === undefined) {
      const { notifyEnded } = await import('../delivery/index.ts')
      const ending = {
        source: 'done' as const,
        outcome,
        ...(thread !== undefined && { thread }),
        ...(job && { id: job.id }),
        ...(key && { key }),
        ...(whole && (rules.log === 'always' || hasFailed({ outcome })) && { log: await logOf(whole) }),
        // Of many ranks it matters which failed first.
        ...(rules.rank && { time }),
      }
      await notifyEnded(ending, rules, global, isatty(2), known)
    } else {
      keepQuietly(outcome, key)
      await (await import('../delivery/record-decision.ts')).recordDecision({
        source: 'done',
        outcome,
        silent,
        hideCommand: rules.hideCommand,
      })
      if (mayWait()) (await import('../delivery/keep-flushing.ts')).followUp([])
    }
  } catch (error) {
    say.error(`the notification could not be created: ${messageOf(error)}`)
  }
  harmless(() => job?.end())
  harmless(lookAfterJobs)
  const { endAs } = await import('../process/end.ts')
  return endAs(ended)
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

async function logOf(output: WholeOutput) {
  const { randomUuid } = await import('../platform/uuid.ts')
  return (await import('./output-log.ts')).logOf(output, randomUuid())
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
async function beginPings(
  word: string,
  global: GlobalOptions,
  known: Awaited<ReturnType<typeof readSituation>> | undefined,
) {
  try {
    const { beginHeartbeat } = await import('../delivery/heartbeat.ts')
    return await beginHeartbeat(word, global.config, known?.config)
  } catch (error) {
    say.error(`--ping: ${messageOf(error)}`)
    return undefined
  }
}

async function readSituation(global: GlobalOptions) {
  return (await import('../delivery/destinations.ts')).destinationsFor(global)
}

async function outcomeOf(argv: string[], ended: Ended, { tail }: NotifyWhen): Promise<Outcome> {
  const { exitStatus } = await import('../process/end.ts')
  const outcome: Outcome = { durationMs: ended.durationMs }
  if (ended.kind === 'signaled') outcome.signal = ended.signal
  else outcome.status = exitStatus(ended)
  outcome.command = commandText(argv)
  if (tail) {
    const { lastLines, redactedLines } = await import('../process/tail.ts')
    outcome.output = lastLines(ended.tail, tail.lines)
    outcome.redactedOutput = await redactedLines(ended.tail, tail.lines)
  }
  return outcome
}

/** dschep/ntfy's old hooks: `done --formatter COMMAND STATUS SECONDS`. */
async function notifyFormatted(
  command: string,
  words: string[],
  rules: NotifyWhen,
  global: GlobalOptions,
): Promise<number> {
  const [status = '', seconds = ''] = words
  if (words.length !== 2 || !/^\d+$/.test(status) || !/^\d+(\.\d+)?$/.test(seconds)) {
    throw new UsageError('--formatter: expected a command, its status and its seconds')
  }
  const { signalOf } = await import('../process/end.ts')
  const signal = signalOf(Number(status))
  const outcome: Outcome = { ...(signal ? { signal } : { status: Number(status) }), durationMs: Number(seconds) * 1000 }
  outcome.command = command
  if (whyUnwanted(outcome, rules)) return 0
  const { notifyEnded } = await import('../delivery/index.ts')
  await notifyEnded({ source: 'hook', outcome }, rules, global, false)
  return 0
}

/** `make; ntfy done --status $?` ends with that status itself, so that what follows still sees it. */
async function notifyStatus(text: string, rules: NotifyWhen, global: GlobalOptions): Promise<number> {
  const status = Number(text)
  if (!/^\d{1,3}$/.test(text) || status > 255) throw new UsageError(`--status ${text}: expected a number up to 255`)
  const { notifyEnded } = await import('../delivery/index.ts')
  const { signalOf } = await import('../process/end.ts')
  const signal = signalOf(status)
  const outcome = signal ? { signal } : { status }
  if (!whyUnwanted(outcome, rules)) await notifyEnded({ source: 'done', outcome }, rules, global, isatty(2))
  return status
}
