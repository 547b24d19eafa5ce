import type { Outcome } from '../../notification/index.ts'
import { commandText } from '../../process/quote.ts'
import type { Ended } from '../../process/run.ts'
import type { WholeOutput } from '../../process/whole-output.ts'
import type { NotifyWhen } from '../../rules/notify-when.ts'

/** How a command ended, as a notification says it. */
export async function outcomeOf(argv: string[], ended: Ended, { tail }: NotifyWhen): Promise<Outcome> {
  const { exitStatus } = await import('../../process/end.ts')
  const outcome: Outcome = { durationMs: ended.durationMs }
  if (ended.kind === 'signaled') outcome.signal = ended.signal
  else outcome.status = exitStatus(ended)
  outcome.command = commandText(argv)
  if (tail) {
    const { lastLines, redactedLines } = await import('../../process/tail.ts')
    outcome.output = lastLines(ended.tail, tail.lines)
    outcome.redactedOutput = await redactedLines(ended.tail, tail.lines)
  }
  return outcome
}

/** Its whole output as an attachment. */
export async function logOf(output: WholeOutput) {
  const { randomUuid } = await import('../../platform/uuid.ts')
  return (await import('./output-log.ts')).logOf(output, randomUuid())
}
