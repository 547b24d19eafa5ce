import type { NotificationOptions } from '../config/select.ts'
import { say } from '../platform/output.ts'
import { terminalOfCaller } from '../process/proc.ts'
import type { Rules } from '../rules/wanted.ts'
import { noteDecision } from './note-decision.ts'
import { type Ending, handOver, type Situation, situationFor } from './tell.ts'

/** While the command runs: has the terminals around tmux report their focus, if that will be asked about. */
export async function prepareEnding({ onlyAway }: Rules): Promise<void> {
  if (!onlyAway) return
  const { askForFocus } = await import('../away/index.ts')
  await askForFocus(terminalOfCaller(), AbortSignal.timeout(2000)).catch(() => {})
}

/** Tells that a command has ended, unless it is to be told only when nobody looks and somebody does. */
export async function tellEnding(
  ended: Ending,
  rules: Rules,
  global: NotificationOptions,
  visible: boolean,
  known?: Situation,
): Promise<void> {
  let ending: Ending = { ...ended, hideCommand: rules.hideCommand }
  let terminal = ending.terminal ?? terminalOfCaller()
  const situation = known ?? (await situationFor(global))
  if (rules.onlyAway) {
    const { away } = await import('../away/index.ts')
    const found = await away(terminal, new AbortController().signal, situation.config.away)
    const { answer, source } = found
    say.debug(`away: ${answer} (${source})`)
    if (answer === 'no') {
      const silent = { rule: '-b', reason: `somebody was looking (${source})` }
      await noteDecision({ ...ending, config: situation.config.path, away: found, silent })
      return
    }
    ending = { ...ending, away: found }
    if (terminal && answer === 'unknown') terminal = { ...terminal, unlessFocused: true }
  }
  await handOver(terminal ? { ...ending, terminal } : ending, situation, global, visible)
}
