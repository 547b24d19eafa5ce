import { commandRanges } from './command.ts'
import { maskRanges } from './ranges.ts'
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

/** What every secret has in it or beside it: a long run, a name that says so, a pair, an address, a flag, a pipe. */
const anySign =
  /[\w+/-]{16}|[=|]|:\S*@|\/\S*@|:\/\/|\s[-/]\w|pass|pwd|secret|token|key|auth|cookie|cred|ident|login|psk|pw\b|user|sqlplus|pdp|sqlldr|-----/i

/** Is this one of the many short texts that need no closer look? They are not to pay for its preparation. */
function isPlain(text: string): boolean {
  return text.length < 1024 && !anySign.test(text)
}
