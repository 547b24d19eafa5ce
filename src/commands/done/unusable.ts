import { UsageError } from '../../platform/errors.ts'
import type { DoneFlags } from './flags.ts'

/** What only a command has that is started here. */
const ofCommand = ['shell', 'stdout', 'stderr', 'tail', 'log', 'progress', 'every-rank', 'cron', 'ping'] as const

/** What nothing has any more that has ended. */
const ofRunning = ['longer-than', 'match', 'needs-input', 'stalled', 'overdue', 'started'] as const

/** @throws UsageError for a flag that could only be ignored, before anything is run */
export function refuseUnusable(flags: DoneFlags, attached: boolean): void {
  const ended = flags.status !== undefined
  if (flags.cron && flags.match.length > 0) {
    throw new UsageError('--match: with --cron the output is only looked at if it fails')
  }
  if (!attached && !ended) return
  const unusable = ofCommand.find((name) => isGiven(flags[name]))
  if (unusable === 'ping') {
    throw new UsageError('--ping: expected a command: of one that already runs, or has ended, use ntfy ping')
  }
  if (unusable !== undefined) {
    throw new UsageError(`--${unusable}: expected a command to run (ntfy done --${unusable} ... COMMAND)`)
  }
  if (!ended) return
  const late = ofRunning.find((name) => isGiven(flags[name]))
  if (late !== undefined) throw new UsageError(`--${late}: expected a command or a process to wait for, not --status`)
}

function isGiven(value: DoneFlags[keyof DoneFlags]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
}
