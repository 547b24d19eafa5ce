import { hostname } from 'node:os'
import type { Away } from '../away/index.ts'
import { commandPattern } from '../command-line/command-pattern.ts'
import type { When } from '../config/when.ts'
import type { AgentDetails } from '../notification/agent.ts'
import type { Outcome, Source } from '../notification/index.ts'
import { shortDuration } from '../platform/duration.ts'
import { isWithin } from '../platform/hours.ts'

/** What the conditions are about. */
export interface Facts {
  source: Source
  time: Date
  /** Where it was made, if not here. */
  host?: string
  /** Whose job it is about, or who made it. */
  user?: string
  /** The agent that it is about. */
  agent?: Pick<AgentDetails, 'name' | 'event'>
  /** How the command ended, its text as it was typed; nothing for a message of `send`. */
  outcome?: Outcome
  /** Whether somebody is looking: determined only if a condition needs it. */
  away: () => Promise<Away>
}

/** A condition that does not hold. */
export interface Unmet {
  condition: keyof When
  /** Why, as a user reads it: `shorter than 5 m`. */
  text: string
}

/** The first condition that does not hold. What a notification has not, a message's duration, does not apply to it. */
export async function unmet(when: When, facts: Facts): Promise<Unmet | undefined> {
  for (const condition of Object.keys(checks) as (keyof When)[]) {
    if (when[condition] === undefined) continue
    const text = await checks[condition](when, facts)
    if (text !== undefined) return { condition, text }
  }
  return undefined
}

type Check = (when: When, facts: Facts) => string | undefined | Promise<string | undefined>

/** What rules a notification out, in the order of checking: the most expensive is last. */
const checks: { [C in keyof When]-?: Check } = {
  source: ({ source: wanted = [] }, { source }) => {
    const name = source === 'pid' ? 'done' : source
    return wanted.some((one) => one === name) ? undefined : `from ${name}, not from ${wanted.join(' or ')}`
  },
  agent: ({ agent: wanted = [] }, { agent }) =>
    agent === undefined || wanted.includes(agent.name)
      ? undefined
      : `from ${agent.name}, not from ${wanted.join(' or ')}`,
  event: ({ event: wanted = [] }, { agent }) =>
    agent === undefined || wanted.includes(agent.event) ? undefined : `${agent.event}, not ${wanted.join(' or ')}`,
  status: ({ status: wanted = [] }, { outcome }) => {
    if (outcome?.status === undefined && outcome?.signal === undefined && !outcome?.lost) return undefined
    const kinds = kindsOf(outcome)
    return wanted.some((one) => kinds.includes(one)) ? undefined : `${kinds.join(', a ')}, not ${wanted.join(' or ')}`
  },
  longer_than: ({ longer_than: least = 0 }, { outcome }) =>
    outcome?.durationMs !== undefined && outcome.durationMs < least
      ? `shorter than ${shortDuration(least)}`
      : undefined,
  shorter_than: ({ shorter_than: most = 0 }, { outcome }) =>
    outcome?.durationMs !== undefined && outcome.durationMs >= most
      ? `not shorter than ${shortDuration(most)}`
      : undefined,
  user: ({ user: wanted = [] }, { user }) =>
    user === undefined || wanted.includes(user) ? undefined : `of ${user}, not of ${wanted.join(' or ')}`,
  host: ({ host: wanted = [] }, { host = hostname() }) => {
    const name = host.toLowerCase()
    const isHere = (one: string) =>
      one.includes('*') ? wildcard(one).test(name) : [name, name.split('.')[0]].includes(one.toLowerCase())
    return wanted.some(isHere) ? undefined : `on ${name}, not on ${wanted.join(' or ')}`
  },
  command: ({ command: wanted = [] }, { outcome }) => {
    const line = outcome?.command
    if (line === undefined) return undefined
    return wanted.some((pattern) => commandPattern(pattern)(line)) ? undefined : `not ${wanted.join(' or ')}`
  },
  not_command: ({ not_command: unwanted = [] }, { outcome }) => {
    const line = outcome?.command
    const found = line === undefined ? undefined : unwanted.find((pattern) => commandPattern(pattern)(line))
    return found === undefined ? undefined : `it is ${found}`
  },
  hours: ({ hours = [] }, { time }) =>
    hours.some((one) => isWithin(one.hours, time)) ? undefined : `outside ${hours.map(({ text }) => text).join(', ')}`,
  away: async ({ away: wanted }, facts) => {
    const { answer, source } = await facts.away()
    // Unknown notifies: who says that nobody may look must be sure that somebody does.
    if (wanted === (answer !== 'no')) return undefined
    return wanted ? `somebody was looking (${source})` : `nobody was looking (${source})`
  },
}

function kindsOf(outcome: Outcome): ('success' | 'failure' | 'signal')[] {
  // A shell says by 129 to 192 that a signal ended what it ran.
  const { signal, status = 0 } = outcome
  if (signal !== undefined || (status > 128 && status <= 192)) return ['signal', 'failure']
  return [status === 0 && !outcome.lost ? 'success' : 'failure']
}

/** `build*`: a star stands for anything. */
function wildcard(pattern: string): RegExp {
  const parts = pattern.toLowerCase().split('*')
  return new RegExp(`^${parts.map((part) => part.replace(/[^a-z0-9]/g, '\\$&')).join('.*')}$`)
}
