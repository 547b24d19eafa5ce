import { isReserved } from './reserved-words.ts'

/** A part of a text, from `start` up to `end`. */
export interface Range {
  start: number
  end: number
  /** The rest of a value that another range masks: it goes without a mask of its own. */
  rest?: true
}

/** Stands for a `$` or a backtick that a shell takes as it is, while a word is looked at without its quotes. */
export const literal = { dollar: '\uE000', backtick: '\uE001' } as const

/** A word of a command line, and where each of its characters stands there. */
export interface Word {
  /** Quotes removed; a `$` or backtick that the quotes take the meaning from is a `literal`. */
  text: string
  start: number
  end: number
  /** Where in the line a character of the text begins and ends; nothing if the text stands there as it is. */
  begins?: number[]
  ends?: number[]
  /** What is inside `$(...)`, `<(...)` and backticks, in the line. */
  substitutions: Range[]
}

/** Characters that end a word or mean something inside it. */
const plain = /[^\s;&|()<>'"\\$`]+/y
const insideDouble = /[^"\\$`]+/y

/** The word that begins at `from`; an unclosed quote ends with the line. */
export function readWord(line: string, from: number): Word {
  const reader = new WordReader(line, from)
  while (reader.step()) {}
  return reader.word()
}

/** The part of a word's text as parts of the line: quotes inside of it stay, so that they keep their partners. */
export function inLine({ start, begins, ends }: Word, { start: from, end: to }: Range): Range[] {
  if (begins === undefined || ends === undefined) return [{ start: start + from, end: start + to }]
  const ranges: Range[] = []
  for (let at = from; at < to; at++) {
    const last = ranges.at(-1)
    if (last !== undefined && last.end === begins[at]) last.end = ends[at] as number
    else ranges.push({ start: begins[at] as number, end: ends[at] as number, ...(last && { rest: true }) })
  }
  return ranges
}

class WordReader {
  private readonly line: string
  private readonly start: number
  private at: number
  private readonly parts: string[] = []
  private length = 0
  private mapped: { begins: number[]; ends: number[] } | undefined
  private readonly substitutions: Range[] = []

  constructor(line: string, from: number) {
    this.line = line
    this.start = from
    this.at = from
  }

  word(): Word {
    const { start, at: end, parts, mapped, substitutions } = this
    return { text: parts.join(''), start, end, ...mapped, substitutions }
  }

  /** Reads a piece; false at the end of the word. */
  step(): boolean {
    const { line, at } = this
    const character = line[at]
    if (character === undefined) return false
    if (this.run(plain)) return true
    if (character === "'") return this.single(at + 1, false)
    if (character === '"') return this.double()
    if (character === '\\') return this.escape(at, line[at + 1] ?? '')
    if (character === '$' && line[at + 1] === "'") return this.single(at + 2, true)
    if (character === '$' || character === '`') return this.substitution()
    if (/[<>=]/.test(character) && line[at + 1] === '(') return this.substitution()
    return character === '(' && this.group()
  }

  private run(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const [found] = pattern.exec(this.line) ?? []
    if (found === undefined) return false
    this.take(found, this.at)
    this.at += found.length
    return true
  }

  /** Adds text that stands in the line at `from` as it is. */
  private take(text: string, from: number): void {
    if (this.mapped) {
      for (let index = 0; index < text.length; index++) this.map(from + index, from + index + 1)
    }
    this.parts.push(text)
    this.length += text.length
  }

  private map(begin: number, end: number): void {
    this.mapped?.begins.push(begin)
    this.mapped?.ends.push(end)
  }

  /** From here on the text is not what stands in the line. */
  private quote(): void {
    if (this.mapped) return
    this.mapped = { begins: [], ends: [] }
    for (let index = 0; index < this.length; index++) this.map(this.start + index, this.start + index + 1)
  }

  private single(from: number, escapes: boolean): boolean {
    this.quote()
    let end = from
    while (end < this.line.length && this.line[end] !== "'") end += escapes && this.line[end] === '\\' ? 2 : 1
    end = Math.min(end, this.line.length)
    const inside = this.line.slice(from, end)
    this.take(inside.replaceAll('$', literal.dollar).replaceAll('`', literal.backtick), from)
    this.at = Math.min(end + 1, this.line.length)
    return true
  }

  private double(): boolean {
    this.quote()
    this.at++
    for (;;) {
      const character = this.line[this.at]
      if (character === undefined) return true
      if (this.run(insideDouble)) continue
      if (character === '"') {
        this.at++
        return true
      }
      const next = this.line[this.at + 1] ?? ''
      if (character === '\\' && /[$`"\\\n]/.test(next)) this.escape(this.at, next)
      else if (character === '\\') {
        this.take(character, this.at)
        this.at++
      } else this.substitution()
    }
  }

  private escape(at: number, next: string): boolean {
    this.quote()
    if (next !== '' && next !== '\n') {
      this.parts.push(next === '$' ? literal.dollar : next === '`' ? literal.backtick : next)
      this.length++
      this.map(at, at + 2)
    }
    this.at = Math.min(at + 2, this.line.length)
    return true
  }

  /** `$(...)`, `${...}`, `<(...)`, backticks, or a `$` alone; what is inside stays as it is. */
  private substitution(): boolean {
    const { line, at } = this
    const opens = line[at] === '`' ? '`' : (line[at + 1] ?? '')
    const inside = at + (opens === '`' ? 1 : 2)
    const end = /[`({]/.test(opens) ? afterNested(line, inside) : at + 1
    if (/[`(]/.test(opens)) this.substitutions.push({ start: inside, end: end - 1 })
    this.take(line.slice(at, end), at)
    this.at = end
    return true
  }

  /** Parentheses within a word: an array (`x=(a b)`), a pattern (`*(.om[1])`, `!(a|b)`), fish's `x(date)`. */
  private group(): boolean {
    const { line, at, parts } = this
    if (this.length === 0 || isEmptyPair(line, at)) return false
    // `!(a|b)` is a pattern, `if(...)` is not. No reserved word is longer.
    if (this.length < 9 && parts[0] !== '!' && isReserved(parts.join(''))) return false
    const end = afterNested(line, at + 1)
    this.substitutions.push({ start: at + 1, end: end - 1 })
    this.take(line.slice(at, end), at)
    this.at = end
    return true
  }
}

/** `f()` defines a function. */
function isEmptyPair(line: string, at: number): boolean {
  return /^\([ \t]*\)/.test(line.slice(at, at + 80))
}

const closers: Record<string, string> = { '(': ')', '{': '}', '"': '"' }

/**
 * Where the substitution ends whose opening character is before `from`. A stack and no recursion: a line may open a
 * hundred thousand.
 */
function afterNested(line: string, from: number): number {
  if (line[from - 1] === '`') return Math.min(indexOrEnd(line, '`', from) + 1, line.length)
  const open = [closers[line[from - 1] ?? ''] ?? ')']
  let at = from
  while (at < line.length && open.length > 0) {
    const character = line[at] as string
    const top = open.at(-1)
    if (character === top) open.pop()
    else if (character === '\\') at++
    else if (character === "'" && top !== '"') at = Math.max(at, indexOrEnd(line, "'", at + 1))
    else if (character === '"') open.push('"')
    else if (character === '$' && closers[line[at + 1] ?? ''] && line[at + 1] !== '"')
      open.push(closers[line[++at] ?? ''] ?? ')')
    else if (character === '(' && top === ')') open.push(')')
    at++
  }
  return Math.min(at, line.length)
}

function indexOrEnd(line: string, wanted: string, from: number): number {
  const found = line.indexOf(wanted, from)
  return found < 0 ? line.length : found
}
