import { isatty } from 'node:tty'
import type { GlobalOptions } from '../cli/command.ts'
import { notifyEnded } from '../delivery/index.ts'
import { formatDuration } from '../platform/duration.ts'
import { UsageError } from '../platform/errors.ts'
import { say, showProgress } from '../platform/output.ts'
import { type ProcessEnd, watchProcesses } from '../process/watch.ts'
import { type NotifyWhen, whyUnwanted } from '../rules/notify-when.ts'

/** Exit code when a process to wait for does not exist. */
const missingProcess = 1

/** `done --pid`: waits for processes and notifies as each ends. */
export async function watch(words: string[], rules: NotifyWhen, global: GlobalOptions): Promise<number> {
  const pids = words.map(pidFrom)
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
  for await (const end of watched.ends) {
    if (visible) showProgress('')
    await notifyOfProcess(end, rules, global, visible)
  }
  return 0
}

function pidFrom(word: string): number {
  const pid = Number(word)
  if (!/^\d+$/.test(word) || pid < 1 || !Number.isSafeInteger(pid)) {
    throw new UsageError(`--pid ${word}: expected a process ID`)
  }
  if (pid === process.pid) throw new UsageError(`--pid ${word}: that is ntfy itself`)
  return pid
}

async function notifyOfProcess(
  { pid, command, durationMs }: ProcessEnd,
  rules: NotifyWhen,
  global: GlobalOptions,
  visible: boolean,
) {
  const outcome = { command, durationMs }
  if (!whyUnwanted(outcome, rules)) await notifyEnded({ source: 'pid', pid, outcome }, rules, global, visible)
}

function progressLine(running: ProcessEnd[], waited: number): string {
  const [first, ...others] = running
  if (first === undefined) return ''
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  return `ntfy: waiting ${formatDuration(waited)} for ${first.pid} ${first.command}${more}`
}
