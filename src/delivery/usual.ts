import { innerWords } from '../command-line/inner-command.ts'
import { simpleCommands } from '../command-line/simple-commands.ts'
import { hasFailed, type Outcome } from '../notification/index.ts'
import { recordRun, type StatsKey, statsKey, usualDuration } from '../running/stats/index.ts'

/** The key of a line: what it runs last, without sudo and the like in front. */
export function keyOfLine(line: string, cwd: string): StatsKey | undefined {
  const last = simpleCommands(line).findLast(({ words }) => words.length > 0)
  return last && statsKey(innerWords(last), cwd)
}

/** An outcome with how long such a command usually takes. */
export function withUsual(outcome: Outcome, key: StatsKey | undefined): Outcome {
  const usual = key && usualDuration(key)
  return usual === undefined ? outcome : { ...outcome, usualMs: usual.medianMs }
}

/** Keeps how long a command took, if it succeeded. */
export function keepRun(outcome: Outcome, key: StatsKey | undefined): void {
  const { durationMs, peak } = outcome
  if (key !== undefined && durationMs !== undefined && !hasFailed({ outcome })) recordRun(key, { durationMs, peak })
}
