import { isatty } from 'node:tty'
import type { GlobalOptions } from '../../cli/command.ts'
import { notifyEnded } from '../../delivery/index.ts'
import { formatDuration } from '../../platform/duration.ts'
import { exitCode, messageOf, NtfyError, UsageError } from '../../platform/errors.ts'
import { say, showProgress } from '../../platform/output.ts'
import { type NotifyWhen, whyUnwanted } from '../../rules/notify-when.ts'
import type { WatchFor } from '../../rules/watch-for.ts'
import type { Attached } from '../../running/attach/index.ts'
import { type AttachFlags, checkAttached } from './attach-flags.ts'
import { pidFrom, watch } from './watch.ts'

interface Attaching {
  rules: NotifyWhen
  watchFor: WatchFor
  global: GlobalOptions
}

/** `done` for what runs already: finds it, waits for it, and notifies of its end. */
export async function attach(flags: AttachFlags, words: string[], attaching: Attaching): Promise<number> {
  const patience = checkAttached(flags)
  const { pid, name, ssh, container, unit, 'gh-run': runs } = flags
  // `--pid 1 2 3`: the words behind are further ones.
  const all = (list: string[]) => [...list, ...words].filter((one, at) => one !== '' || at === 0)
  if (name !== undefined) {
    if (words.length > 0) throw new UsageError(`--name ${name}: ${words[0]}: unexpected argument`)
    const { chooseByName } = await import('./choose-process.ts')
    const pids = await chooseByName(name, { ...flags, patience })
    return typeof pids === 'number' ? pids : watch(pids, attaching)
  }
  if (pid.length > 0 && ssh === undefined) {
    if (pid.some((one) => one !== '')) return watch([...pid, ...words], attaching)
    const { pickProcess } = await import('./choose-process.ts')
    const chosen = await pickProcess()
    return chosen === undefined ? exitCode.usage : watch([chosen], attaching)
  }
  const found: Attached[] = []
  if (ssh !== undefined) {
    const { findRemote } = await import('../../running/attach/remote.ts')
    for (const one of all(pid)) found.push(await findRemote(ssh, pidFrom(one)))
  } else if (container.length > 0) {
    const { findContainer } = await import('../../running/attach/container.ts')
    for (const one of all(container)) found.push(await findContainer(one))
  } else if (unit.length > 0) {
    const { findUnit } = await import('../../running/attach/unit.ts')
    for (const one of all(unit)) found.push(await findUnit(one))
  } else {
    const { findRun } = await import('../../running/attach/gh-run.ts')
    for (const one of all(runs)) found.push(await findRun(one))
  }
  refuseWatching(attaching.watchFor)
  return waitForAll(found, attaching)
}

function refuseWatching({ match, needsInput, stalled, overdue, started }: WatchFor): void {
  if (match.length > 0 || needsInput !== undefined || stalled !== undefined || overdue !== undefined || started) {
    throw new UsageError('done: what is to be noticed while it runs needs a command or a process of this machine')
  }
}

/** Ends well when all have ended, however they did. */
export async function waitForAll(found: Attached[], { rules, global }: Omit<Attaching, 'watchFor'>): Promise<number> {
  const visible = isatty(2)
  const running = new Set(found)
  const began = performance.now()
  const progress = () => visible && showProgress(progressLine([...running], performance.now() - began))
  const ticking = setInterval(progress, 1000)
  progress()
  const signal = untilStopped()
  try {
    const codes = await Promise.all(
      found.map(async (one) => {
        const code = await waitForOne(one, rules, global, { signal, visible })
        running.delete(one)
        return code
      }),
    )
    return codes.find((code) => code !== exitCode.ok) ?? exitCode.ok
  } finally {
    clearInterval(ticking)
  }
}

async function waitForOne(
  one: Attached,
  rules: NotifyWhen,
  global: GlobalOptions,
  { signal, visible }: { signal: AbortSignal; visible: boolean },
): Promise<number> {
  try {
    const { outcome, sentence, url } = await one.wait(signal)
    if (visible) showProgress('')
    if (whyUnwanted(outcome, rules)) return exitCode.ok
    const said = { sentence: (shown: typeof outcome) => sentence(shown, global), ...(url !== undefined && { url }) }
    const { subject } = one
    await notifyEnded(
      { source: 'pid', outcome, ...said, ...(subject !== undefined && { subject }) },
      rules,
      global,
      visible,
    )
    return exitCode.ok
  } catch (error) {
    if (!(error instanceof NtfyError)) throw error
    say.error(messageOf(error))
    return error.exitCode
  }
}

/** What we have started ends with us; the signal itself is what ends us. */
function untilStopped(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      controller.abort()
      process.kill(process.pid, name)
    })
  }
  return controller.signal
}

function progressLine([first, ...others]: Attached[], waited: number): string {
  if (first === undefined) return ''
  return `ntfy: waiting ${formatDuration(waited)} for ${first.name}${others.length > 0 ? ` and ${others.length} more` : ''}`
}
