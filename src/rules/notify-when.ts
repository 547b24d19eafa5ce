import type { BatchDetails } from '../notification/batch.ts'
import { hasFailed, type Outcome } from '../notification/index.ts'
import { shortDuration } from '../platform/duration.ts'

/** When to notify, and of what. */
export interface NotifyWhen {
  /** Milliseconds. */
  longerThan: number | undefined
  on: 'success' | 'failure' | 'always'
  onlyAway: boolean
  hideCommand: boolean
  /** One of many that run the same: only rank 0 notifies of a success. */
  rank?: BatchDetails | undefined
  tail: { lines: number; stdout: boolean; stderr: boolean } | undefined
  /** When the whole output is attached. */
  log?: 'always' | 'failure' | undefined
}

/** Why the duration or the status of an outcome rules a notification out, and by which flag; nothing if it does not. */
export function whyUnwanted(
  outcome: Outcome,
  { longerThan, on, rank }: Pick<NotifyWhen, 'longerThan' | 'on' | 'rank'>,
): { rule: string; reason: string } | undefined {
  if (longerThan !== undefined && (outcome.durationMs ?? 0) < longerThan) {
    return { rule: '-L', reason: `shorter than ${shortDuration(longerThan)}` }
  }
  if (rank?.rank && !hasFailed({ outcome })) {
    return { rule: 'rank', reason: `rank ${rank.rank}${rank.size === undefined ? '' : ` of ${rank.size}`}` }
  }
  if (on === 'always' || hasFailed({ outcome }) === (on === 'failure')) return undefined
  return { rule: '--on', reason: `no ${on}` }
}
