import type { Range } from './ranges.ts'
import { readWord, type Word } from './words.ts'

/** A simple command with the places of its words. */
export interface PlacedCommand {
  words: Word[]
  /** The text that it gets by `<<<`. */
  hereStrings: Word[]
  /** The commands whose output it gets by `< <(...)`. */
  inputs: Word[]
  /** The text that it gets by `<<`. */
  hereDocuments: Range[]
  /** Where its output goes by `>` and `>>`. */
  targets: Word[]
  /** Its output goes to the next command, also as one of a group's: `(a; b) | c`. */
  piped: boolean
}

/** The simple commands of a command line, and the texts among them (comments, here-documents) that are none. */
export function placedCommands(line: string): { commands: PlacedCommand[]; texts: Range[] } {
  const commands: PlacedCommand[] = []
  const texts: Range[] = []
  const heredocs: Heredoc[] = []
  let current = emptyCommand()
  const groups: number[] = []
  const finish = (piped: boolean) => {
    current.piped = piped
    if (current.words[0]?.text === '{') groups.push(commands.length)
    if (current.words[0]?.text === '}') endGroup(piped)
    if (current.words.length > 0) commands.push(current)
    current = emptyCommand()
  }
  const endGroup = (piped: boolean) => {
    const start = groups.pop() ?? commands.length
    if (piped) for (let index = start; index < commands.length; index++) (commands[index] as PlacedCommand).piped = true
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
      else if (/<<-?\s*$/.test(operator)) heredocs.push({ delimiter: word.text, reader: current })
      else if (/>/.test(operator)) current.targets.push(word)
      else if (word.substitutions.length > 0) current.inputs.push(word)
      at = Math.max(word.end, at + operator.length)
    } else if (separator) {
      finish(/^\|&?$/.test(separator))
      if (separator === '(') groups.push(commands.length)
      if (separator === ')') endGroup(match(pipe, line, at + 1) !== '')
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

interface Heredoc {
  delimiter: string
  reader: PlacedCommand
}

function emptyCommand(): PlacedCommand {
  return { words: [], hereStrings: [], inputs: [], hereDocuments: [], targets: [], piped: false }
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
const pipe = /[ \t]*\|(?!\|)/y
const separators = /\n|;;?|&&?|\|\|?|\|&|[()]/y

function match(pattern: RegExp, line: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(line)?.[0] ?? ''
}

function afterHeredocs(line: string, from: number, heredocs: Heredoc[]): number {
  let at = from
  for (const { delimiter, reader } of heredocs) {
    const start = at
    let last = at
    while (at < line.length) {
      const end = line.indexOf('\n', at) < 0 ? line.length : line.indexOf('\n', at)
      const text = line.slice(at, end).replace(/^\t+/, '')
      at = end + 1
      if (text === delimiter) break
      last = end
    }
    if (last > start) reader.hereDocuments.push({ start, end: last })
  }
  return Math.min(at, line.length)
}
