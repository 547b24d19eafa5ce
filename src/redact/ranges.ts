import type { Range } from '../command-line/word.ts'

export type { Range }

/** A part of the text of one of a command's words. */
export interface Hit {
  /** Which word. */
  word: number
  start: number
  end: number
}

/** What stands in the place of a secret. */
export const mask = '***'

/** `text` with a mask in the place of every range; ranges that touch or overlap get one between them. */
export function maskRanges(text: string, ranges: Range[]): string {
  if (ranges.length === 0) return text
  const sorted = [...ranges].sort((one, other) => one.start - other.start || other.end - one.end)
  let result = ''
  let at = 0
  for (let index = 0; index < sorted.length; ) {
    const first = sorted[index] as Range
    let { end } = first
    let masked = !first.rest
    for (index++; index < sorted.length && (sorted[index] as Range).start <= end; index++) {
      const next = sorted[index] as Range
      end = Math.max(end, next.end)
      masked ||= !next.rest
    }
    result += text.slice(at, first.start) + (masked ? mask : '')
    at = end
  }
  return result + text.slice(at)
}

/** Ranges of a part of a text as ranges of the text. */
export function shifted(ranges: Range[], by: number): Range[] {
  return ranges.map((range) => ({ ...range, start: range.start + by, end: range.end + by }))
}

/** Adds one list to another: a call with a hundred thousand arguments would overflow the stack. */
export function addAll<T>(into: T[], more: readonly T[]): void {
  for (const one of more) into.push(one)
}
