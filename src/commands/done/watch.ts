import { isatty } from 'node:tty'
import type { GlobalOptions } from '../../cli/command.ts'
import { notifyEnded } from '../../delivery/index.ts'
import { RunningWatch } from '../../delivery/while-running.ts'
import { formatDuration } from '../../platform/duration.ts'
import { UsageError } from '../../platform/errors.ts'
import { say, showProgress } from '../../platform/output.ts'
import { ancestors } from '../../process/proc.ts'
import { type ProcessEnd, watchProcesses } from '../../process/watch.ts'
import { type NotifyWhen, whyUnwanted } from '../../rules/notify-when.ts'
import type { WatchFor } from '../../rules/watch-for.ts'

/** Exit code when a process to wait for does not exist. */
const missingProcess = 1

interface Watching {
  rules: NotifyWhen
  watchFor: WatchFor
  global: GlobalOptions
}

/** `done --pid`: waits for processes and notifies as each ends. */
export async function watch(words: string[], { rules, watchFor, global }: Watching): Promise<number> {
  if (watchFor.match.length > 0) {
    throw new UsageError(
      '--match: the output of a process that runs already goes past ntfy (ntfy done --match REGEX COMMAND)',
    )
  }
  const pids = words.map(ownPidFrom)
  const visible = isatty(2)
  const started = performance.now()
  const watched = await watchProcesses(pids, {
    ...(visible && {
      onProgress: (running: ProcessEnd[]) => showProgress(progressLine(running, performance.now() - started)),
    }),
  })
  if ('missing' in watched) {
    for (const pid of watched.missing) say.error(`no process with ID ${pid}`)
    return missingProcess
  }
  say.debug(`waiting for ${pids.length === 1 ? 'process' : 'processes'} ${pids.join(', ')}`)
  const running = watched.begun.map(
    ({ pid, command, durationMs }) =>
      new RunningWatch({ pid, command, found: { age: durationMs } }, watchFor, { rules, global, known: undefined }),
  )
  if (watchFor.started) for (const one of running) await one.started().catch(() => {})
  for await (const end of watched.ends) {
    const course = running[watched.begun.findIndex(({ pid }) => pid === end.pid)]
    await course?.end()
    if (visible) showProgress('')
    await notifyOfProcess(end, course?.hasNotified ? course.thread : undefined, rules, global, visible)
  }
  return 0
}

export function pidFrom(word: string): number {
  const pid = Number(word)
  if (!/^\d+$/.test(word) || pid < 1 || !Number.isSafeInteger(pid)) {
    throw new UsageError(`--pid ${word}: expected a process ID`)
  }
  return pid
}

/** The same of a process of this machine, which is not to wait for itself. */
function ownPidFrom(word: string): number {
  const pid = pidFrom(word)
  if (ancestors(process.pid).some((one) => one.pid === pid && isShell(one.comm))) {
    throw new UsageError(`--pid ${word}: that is the shell that this runs in, which ends later`)
  }
  if (pid === process.pid) throw new UsageError(`--pid ${word}: that is ntfy itself`)
  return pid
}

function isShell(name: string): boolean {
  return /^(ba|z|fi|da|k|a|mk)?sh$|^(tc|c)sh$|^(nu|elvish|xonsh|pwsh)$/.test(name)
}

async function notifyOfProcess(
  { pid, command, durationMs }: ProcessEnd,
  thread: string | undefined,
  rules: NotifyWhen,
  global: GlobalOptions,
  visible: boolean,
) {
  const outcome = { command, durationMs }
  if (whyUnwanted(outcome, rules)) return
  await notifyEnded({ source: 'pid', pid, outcome, ...(thread !== undefined && { thread }) }, rules, global, visible)
}

function progressLine(running: ProcessEnd[], waited: number): string {
  const [first, ...others] = running
  if (first === undefined) return ''
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  return `ntfy: waiting ${formatDuration(waited)} for ${first.pid} ${first.command}${more}`
}
