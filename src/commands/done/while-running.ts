import { isatty } from 'node:tty'
import type { GlobalOptions } from '../../cli/command.ts'
import type { Destinations } from '../../delivery/destinations.ts'
import type { RunningWatch } from '../../delivery/while-running.ts'
import type { RunOptions } from '../../process/run.ts'
import type { NotifyWhen } from '../../rules/notify-when.ts'
import type { WatchFor } from '../../rules/watch-for.ts'
import type { Matcher } from '../../running/watch/matching.ts'

/** What `done` does beside a command that runs: nothing but to count its output, unless it is asked for more. */
export interface Beside extends Pick<RunOptions, 'capture' | 'onOutput' | 'beforeStop'> {
  begin(pid: number): void
  /** @returns the thread of what was said, if anything was */
  end(): Promise<string | undefined>
}

/** What is needed is loaded when the command has run for so long, in milliseconds. */
const loadAfter = 50

/** @param command as a shell would read it */
export async function beside(
  command: string,
  watchFor: WatchFor,
  rules: NotifyWhen,
  global: GlobalOptions,
  known: Destinations | undefined,
): Promise<Beside> {
  let passed = 0
  let pid: number | undefined
  let loading: NodeJS.Timeout | undefined
  let watch: Promise<RunningWatch> | undefined
  const saying: Promise<void>[] = []
  const load = () => {
    watch ??= import('../../delivery/while-running.ts').then(
      ({ RunningWatch }) =>
        new RunningWatch({ pid: pid ?? 0, command, passed: () => passed }, watchFor, { rules, global, known }),
    )
    return watch
  }
  const speak = (words: (watch: RunningWatch) => Promise<void>) => {
    const said = load()
      .then(words)
      .catch(() => {})
    saying.push(said)
    return said
  }
  const matcher = await openMatcher(watchFor.match, (line) => void speak((one) => one.matched(line)))
  const { tail, log } = rules
  const all = matcher !== undefined || log !== undefined
  return {
    ...((tail || all) && {
      capture: { stdout: all || (tail?.stdout ?? false), stderr: all || (tail?.stderr ?? false) },
    }),
    onOutput: (chunk, stream) => {
      passed += chunk.length
      matcher?.feed(chunk, stream)
    },
    ...(isWanted(watchFor) && { beforeStop: (by) => speak((one) => one.stopped(by, watchFor)) }),
    begin: (started) => {
      pid = started
      if (watchFor.started) void speak((one) => one.started())
      else if (isWanted(watchFor)) loading = setTimeout(() => void load().catch(() => {}), loadAfter)
    },
    end: async () => {
      clearTimeout(loading)
      await matcher?.finish()
      const loaded = await watch?.catch(() => undefined)
      await loaded?.end()
      await Promise.all(saying)
      return loaded?.hasNotified ? loaded.thread : undefined
    },
  }
}

function isWanted({ needsInput, stalled, overdue }: WatchFor): boolean {
  const asks = needsInput === undefined ? isatty(0) && isatty(2) : needsInput !== 'no'
  return asks || stalled !== undefined || overdue !== undefined
}

async function openMatcher(patterns: string[], onLine: (line: string) => void): Promise<Matcher | undefined> {
  if (patterns.length === 0) return undefined
  const { Matcher } = await import('../../running/watch/matching.ts')
  return new Matcher(patterns, ({ line }) => onLine(line))
}
