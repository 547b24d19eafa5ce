import { hasFailed, type Outcome } from '../notification.ts'

/** When to tell, and what. */
export interface Rules {
  /** Milliseconds. */
  longerThan: number | undefined
  on: 'success' | 'failure' | 'always'
  onlyAway: boolean
  hideCommand: boolean
  tail: { lines: number; stdout: boolean; stderr: boolean } | undefined
}

/** Do its duration and its end make an outcome worth telling? */
export function isWanted(outcome: Outcome, { longerThan, on }: Rules): boolean {
  if (longerThan !== undefined && (outcome.durationMs ?? 0) < longerThan) return false
  return on === 'always' || hasFailed({ outcome }) === (on === 'failure')
}
