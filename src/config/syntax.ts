import { messageOf } from '../platform/errors.ts'
import { oneLine } from '../platform/text.ts'

/** What is wrong with the form of a file, where, and what to write instead. */
export interface SyntaxProblem {
  what: string
  line?: number
}

/**
 * The words of YAML's and JSON's parsers in ours. Theirs quote the file, tokens included: of the file only keys are
 * named.
 */
export function syntaxProblem(error: unknown, text: string): SyntaxProblem {
  const { reason, mark } = error as { reason?: string; mark?: { line: number; column: number } }
  if (reason === undefined) return jsonProblem(messageOf(error), text)
  const unquoted = unquotedValue(text, reason, mark?.line)
  if (unquoted !== undefined) return unquoted
  if (mark === undefined) return { what: oneLine(reason), line: secondDocument(text) }
  const rows = text.split('\n')
  const what = inOurWords(reason, text, rows[mark.line] ?? '', mark)
  return { what, line: (what.endsWith('not closed') ? whereOpened(rows, reason, mark.line) : mark.line) + 1 }
}

function inOurWords(reason: string, text: string, row: string, mark: { line: number; column: number }): string {
  const key = keyOf(row)
  const named = key === undefined ? '' : `${key}: `
  if (reason === 'duplicated mapping key') {
    const double = keyOf(row.slice(mark.column)) ?? key
    const first = text.split('\n').findIndex((line) => keyOf(line) === double)
    const also = first < 0 || first >= mark.line ? '' : ` (also in line ${first + 1})`
    return `${double === undefined ? '' : `${double}: `}duplicated mapping key${also}`
  }
  if (reason === 'bad indentation of a mapping entry') {
    const isInValue = mark.column > row.search(/\S/)
    if (!isInValue) return `${named}expected to be indented as the lines above`
    return `${named}the value needs quotation marks${key === undefined ? '' : ` (${key}: "...")`}`
  }
  if (/within a flow (collection|sequence|mapping)/.test(reason)) return 'a [ or { is not closed'
  if (/^missed comma/.test(reason)) return 'a comma is missing, or a [ or { is not closed'
  if (/within a (double|single) quoted scalar/.test(reason)) return 'a quotation mark is not closed'
  if (/end of the stream or a document separator/.test(reason)) return 'expected key: value'
  return oneLine(reason)
}

/** Of what is not closed the parser knows where the file ends: it begins in the last line that leaves one open. */
function whereOpened(rows: string[], reason: string, end: number): number {
  const count = (row: string, sign: RegExp) => row.match(sign)?.length ?? 0
  const leavesOpen = (row: string) => {
    if (/double quoted/.test(reason)) return count(row, /"/g) % 2 === 1
    if (/single quoted/.test(reason)) return count(row, /'/g) % 2 === 1
    return count(row, /[[{]/g) > count(row, /[\]}]/g)
  }
  const found = rows.slice(0, end + 1).findLastIndex(leavesOpen)
  return found < 0 ? end : found
}

/** The key of a line; a value on a line of its own has none. */
function keyOf(row: string): string | undefined {
  const [, quoted, plain] =
    /^[\s{]*(?:- +)?(?:["']([A-Za-z_][\w .-]{0,63})["']\s*:|([A-Za-z_][\w .-]{0,63}?)\s*:(?:\s|$))/.exec(row) ?? []
  return quoted ?? plain
}

/** V8 says what it expected; whatever it found stays out. */
function jsonProblem(message: string, text: string): SyntaxProblem {
  const comment = text.split('\n').findIndex((row) => /^\s*(?:\/[/*]|#)/.test(row))
  if (comment >= 0) return { what: 'is not valid JSON: it has no comments', line: comment + 1 }
  const line = /\((\d+):\d+\)/.exec(message)?.[1] ?? shownLine(message)
  const expected = /\bExpected [^\n]*?(?= in JSON)/.exec(message)?.[0]
  const what = expected === undefined ? 'is not valid JSON' : `is not valid JSON: ${lowerFirst(expected)}`
  return { what, ...(line !== undefined && { line: Number(line) }) }
}

/** The loader marks the line in a piece of the file: `> 2 | ...`. */
function shownLine(message: string): string | undefined {
  return /^> *(\d+) \|/m.exec(message)?.[1]
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

/** A value like the id of a Matrix room, which YAML takes for a tag or an alias; the parser's words would quote it. */
function unquotedValue(text: string, reason = '', line = 0): SyntaxProblem | undefined {
  const [, tag, alias] = /^(?:unknown tag !<(!.*)>|unidentified alias "(.*)")$/s.exec(reason) ?? []
  const value = tag ?? (alias === undefined ? undefined : `*${alias}`)
  if (value === undefined && !/^(?:tag (?:suffix|name)|undeclared tag handle)/.test(reason)) return undefined
  // The parser is a line ahead when it says so.
  const found = value === undefined ? line : text.split('\n').findIndex((one) => one.includes(value))
  return { what: `a value that begins with ${value?.[0] ?? '!'} needs quotation marks`, line: found + 1 }
}

/** The line where a second document begins, which the parser does not report. */
function secondDocument(text: string): number {
  return (
    Math.max(
      0,
      text.split('\n').findIndex((line, index) => index > 0 && /^---(\s|$)/.test(line)),
    ) + 1
  )
}
