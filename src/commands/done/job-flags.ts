import { type BatchDetails, batchHere } from '../../notification/batch.ts'
import { messageOf } from '../../platform/errors.ts'
import { say } from '../../platform/output.ts'
import type { HeldOutput } from '../../process/held-output.ts'
import type { Ended } from '../../process/run.ts'

/** The flags of `done` for commands that nobody has typed: those of crontabs and of batch systems. */
export const jobFlags = {
  cron: {
    kind: 'boolean',
    description: 'print its output and notify only if it fails, for a crontab',
  },
  'every-rank': {
    kind: 'boolean',
    description: 'in a job of several ranks, notify of each (default: of rank 0, and of failures together)',
  },
} as const

/** Without room for the output it is printed as it comes: the command runs all the same. */
export async function holdOutputOf(cron: boolean): Promise<HeldOutput | undefined> {
  if (!cron) return undefined
  try {
    const { holdOutput } = await import('../../process/held-output.ts')
    return holdOutput()
  } catch (error) {
    say.error(`--cron: the output cannot be held back: ${messageOf(error)}`)
    return undefined
  }
}

export function hasFailedAs(ended: Ended): boolean {
  return ended.kind !== 'exited' || ended.code !== 0
}

/** Which of a job's ranks this is; nothing outside of one, or where there is only one. */
export function rankHere(): BatchDetails | undefined {
  const batch = batchHere()
  return batch?.rank === undefined ? undefined : batch
}
