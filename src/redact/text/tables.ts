import { isSecretName, isSecretVariable } from '../names.ts'
import { type Range, shifted } from '../ranges.ts'
import { isLikely, isSecret, isStatement, isType } from '../values.ts'

/** A column of a table that holds secrets. */
interface Table {
  kind: 'bars' | 'blanks' | 'commas' | 'tabs' | 'pairs'
  /** Which cells hold secrets, or in a table of blanks where they begin. */
  columns: number[]
  cells: number
  /** Which cell names what its line holds, in a list of names and values. */
  names?: number
}

/** Secrets in tables: with bars between the cells, with tabs, commas or aligned by blanks, and `Key  Value` lists. */
export function tableValues(text: string): Range[] {
  if (!/pass|token|secret|key|pwd/i.test(text)) return []
  const ranges: Range[] = []
  let table: Table | undefined
  let at = 0
  for (const line of text.split('\n')) {
    if (table !== undefined && isRule(line)) {
      at += line.length + 1
      continue
    }
    const found = table && cellsOf(line, table)
    if (found)
      ranges.push(
        ...found
          .filter(({ start, end }) => isMasked(line.slice(start, end), table))
          .map(({ start, end }) => ({ start: at + start, end: at + end })),
      )
    else {
      table = headOf(line)
      ranges.push(...shifted(lonePair(line), at))
    }
    at += line.length + 1
  }
  return ranges
}

/** `| password | x |`, without a head above it. */
function lonePair(line: string): Range[] {
  const [whole, lead = '', name = '', value = ''] =
    /^(\s{0,40}[|│]([^|│\n]{1,80})[|│]\s{0,40})([^|│\s]{1,400})\s{0,400}[|│]\s*$/.exec(line) ?? []
  return whole !== undefined && isHead(name) && isLikely(value)
    ? [{ start: lead.length, end: lead.length + value.length }]
    : []
}

/** `+-----+----+`, `--- | ---` */
function isRule(line: string): boolean {
  return (
    line.length < 2000 &&
    /^[\s+|=:\-─━═│┃║┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╭╮╰╯╞╡╪]*[-=─━═]{2}[\s+|=:\-─━═│┃║┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╭╮╰╯╞╡╪]*$/.test(line)
  )
}

function headOf(line: string): Table | undefined {
  if (line.length > 2000) return undefined
  if (/^\s*(?:key|name|field)\s{2,}value\s*$/i.test(line)) return { kind: 'pairs', columns: [], cells: 2 }
  for (const [kind, separator] of separators) {
    const cells = line.split(separator)
    if (cells.length < 2 || cells.length > 40) continue
    const names = cells.findIndex((cell) => nameHead.test(cell.trim()))
    const value = cells.findIndex((cell) => /^value$/i.test(cell.trim()))
    if (names >= 0 && value >= 0) return { kind, columns: [value], cells: cells.length, names }
    const columns = cells.flatMap((cell, index) => (isHead(cell) ? index : []))
    if (
      columns.length > 0 &&
      (kind === 'tabs' || cells.every((cell) => /^\s*(?:["']?[A-Za-z_][\w .-]*["']?)?\s*$/.test(cell)))
    )
      return { kind, columns, cells: cells.length }
  }
  // Aligned by blanks: `NAME   TOKEN   AGE`, or single words as in `name  token`
  const cell = /[a-z]/.test(line) ? /(?<!\S)[a-z_]+(?!\S)/g : /(?<!\S)[A-Z][A-Z0-9_-]+(?: [A-Z][A-Z0-9_-]*)*/g
  const columns = Array.from(line.matchAll(cell))
    .filter(({ 0: head }) => isHead(head))
    .map(({ index }) => index)
  const aligned = /^\s*[a-z_]+(?:\s{2,}[a-z_]+)+\s*$/.test(line) || (!/[a-z:=]/.test(line) && /\S\s{2,}\S/.test(line))
  return columns.length > 0 && aligned ? { kind: 'blanks', columns, cells: 0 } : undefined
}

const nameHead = /^(?:key|name|field|property|setting|parameter|variable|option)$/i

const separators: ['bars' | 'tabs' | 'commas', RegExp][] = [
  ['bars', /[|│┃║]/],
  ['tabs', /\t/],
  ['commas', /,/],
]

function isHead(cell: string): boolean {
  const name = cell
    .trim()
    .replace(/^["']|["']$/g, '')
    .replaceAll(/\s+/g, '_')
  return name.length < 60 && (isSecretName(name) || isSecretVariable(name))
}

/** The cells of a line that hold secrets; nothing if the line is no part of the table. */
function cellsOf(line: string, { kind, columns, cells, names }: Table): Range[] | undefined {
  if (line.trim() === '' || line.length > 20_000) return undefined
  if (kind === 'pairs') {
    const [whole, lead = '', name = '', gap = ''] = /^(\s*)([\w.-]{1,80})(\s{2,})(?=\S)/.exec(line) ?? []
    if (whole === undefined) return undefined
    return isSecretName(name) ? [trimmed(line, lead.length + name.length + gap.length, line.length)] : []
  }
  if (kind === 'blanks') {
    return columns.flatMap((start) => {
      const cell = /^\S+/.exec(line.slice(start))?.[0] ?? ''
      return cell === '' || (start > 0 && /\S/.test(line[start - 1] ?? '')) ? [] : [{ start, end: start + cell.length }]
    })
  }
  const separator = separators.find(([known]) => known === kind)?.[1] ?? /,/
  const parts = line.split(separator)
  if (parts.length !== cells) return undefined
  if (names !== undefined && !isHead(parts[names] ?? '')) return []
  let at = 0
  return parts.flatMap((part, index) => {
    const start = at
    at += part.length + 1
    return columns.includes(index) ? [trimmed(line, start, start + part.length)] : []
  })
}

function trimmed(line: string, start: number, end: number): Range {
  const cell = line.slice(start, end)
  const lead = /^[\s"']*/.exec(cell)?.[0].length ?? 0
  return { start: start + lead, end: start + Math.max(lead, cell.replace(/[\s"']+$/, '').length) }
}

function isMasked(cell: string, table: Table | undefined): boolean {
  if (!isSecret(cell) || isStatement(cell) || isType(cell) || isHead(cell)) return false
  return table?.kind === 'blanks' ? isLikely(cell) : !/^(?:\d{1,3}|[NY]|-)$/.test(cell)
}
