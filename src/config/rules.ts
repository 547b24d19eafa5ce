import { normalKey } from '../backends/contract/read-option.ts'
import { type Priority, priorities } from '../notification/index.ts'
import { parseDuration } from '../platform/duration.ts'
import type { Hours } from '../platform/hours.ts'
import { didYouMean } from '../platform/suggest.ts'
import { type Complain, duration, readHours } from './rule-values.ts'
import { isMapping } from './shapes.ts'
import { readWhen, type When } from './when.ts'

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
    rules.when = readWhen(value, complain)
  },
  quiet: (value, rules, complain) => {
    const { hours: given, except, ...rest } = isMapping(value) ? value : { hours: value, except: undefined }
    for (const key of Object.keys(rest)) complain(`unknown word${didYouMean(key, ['hours', 'except'])}`, key)
    const below = isMapping(value) && 'hours' in value ? ['hours'] : []
    const hours = readHours(given, (what) => complain(what, ...below))
    const priority = priorities.find((one) => one === String(except).toLowerCase())
    if (except !== undefined && priority === undefined) {
      complain(`expected a priority (${priorities.join(', ')})${didYouMean(String(except), priorities)}`, 'except')
    }
    rules.quiet = { hours: hours.map((one) => one.hours), except: priority }
  },
  limit: (value, rules, complain) => {
    const [, count = '', per = ''] = /^\s*(\d{1,4})\s*(?:\/|per)\s*(.+?)\s*$/.exec(String(value)) ?? []
    const span = spans[per.toLowerCase()] ?? spans[per.toLowerCase().replace(/s$/, '')] ?? parseDuration(per)
    if (Number(count) > mostCounted) return complain(`at most ${mostCounted} can be counted`)
    if (Number(count) < 1 || span === undefined || span < 1) {
      return complain('expected a number per time (10/hour, 3/10m)')
    }
    rules.limit = { count: Number(count), per: span, text: String(value).trim() }
  },
  dedupe: (value, rules, complain) => {
    const span = duration(value, complain)
    if (span !== undefined) rules.dedupe = span
  },
  fallback: (value, rules, complain) => {
    if (typeof value !== 'string' || value === '') return complain('expected the name of a target')
    rules.fallback = value
  },
  fallback_after: (value, rules, complain) => {
    const after = duration(value, complain)
    if (after !== undefined) rules.fallback_after = after
  },
  escalate: (value, rules, complain) => {
    if (!isMapping(value)) return complain('expected a target and a time ({to: phone, after: 2m})')
    const { to, after, ...rest } = value
    for (const key of Object.keys(rest)) complain(`unknown word${didYouMean(key, ['to', 'after'])}`, key)
    const wait = duration(after, (what) => complain(what, ...('after' in value ? ['after'] : [])))
    if (typeof to !== 'string' || to === '') complain('expected the name of a target', ...('to' in value ? ['to'] : []))
    else if (wait !== undefined) rules.escalate = { to, after: wait }
  },
}

/** As many as a target's file of counters holds. */
const mostCounted = 2000

const spans: Record<string, number> = {
  s: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  week: 604_800_000,
}
