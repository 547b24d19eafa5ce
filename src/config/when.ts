import { normalKey } from '../backends/contract/read-option.ts'
import { beginsWith, patternWords } from '../command-line/command-pattern.ts'
import { type AgentEventName, type AgentName, agentEvents, agentNames } from '../notification/agent.ts'
import type { Hours } from '../platform/hours.ts'
import { didYouMean } from '../platform/suggest.ts'
import { type Complain, choices, duration, patterns, readHours, texts } from './rule-values.ts'
import { isMapping } from './shapes.ts'

/** All that is there has to hold; of several values one. */
export interface When {
  status?: ('success' | 'failure' | 'signal')[]
  /** Milliseconds, at least. */
  longer_than?: number
  /** Milliseconds. */
  shorter_than?: number
  /** true: nobody is looking, as far as anybody knows; false: somebody is. */
  away?: boolean
  source?: ('send' | 'done' | 'hook' | 'agent' | 'received')[]
  agent?: AgentName[]
  event?: AgentEventName[]
  host?: string[]
  user?: string[]
  /** Patterns (src/command-pattern.ts). */
  command?: string[]
  not_command?: string[]
  hours?: { text: string; hours: Hours }[]
}

/** Reads the conditions of a target; what is wrong goes to `complain`. */
export function readWhen(value: unknown, complain: Complain): When {
  const when: When = {}
  if (isMapping(value)) {
    for (const [key, condition] of Object.entries(value)) readCondition(key, condition, when, complain)
    checkPossible(when, complain)
  } else complain(`expected conditions (${Object.keys(conditions).join(', ')})`)
  return when
}

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
    else complain('expected true or false')
  },
  source: (value, when, complain) => {
    when.source = choices(value, ['send', 'done', 'hook', 'agent', 'received'] as const, complain)
  },
  agent: (value, when, complain) => {
    when.agent = choices(value, agentNames, complain)
  },
  event: (value, when, complain) => {
    when.event = choices(value, agentEvents, complain)
  },
  host: (value, when, complain) => {
    when.host = texts(value, complain)
  },
  user: (value, when, complain) => {
    when.user = texts(value, complain)
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

/** Two conditions that exclude each other are a mistake that would go unnoticed: nothing would ever be sent. */
function checkPossible(when: When, complain: Complain): void {
  const { longer_than: least, shorter_than: most, command = [], not_command: not = [] } = when
  if (least !== undefined && most !== undefined && least >= most) {
    complain('can never be true: nothing is longer than longer_than and shorter than shorter_than', 'longer_than')
  }
  if (command.length > 0 && command.every((pattern) => not.some((other) => excludes(other, pattern)))) {
    complain('can never be true: not_command excludes all of command', 'not_command')
  }
}

/** Does one pattern match whatever the other does? */
function excludes(pattern: string, other: string): boolean {
  const [words, others] = [patternWords(pattern), patternWords(other)]
  return pattern === other || (words !== undefined && others !== undefined && beginsWith(others, words))
}
