import { normalKey } from '../backends/contract/read-option.ts'
import { templateProblem } from '../notification/template.ts'
import { parseDuration } from '../platform/duration.ts'
import { didYouMean } from '../platform/suggest.ts'
import { readAgents } from './agents.ts'
import { readAway } from './away.ts'
import { readDisplay } from './display.ts'
import { patterns } from './rule-values.ts'
import { isMapping, isNames } from './shapes.ts'
import type { Config } from './types.ts'

/** Reads a word at the top into the configuration; what it returns is what is wrong. */
export type TopReader = (value: unknown, config: Config) => string | undefined

/** The reader of a word, whatever its case and with or without `_`; nothing for a target's name. */
export function topReader(word: string): TopReader | undefined {
  const name = topWords.find((known) => normalKey(known) === normalKey(word))
  return name === undefined ? undefined : readers[name]
}

const readers: Record<string, TopReader> = {
  backends: (value, config) => {
    const names = typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value
    if (!isNames(names) || names.length === 0) return 'expected a list of targets'
    config.backends = names
    return undefined
  },
  // dschep/ntfy's word for it, until its version 1.
  backend: (value, config) => {
    if (typeof value !== 'string' || value === '') return 'expected the name of a backend'
    // Where `backends` is there, too, that holds.
    if (config.backends.join() === 'default') config.backends = [value]
    config.warnings.push(`${config.path}: backend is the old word for it: expected backends: [${value}]`)
    return undefined
  },
  groups: (value, config) => {
    if (!isMapping(value)) return 'expected group names, each with a list of targets'
    for (const [name, members] of Object.entries(value)) {
      if (!isNames(members)) return `${name}: expected a list of targets`
      config.groups[name] = members
    }
    return undefined
  },
  title: (value, config) => {
    if (typeof value !== 'string') return 'expected a string'
    config.title = value
    return templateProblem(value)
  },
  ignore: (value, config) => readPatterns(value, config.ignore),
  always: (value, config) => readPatterns(value, config.always),
  only: (value, config) => readPatterns(value, config.only),
  longer_than: (value, config) => {
    const milliseconds =
      typeof value === 'number' || typeof value === 'string' ? parseDuration(String(value)) : undefined
    if (milliseconds === undefined) return 'expected seconds or a duration (90, 5m, 1h30m)'
    config.longerThan = milliseconds
    return undefined
  },
  agents: readAgents,
  away: readAway,
  show_command: (value, config) => readDisplay('show_command', value, config),
  hide_command: (value, config) => readDisplay('hide_command', value, config),
  private: (value, config) => {
    if (value !== 'drop' && value !== 'hide')
      return `expected drop or hide${didYouMean(String(value), ['drop', 'hide'])}`
    config.private = value
    return undefined
  },
  needs_input: (value, config) => {
    // YAML 1.1's no is false.
    const word = value === false ? 'no' : value
    const known = (['auto', 'any', 'no'] as const).find((one) => one === word)
    if (known === undefined) return `expected auto, any or no${didYouMean(String(word), ['auto', 'any', 'no'])}`
    config.needsInput = known
    return undefined
  },
  stats: (value, config) => {
    if (typeof value !== 'boolean') return 'expected true or false'
    config.stats = value
    return undefined
  },
}

/** Words at the top that are read elsewhere. */
const otherWords = ['pings', 'quiet', 'limit', 'dedupe', 'escalate', 'fallback', 'fallback_after']

function readPatterns(value: unknown, found: string[]): string | undefined {
  if (value === null || (Array.isArray(value) && value.length === 0)) return undefined
  let problem: string | undefined
  const complain = (what: string) => {
    problem = what
  }
  found.push(...patterns(value, complain))
  return problem
}

/** Every word that means something at the top. */
export const topWords = [...Object.keys(readers), ...otherWords]
