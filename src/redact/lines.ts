import type { Range } from './ranges.ts'
import { readWord, type Word } from './words.ts'

/** A simple command with the places of its words. */
export interface PlacedCommand {
  words: Word[]
  /** The text that it gets by `<<<`. */
  hereStrings: Word[]
  /** Its output goes to the next command. */
  piped: boolean
}

/** The simple commands of a command line, and the texts among them (comments, here-documents) that are none. */
export function placedCommands(line: string): { commands: PlacedCommand[]; texts: Range[] } {
  const commands: PlacedCommand[] = []
  const texts: Range[] = []
  const heredocs: string[] = []
  let current: PlacedCommand = { words: [], hereStrings: [], piped: false }
  const finish = (piped: boolean) => {
    if (current.words.length > 0) commands.push({ ...current, piped })
    current = { words: [], hereStrings: [], piped: false }
  }
  const addText = (start: number, end: number) => {
    if (end > start) texts.push({ start, end })
    return end
  }
  let at = afterSimpleWord(line, 0, current.words)
  while (at < line.length) {
    const between = match(blank, line, at)
    const operator = between ? '' : match(redirection, line, at)
    const separator = between || operator ? '' : match(separators, line, at)
    if (between) at += between.length
    else if (operator) {
      const word = readWord(line, at + operator.length)
      if (/<<<\s*$/.test(operator)) current.hereStrings.push(word)
      else if (/<<-?\s*$/.test(operator)) heredocs.push(word.text)
      at = Math.max(word.end, at + operator.length)
    } else if (separator) {
      finish(/^\|&?$/.test(separator))
      at += separator.length
      if (separator === '\n' && heredocs.length > 0) at = addText(at, afterHeredocs(line, at, heredocs.splice(0)))
    } else if (line[at] === '#') {
      at = addText(at, line.indexOf('\n', at) < 0 ? line.length : line.indexOf('\n', at))
    } else {
      const word = readWord(line, at)
      current.words.push(word)
      at = Math.max(word.end, at + 1)
    }
    at = afterSimpleWord(line, at, current.words)
  }
  finish(false)
  return { commands, texts }
}

/** Most words need nothing of what readWord can do. */
function afterSimpleWord(line: string, at: number, words: Word[]): number {
  const text = match(simpleWord, line, at)
  if (text === '') return at
  words.push({ text, start: at, end: at + text.length, substitutions: none })
  return at + text.length
}

const simpleWord = /[A-Za-z_./:=@%+,-][\w./:=@%+,-]*(?=[\s;|]|$)/y
const none: Range[] = []

const blank = /(?:[^\S\n]|\\\n)+/y
const redirection = /(?:\d*(?:<<<|<<-?|>>|>&|>\||<>|<&|>|<)|&>>?)(?!\()[ \t]*/y
const separators = /\n|;;?|&&?|\|\|?|\|&|[()]/y

function match(pattern: RegExp, line: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(line)?.[0] ?? ''
}

function afterHeredocs(line: string, from: number, delimiters: string[]): number {
  let at = from
  for (const delimiter of delimiters) {
    while (at < line.length) {
      const end = line.indexOf('\n', at) < 0 ? line.length : line.indexOf('\n', at)
      const text = line.slice(at, end).replace(/^\t+/, '')
      at = end + 1
      if (text === delimiter) break
    }
  }
  return Math.min(at, line.length)
}
