import { away } from '../away/index.ts'
import type { GlobalOptions } from '../command.ts'
import { say } from '../output.ts'
import { terminalOfCaller } from '../process/proc.ts'
import { type Ending, handOver, type Situation, situationFor } from './tell.ts'
import type { Rules } from './wanted.ts'

/** Tells that a command has ended, unless it is to be told only when nobody looks and somebody does. */
export async function tellEnding(
  ending: Ending,
  rules: Rules,
  global: GlobalOptions,
  visible: boolean,
  known?: Situation,
): Promise<void> {
  const terminal = ending.terminal ?? terminalOfCaller()
  if (rules.onlyAway) {
    const { answer, source } = await away(terminal, new AbortController().signal)
    say.debug(`away: ${answer} (${source})`)
    if (answer === 'no') return
  }
  await handOver(terminal ? { ...ending, terminal } : ending, known ?? (await situationFor(global)), global, visible)
}
