import { hasFailed, type Outcome } from '../notification/index.ts'
import { shortDuration } from '../platform/duration.ts'

/** When to notify, and of what. */
export interface NotifyWhen {
  /** Milliseconds. */
  longerThan: number | undefined
  on: 'success' | 'failure' | 'always'
  onlyAway: boolean
  hideCommand: boolean
  tail: { lines: number; stdout: boolean; stderr: boolean } | undefined
  /** When the whole output is attached. */
  log?: 'always' | 'failure' | undefined
}

/** Why the duration or the status of an outcome rules a notification out, and by which flag; nothing if it does not. */
export function whyUnwanted(
  outcome: Outcome,
  { longerThan, on }: Pick<NotifyWhen, 'longerThan' | 'on'>,
): { rule: string; reason: string } | undefined {
  if (longerThan !== undefined && (outcome.durationMs ?? 0) < longerThan) {
    return { rule: '-L', reason: `shorter than ${shortDuration(longerThan)}` }
  }
  if (on === 'always' || hasFailed({ outcome }) === (on === 'failure')) return undefined
  return { rule: '--on', reason: `no ${on}` }
}
