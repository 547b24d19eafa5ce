import { commandRanges } from './command.ts'
import { maskRanges } from './ranges.ts'
import { isPlain } from './sign.ts'
import { textRanges } from './text.ts'

/**
 * A command line with `***` in the place of its secrets; everything else stays as it was typed, quotes included.
 * References to secrets (`$TOKEN`, `$(pass show x)`) are none. The time is proportional to the length.
 */
export function redactCommand(line: string): string {
  return isPlain(line) ? line : maskRanges(line, commandRanges(line))
}

/** The same for any other text: a title, a message, the output of a command. */
export function redactText(text: string): string {
  return isPlain(text) ? text : maskRanges(text, textRanges(text))
}
