import { commandPattern, patternWords } from './command-pattern.ts'
import { innerCommands } from './inner-command.ts'

/**
 * May a line run what a pattern names? The words of the pattern wherever they stand one after the other, also in quotes,
 * in a substitution, in what another program or shell is given to run; a regular expression in the line, in its words
 * without quotes, and in each of its commands. For who would rather find too much.
 */
export function isMentioned(pattern: string, line: string): boolean {
  const words = bareWords(line)
  if (patternWords(pattern) === undefined) {
    const fits = commandPattern(pattern)
    return [line, words.join(' '), ...innerCommands(line).map((command) => command.join(' '))].some(fits)
  }
  const wanted = bareWords(pattern)
  return wanted.length > 0 && words.some((_, at) => wanted.every((word, index) => isWord(words[at + index], word)))
}

/** A program may be named with its folder. */
function isWord(word: string | undefined, wanted: string): boolean {
  return word === wanted || word?.slice(word.lastIndexOf('/') + 1) === wanted
}

/** The words between blanks and what the shell's grammar is made of, without quotes and backslashes. */
function bareWords(line: string): string[] {
  const blanks = line.replace(/\\\r?\n/g, '').replace(/\$(?:IFS\b|\{IFS[^}]*\})/g, ' ')
  return blanks
    .replace(/\$(?=["'])|[\\"']/g, '')
    .split(/[\s;|&(){}<>`$,=!]+/)
    .filter((word) => word !== '')
}
