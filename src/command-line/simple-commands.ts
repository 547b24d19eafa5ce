import { type PlacedCommand, placedCommands } from './placed-commands.ts'
import { closers, isReserved, openers } from './reserved-words.ts'
import { literal, type Word } from './word.ts'

/** A simple command of a shell's command line: what stands between `;`, `|`, `&&` and the like. */
export interface SimpleCommand {
  /** `NAME=value` in front of it. */
  assignments: string[]
  /** Quotes removed; substitutions as they were typed. */
  words: string[]
}

/** The simple commands that a line of bash, zsh or fish runs, without the functions that it only defines. */
export function simpleCommands(line: string): SimpleCommand[] {
  return withoutDefinitions(placedCommands(line).commands).flatMap(({ words }) => {
    const program = programAt(words)
    const assignments = words
      .slice(0, program)
      .map(textOf)
      .filter((text) => assignment.test(text))
    const rest = words.slice(program).map(textOf)
    return rest.length + assignments.length > 0 ? [{ assignments, words: rest }] : []
  })
}

/** Which of a simple command's words is the program; as many as there are if it has none. */
export function programAt(words: readonly Word[]): number {
  let at = 0
  for (; at < words.length; at++) {
    const { text, begins } = words[at] as Word
    if (assignment.test(text)) continue
    // What is quoted is no word of the shell's.
    if (begins !== undefined || !isReserved(text)) return at
    if (!openers.has(text)) return words.length
    const next = words[at + 1]?.text ?? ''
    // The shell's own `time` has this option alone; with another one it is the program.
    if (text === 'time' && next === '-p') at++
    else if (text === 'time' && next.startsWith('-')) return at
    // `coproc NAME { ...; }`
    else if (text === 'coproc' && words[at + 2]?.text === '{') at++
  }
  return at
}

/** The words of a line as a shell would split them, for a setting that holds options. */
export function splitWords(line: string): string[] {
  return placedCommands(line).commands.flatMap(({ words }) => words.map(textOf))
}

const assignment = /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/

/** Functions run later, by their names; the branches of a `case` have no names that are programs. */
function withoutDefinitions(all: PlacedCommand[]): PlacedCommand[] {
  let open = 0
  return all.filter(({ words, names }, index) => {
    const body = all[index - 1]?.names === 'function' && isReserved(words[0]?.text ?? '')
    const defined = names === undefined && words[0]?.text === 'function'
    if (open > 0 || body || defined) {
      open = Math.max(0, open + opened(words))
      return false
    }
    return names === undefined
  })
}

/** How many blocks the first words of a command open: negative if it closes one. */
function opened(words: Word[]): number {
  let open = 0
  for (const { text, begins } of words) {
    if (begins !== undefined || !isReserved(text)) break
    if (/^(?:\{|begin|if|while|until|for|foreach|case|select|switch|function)$/.test(text)) open++
    else if (closers.has(text)) open--
  }
  return open
}

function textOf({ text }: Word): string {
  return text.replaceAll(literal.dollar, '$').replaceAll(literal.backtick, '`')
}
