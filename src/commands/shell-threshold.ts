import { type Threshold, thresholdOf } from '../config/threshold.ts'
import { readJournal } from '../history/journal.ts'
import { callingShell } from '../process/proc.ts'

/**
 * The threshold of the shell that asks. Its variables may not be exported: what its hooks said last is more than what
 * the environment and the configuration say.
 */
export async function shellThreshold(named: string | undefined): Promise<Threshold> {
  const threshold = await thresholdOf(named)
  const shell = callingShell()
  const last = readJournal().findLast((one) => shell !== undefined && one.shellPid === shell)?.thresholdMs
  if (last === undefined || last === threshold.milliseconds) return threshold
  return { ...threshold, milliseconds: last, source: 'a variable of this shell' }
}
