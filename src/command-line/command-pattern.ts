import { innerCommands } from './inner-command.ts'

/** Decides about a command line as it was typed. */
export type CommandPattern = (line: string) => boolean

/**
 * A pattern for commands: the first words of any of the line's commands, seen through `sudo`, `env`, assignments, `time`
 * and folders (`make test` is `cd x && sudo make test -j4`), or a `/regular expression/` for the whole line.
 *
 * @throws Error with what is wrong with the text
 */
export function commandPattern(text: string): CommandPattern {
  const expression = /^\/(.+)\/(i?)$/s.exec(text.trim())
  if (expression) {
    const regular = regularExpression(expression[1] ?? '', expression[2] ?? '')
    return (line) => regular.test(line)
  }
  const words = wordsOf(text)
  if (words.length === 0) throw new Error('expected the first words of a command (make test)')
  return (line) => innerCommands(line).some((command) => beginsWith(command, words))
}

/** The words of a pattern, for who compares them with a command of its own choice; nothing for a regular expression. */
export function patternWords(text: string): string[] | undefined {
  return /^\/.+\/i?$/s.test(text.trim()) ? undefined : wordsOf(text)
}

/** Whole words only: `make test` is not `make tests`. */
export function beginsWith(command: string[], words: string[]): boolean {
  return words.every((word, index) => command[index] === word)
}

function wordsOf(text: string): string[] {
  return innerCommands(text)[0] ?? []
}

function regularExpression(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch {
    throw new Error(`/${source}/ is not a valid regular expression`)
  }
}
