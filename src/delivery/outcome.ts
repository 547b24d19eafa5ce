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
  let terminal = ending.terminal ?? terminalOfCaller()
  const situation = known ?? (await situationFor(global))
  if (rules.onlyAway) {
    const { away } = await import('../away/index.ts')
    const { answer, source } = await away(terminal, new AbortController().signal, situation.config.away)
    say.debug(`away: ${answer} (${source})`)
    if (answer === 'no') return
    if (terminal && answer === 'unknown') terminal = { ...terminal, unlessFocused: true }
  }
  await handOver(terminal ? { ...ending, terminal } : ending, situation, global, visible)
}
