import { parseDuration } from '../../platform/duration.ts'
import { UsageError } from '../../platform/errors.ts'
import type { NotifyWhen } from '../../rules/notify-when.ts'
import type { DoneFlags } from './flags.ts'
import { rankHere } from './job-flags.ts'

/** Lines of output that a message gets if nobody says how many. */
const defaultTail = 20

/**
 * When a command notifies, and what is shown of it.
 *
 * @throws UsageError before anything is run
 */
export function readRules(flags: DoneFlags): NotifyWhen {
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
