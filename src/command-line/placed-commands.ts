import { type Range, readWord, type Word } from './word.ts'

/** A simple command of a shell's command line, with the places of its words. */
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
  /** It only names what follows: a function (`f() { ...; }`), or a branch of `case` (`a|b) ...`). */
  names?: 'function' | 'pattern'
}

/**
 * The simple commands of a line of bash, zsh or fish in the order in which they stand, and the texts among them
 * (comments, here-documents) that are none. This is a reading, not a parser: whatever is no command line at all is read
 * as words, too, and the time is proportional to the length.
 */
export function placedCommands(line: string): { commands: PlacedCommand[]; texts: Range[] } {
  const reader = new CommandReader(line)
  while (reader.step()) {}
  return reader
}

interface HereDocument {
  delimiter: string
  reader: PlacedCommand
}

class CommandReader {
  readonly commands: PlacedCommand[] = []
  readonly texts: Range[] = []
  private readonly line: string
  private at = 0
  private current = emptyCommand()
  private readonly hereDocuments: HereDocument[] = []
  /** For every group that is open, by `(` or `{`, its first command. */
  private readonly groups: number[] = []

  constructor(line: string) {
    this.line = line
  }

  /** Reads a piece; false at the end of the line. */
  step(): boolean {
    const { line, at } = this
    if (at >= line.length) {
      this.finish('')
      return false
    }
    if (this.simpleWord() || this.blanks() || this.redirection() || this.separator()) return true
    if (line[at] === '#') this.at = this.text(at, endOfLine(line, at))
    else {
      const word = readWord(line, at)
      this.current.words.push(word)
      this.at = Math.max(word.end, at + 1)
    }
    return true
  }

  /** Most words need nothing of what readWord can do. */
  private simpleWord(): boolean {
    const { line, at } = this
    const text = match(simpleWord, line, at)
    if (text !== '') this.current.words.push({ text, start: at, end: at + text.length, substitutions: none })
    return this.advance(text)
  }

  private blanks(): boolean {
    return this.advance(match(blanks, this.line, this.at))
  }

  private redirection(): boolean {
    const { line, at, current } = this
    const operator = match(redirection, line, at)
    if (operator === '') return false
    const word = readWord(line, at + operator.length)
    if (/<<<\s*$/.test(operator)) current.hereStrings.push(word)
    else if (/<<-?\s*$/.test(operator)) this.hereDocuments.push({ delimiter: word.text, reader: current })
    else if (/>/.test(operator)) current.targets.push(word)
    else if (word.substitutions.length > 0) current.inputs.push(word)
    this.at = Math.max(word.end, at + operator.length)
    return true
  }

  private separator(): boolean {
    const { line, at, current } = this
    const separator = match(separators, line, at)
    if (separator === '') return false
    const definition = separator === '(' ? match(parentheses, line, at) : ''
    if (definition !== '' && current.words.length > 0) {
      current.names = 'function'
      this.finish('')
      return this.advance(definition)
    }
    const unopened = separator === ')' && this.groups.length === 0
    if (unopened && current.words.length > 0) current.names = 'pattern'
    this.finish(separator)
    this.advance(separator)
    if (separator === '(') this.groups.push(this.commands.length)
    else if (separator === ')') this.endGroup(match(pipe, line, this.at) !== '')
    else if (separator === '\n' && this.hereDocuments.length > 0)
      this.at = this.text(this.at, this.afterHereDocuments())
    return true
  }

  private finish(separator: string): void {
    const { current, commands } = this
    const first = current.words[0]?.text
    current.piped = /^\|&?$/.test(separator)
    if (first === '{') this.groups.push(commands.length)
    if (first === '}') this.endGroup(current.piped)
    if (current.words.length > 0) commands.push(current)
    this.current = emptyCommand()
  }

  private endGroup(piped: boolean): void {
    const start = this.groups.pop() ?? this.commands.length
    if (piped) for (const command of this.commands.slice(start)) command.piped = true
  }

  private afterHereDocuments(): number {
    let { at } = this
    for (const { delimiter, reader } of this.hereDocuments.splice(0)) {
      const start = at
      let last = at
      while (at < this.line.length) {
        const end = endOfLine(this.line, at)
        const text = this.line.slice(at, end).replace(/^\t+/, '')
        at = end + 1
        if (text === delimiter) break
        last = end
      }
      if (last > start) reader.hereDocuments.push({ start, end: last })
    }
    return Math.min(at, this.line.length)
  }

  private text(start: number, end: number): number {
    if (end > start) this.texts.push({ start, end })
    return end
  }

  private advance(found: string): boolean {
    this.at += found.length
    return found !== ''
  }
}

function emptyCommand(): PlacedCommand {
  return { words: [], hereStrings: [], inputs: [], hereDocuments: [], targets: [], piped: false }
}

const simpleWord = /[A-Za-z_./:=@%+,-][\w./:=@%+,-]*(?=[\s;|]|$)/y
const none: Range[] = []
const blanks = /(?:[^\S\n]|\\\n)+/y
const redirection = /(?:\d*(?:<<<|<<-?|>>[|!]?|>&|>[|!]|<>|<&|>|<)|&>>?[|!]?)(?!\()[ \t]*/y
const separators = /\n|;;&|;[;&|]?|&&|&[|!]|&|\|\||\|&|\||[()]/y
const parentheses = /\([ \t]*\)/y
const pipe = /[ \t]*\|(?!\|)/y

function match(pattern: RegExp, line: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(line)?.[0] ?? ''
}

function endOfLine(line: string, at: number): number {
  const end = line.indexOf('\n', at)
  return end < 0 ? line.length : end
}
