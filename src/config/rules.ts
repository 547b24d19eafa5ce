import { commandPattern } from '../command-pattern.ts'
import { parseDuration } from '../duration.ts'
import { type Hours, parseHours } from '../hours.ts'
import { type Priority, priorities } from '../notification.ts'
import { normalKey } from '../options.ts'
import { didYouMean } from '../suggest.ts'
import { isMapping, isNames } from './shapes.ts'

/** All that is there has to hold; of several values one. */
export interface When {
  status?: ('success' | 'failure' | 'signal')[]
  /** Milliseconds, at least. */
  longer_than?: number
  /** Milliseconds. */
  shorter_than?: number
  /** true: nobody is looking, as far as anybody knows; false: somebody is. */
  away?: boolean
  source?: ('send' | 'done' | 'hook')[]
  host?: string[]
  /** Patterns (src/command-pattern.ts). */
  command?: string[]
  not_command?: string[]
  hours?: { text: string; hours: Hours }[]
}

/** What holds a target's notifications back, and who gets them instead. `false` switches off what holds at the top. */
export interface TargetRules {
  when?: When
  quiet?: { hours: Hours[]; except: Priority | undefined } | false
  limit?: { count: number; per: number; text: string } | false
  /** Milliseconds. */
  dedupe?: number | false
  /** The name of the target that gets what this one did not take. */
  fallback?: string | false
  /** Milliseconds that a delivery may wait before the fallback gets it. */
  fallback_after?: number
  escalate?: { to: string; after: number } | false
}

export type RuleWord = keyof TargetRules

/** Reports what is wrong with a rule, and where below it. */
type Complain = (what: string, ...below: string[]) => void

/** The rule of this name, whatever its case and with `-` or `_`. */
export function ruleWord(key: string): RuleWord | undefined {
  return (Object.keys(readers) as RuleWord[]).find((word) => normalKey(word) === normalKey(key))
}

/** Reads a rule into `rules`; what is wrong goes to `complain`. */
export function readRule(word: RuleWord, value: unknown, rules: TargetRules, complain: Complain): void {
  if (value === false && word !== 'when' && word !== 'fallback_after') Object.assign(rules, { [word]: false })
  else readers[word](value, rules, complain)
}

const readers: { [W in RuleWord]-?: (value: unknown, rules: TargetRules, complain: Complain) => void } = {
  when: (value, rules, complain) => {
    if (!isMapping(value)) return complain(`conditions (${Object.keys(conditions).join(', ')}) were expected`)
    const when: When = {}
    for (const [key, condition] of Object.entries(value)) readCondition(key, condition, when, complain)
    checkPossible(when, complain)
    rules.when = when
  },
  quiet: (value, rules, complain) => {
    const { hours: given, except, ...rest } = isMapping(value) ? value : { hours: value, except: undefined }
    for (const key of Object.keys(rest)) complain(`unknown word${didYouMean(key, ['hours', 'except'])}`, key)
    const below = isMapping(value) && 'hours' in value ? ['hours'] : []
    const hours = readHours(given, (what) => complain(what, ...below))
    const priority = priorities.find((one) => one === String(except).toLowerCase())
    if (except !== undefined && priority === undefined) {
      complain(`a priority (${priorities.join(', ')}) was expected${didYouMean(String(except), priorities)}`, 'except')
    }
    rules.quiet = { hours: hours.map((one) => one.hours), except: priority }
  },
  limit: (value, rules, complain) => {
    const [, count = '', per = ''] = /^\s*(\d{1,4})\s*(?:\/|per)\s*(.+?)\s*$/.exec(String(value)) ?? []
    const span = spans[per.toLowerCase()] ?? parseDuration(per)
    if (Number(count) > mostCounted) return complain(`at most ${mostCounted} can be counted`)
    if (Number(count) < 1 || span === undefined || span < 1) {
      return complain('so many in a time (10/hour, 3/10m) were expected')
    }
    rules.limit = { count: Number(count), per: span, text: String(value).trim() }
  },
  dedupe: (value, rules, complain) => {
    const span = duration(value, complain)
    if (span !== undefined) rules.dedupe = span
  },
  fallback: (value, rules, complain) => {
    if (typeof value !== 'string' || value === '') return complain('the name of a target was expected')
    rules.fallback = value
  },
  fallback_after: (value, rules, complain) => {
    const after = duration(value, complain)
    if (after !== undefined) rules.fallback_after = after
  },
  escalate: (value, rules, complain) => {
    if (!isMapping(value)) return complain('a target and a time ({to: phone, after: 2m}) were expected')
    const { to, after, ...rest } = value
    for (const key of Object.keys(rest)) complain(`unknown word${didYouMean(key, ['to', 'after'])}`, key)
    const wait = duration(after, (what) => complain(what, ...('after' in value ? ['after'] : [])))
    if (typeof to !== 'string' || to === '')
      complain('the name of a target was expected', ...('to' in value ? ['to'] : []))
    else if (wait !== undefined) rules.escalate = { to, after: wait }
  },
}

/** As many as a target's file of counters holds. */
const mostCounted = 2000

const spans: Record<string, number> = { second: 1000, minute: 60_000, min: 60_000, hour: 3_600_000, day: 86_400_000 }

const conditions: { [C in keyof When]-?: (value: unknown, when: When, complain: Complain) => void } = {
  status: (value, when, complain) => {
    when.status = choices(value, ['success', 'failure', 'signal'] as const, complain)
  },
  longer_than: (value, when, complain) => {
    const least = duration(value, complain)
    if (least !== undefined) when.longer_than = least
  },
  shorter_than: (value, when, complain) => {
    const most = duration(value, complain)
    if (most === 0) complain('nothing is shorter than 0 s: this can never be true')
    else if (most !== undefined) when.shorter_than = most
  },
  away: (value, when, complain) => {
    if (typeof value === 'boolean') when.away = value
    else complain('true or false was expected')
  },
  source: (value, when, complain) => {
    when.source = choices(value, ['send', 'done', 'hook'] as const, complain)
  },
  host: (value, when, complain) => {
    when.host = texts(value, complain)
  },
  command: (value, when, complain) => {
    when.command = patterns(value, complain)
  },
  not_command: (value, when, complain) => {
    when.not_command = patterns(value, complain)
  },
  hours: (value, when, complain) => {
    when.hours = readHours(value, complain)
  },
}

function readCondition(key: string, value: unknown, when: When, complain: Complain): void {
  const known = Object.keys(conditions) as (keyof When)[]
  const name = known.find((word) => normalKey(word) === normalKey(key))
  const below: Complain = (what, ...deeper) => complain(what, key, ...deeper)
  if (name === undefined) below(`unknown condition${didYouMean(key, known)} (known: ${known.join(', ')})`)
  else if (name in when) below(`${name} is there twice`)
  else conditions[name](value, when, below)
}

/** Two conditions that exclude each other are a mistake that nobody would notice: nothing would ever come. */
function checkPossible(when: When, complain: Complain): void {
  const { longer_than: least, shorter_than: most, command = [], not_command: not = [] } = when
  if (least !== undefined && most !== undefined && least >= most) {
    complain('can never be true: nothing is longer than longer_than and shorter than shorter_than', 'longer_than')
  }
  if (command.length > 0 && command.every((pattern) => not.includes(pattern))) {
    complain('can never be true: not_command excludes all of command', 'not_command')
  }
}

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

function readHours(value: unknown, complain: Complain): { text: string; hours: Hours }[] {
  return (typeof value === 'string' || isNames(value) ? [value].flat() : ['']).flatMap((text) => {
    try {
      return { text, hours: parseHours(text) }
    } catch (error) {
      complain((error as Error).message)
      return []
    }
  })
}

function duration(value: unknown, complain: Complain): number | undefined {
  const span = typeof value === 'number' || typeof value === 'string' ? parseDuration(String(value)) : undefined
  if (span === undefined) complain('seconds or a duration (90, 5m, 1h30m) were expected')
  return span
}

function texts(value: unknown, complain: Complain): string[] {
  const found = (Array.isArray(value) ? value : [value]).map((one) => (typeof one === 'number' ? String(one) : one))
  if (isNames(found) && found.length > 0) return found
  complain('a text or a list of texts was expected')
  return []
}

function choices<const W extends string>(value: unknown, words: readonly W[], complain: Complain): W[] {
  const given = Array.isArray(value) ? value : [value]
  const found = given.map((one) => words.find((word) => word === String(one).toLowerCase()))
  const wrong = given.find((_, index) => found[index] === undefined)
  const expected = `${words.slice(0, -1).join(', ')} or ${words.at(-1)} was expected`
  if (given.length === 0) complain(`${expected}: an empty list can never be true`)
  else if (wrong !== undefined) complain(`${expected}${didYouMean(String(wrong), words)}`)
  return found.filter((word) => word !== undefined)
}
