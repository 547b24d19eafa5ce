import { commandPattern } from '../command-line/command-pattern.ts'
import { parseDuration } from '../platform/duration.ts'
import { type Hours, parseHours } from '../platform/hours.ts'
import { didYouMean } from '../platform/suggest.ts'
import { isNames } from './shapes.ts'

/** Reports what is wrong with a rule, and where below it. */
export type Complain = (what: string, ...below: string[]) => void

/** Patterns for commands: one, or a list. */
export function patterns(value: unknown, complain: Complain): string[] {
  const found = texts(value, complain)
  for (const text of found) {
    try {
      commandPattern(text)
    } catch (error) {
      complain((error as Error).message)
    }
  }
  return found
}

/** `22:00-07:00`, or several. */
export function readHours(value: unknown, complain: Complain): { text: string; hours: Hours }[] {
  return (typeof value === 'string' || isNames(value) ? [value].flat() : ['']).flatMap((text) => {
    try {
      return { text, hours: parseHours(text) }
    } catch (error) {
      complain((error as Error).message)
      return []
    }
  })
}

/** Milliseconds of seconds, or of a duration; nothing if it is neither. */
export function duration(value: unknown, complain: Complain): number | undefined {
  const span = typeof value === 'number' || typeof value === 'string' ? parseDuration(String(value)) : undefined
  if (span === undefined) complain('expected seconds or a duration (90, 5m, 1h30m)')
  return span
}

/** A text, or a list of texts. */
export function texts(value: unknown, complain: Complain): string[] {
  const found = (Array.isArray(value) ? value : [value]).map((one) => (typeof one === 'number' ? String(one) : one))
  if (isNames(found) && found.length > 0) return found
  complain('expected a string or a list of strings')
  return []
}

/** Some of these words: one, or a list. */
export function choices<const W extends string>(value: unknown, words: readonly W[], complain: Complain): W[] {
  const given = Array.isArray(value) ? value : [value]
  const found = given.map((one) => words.find((word) => word === String(one).toLowerCase()))
  const wrong = given.find((_, index) => found[index] === undefined)
  const expected = `expected ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
  if (given.length === 0) complain(`${expected}: an empty list can never be true`)
  else if (wrong !== undefined) complain(`${expected}${didYouMean(String(wrong), words)}`)
  return found.filter((word) => word !== undefined)
}
