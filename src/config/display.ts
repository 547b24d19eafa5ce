import { normalKey } from '../backends/contract/read-option.ts'
import { didYouMean } from '../platform/suggest.ts'
import { type CommandDisplay, commandDisplays } from './types.ts'

/** The words that say what is shown of a command, at the top and in a target; the second is dschep/ntfy's. */
const displayWords = ['show_command', 'hide_command'] as const
type DisplayWord = (typeof displayWords)[number]

/** The word, whatever its case and with or without `_`; nothing for any other. */
export function displayWord(key: string): DisplayWord | undefined {
  return displayWords.find((known) => normalKey(known) === normalKey(key))
}

/** Reads such a word into `into` and returns what is wrong. Of two that contradict each other the one that hides holds. */
export function readDisplay(
  word: DisplayWord,
  value: unknown,
  into: { showCommand?: CommandDisplay },
): string | undefined {
  if (word === 'hide_command') {
    if (typeof value !== 'boolean') return 'expected true or false'
    if (value) into.showCommand = 'hide'
    return undefined
  }
  const display = commandDisplays.find((known) => known === value)
  if (display === undefined) return `expected full, redacted, name or hide${didYouMean(String(value), commandDisplays)}`
  if (into.showCommand !== 'hide') into.showCommand = display
  return undefined
}
