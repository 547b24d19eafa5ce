import { commandRanges } from './command/index.ts'
import { maskRanges } from './ranges.ts'
import { isPlain } from './sign.ts'
import { textRanges } from './text/index.ts'

/*
 * Secrets in what leaves the machine. `command/` finds them in a command line, by its words; `programs/` is what is known
 * of single programs (`mysql -px`); `text/` finds them in any other text, by names and values in pairs, tables, markup and
 * prose. Both use `names` (words that say "secret"), `values` (what can be one), `addresses` (passwords in URLs) and
 * `shapes` (tokens that are known by their form, from `gitleaks/`). Whatever is found is a range, and `ranges` masks it.
 * Callers load all this by `lazily`, and only where `sign` sees that a text may hold a secret.
 */

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
