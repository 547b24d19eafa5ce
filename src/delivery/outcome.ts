import { away } from '../away/index.ts'
import type { GlobalOptions } from '../command.ts'
import { hasFailed } from '../notification.ts'
import { say } from '../output.ts'
import { terminalOfCaller } from '../process/proc.ts'
import { type Ending, handOver, situationFor } from './tell.ts'

/** When to tell, and what. */
export interface Rules {
  /** Milliseconds. */
  longerThan: number | undefined
  on: 'success' | 'failure' | 'always'
  onlyAway: boolean
  hideCommand: boolean
  tail: { lines: number; stdout: boolean; stderr: boolean } | undefined
}

/** Tells that a command has ended, if its flags say that it is to be told. */
export async function tellEnding(ending: Ending, rules: Rules, global: GlobalOptions, visible: boolean): Promise<void> {
  const { outcome } = ending
  if (rules.longerThan !== undefined && (outcome.durationMs ?? 0) < rules.longerThan) return
  if (rules.on !== 'always' && hasFailed({ outcome }) !== (rules.on === 'failure')) return
  const terminal = ending.terminal ?? terminalOfCaller()
  if (rules.onlyAway) {
    const { answer, source } = await away(terminal, new AbortController().signal)
    say.debug(`away: ${answer} (${source})`)
    if (answer === 'no') return
  }
  await handOver(terminal ? { ...ending, terminal } : ending, await situationFor(global), global, visible)
}
