import { noteBeginning } from '../backends/ping/beginning.ts'
import { loadConfig } from '../config/index.ts'
import type { Config } from '../config/types.ts'
import type { Outcome } from '../notification/index.ts'
import { NtfyError } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { randomUuid } from '../platform/uuid.ts'
import { deliverInBackground } from './background.ts'
import { spool } from './deliver.ts'
import { findPing, isUnderstood, makePing } from './ping.ts'

/** The pings of a command that runs. */
export interface Heartbeat {
  /** Resolves when the ping of its end is in the outbox; in a container, which ends with us, when it was sent. */
  end(status: number, outcome: Outcome): Promise<void>
}

/** How long the end of a container waits, in milliseconds. */
const patience = 10_000

/**
 * Sends that a command has begun, in the background, and never later than that. What is wrong with the place is said:
 * the command runs all the same.
 */
export async function beginHeartbeat(
  word: string,
  named: string | undefined,
  known: Config | undefined,
): Promise<Heartbeat | undefined> {
  try {
    const place = await findPing(word, async () => known ?? (await loadConfig(named)).config)
    const run = randomUuid()
    if (isUnderstood(place, 'start')) {
      noteBeginning(run)
      deliverInBackground([{ delivery: makePing(place, { event: 'start', run }), location: undefined }])
    }
    return {
      async end(status, outcome) {
        const event = String(status)
        if (!isUnderstood(place, event)) return
        const spooled = spool([makePing(place, { event, run, outcome })], { claimed: false, quiet: true })
        const sender = deliverInBackground(spooled, process.pid === 1 ? 'pipe' : 'ignore')
        if (process.pid === 1) await firstWord(sender.stdout)
      },
    }
  } catch (error) {
    if (!(error instanceof NtfyError)) throw error
    say.warning(`--ping: ${error.message}`)
    return undefined
  }
}

function firstWord(stream: NodeJS.ReadableStream | null): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, patience)
    stream?.once('data', () => resolve()).once('end', () => resolve())
  })
}
