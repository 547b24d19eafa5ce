import { normalKey } from '../backends/contract/read-option.ts'
import { agentEvents } from '../notification/agent.ts'
import { didYouMean } from '../platform/suggest.ts'
import { choices, duration, patterns, texts } from './rule-values.ts'
import { isMapping } from './shapes.ts'
import type { Config } from './types.ts'

/** More lines than anybody reads of a notification. */
const mostLines = 100

/** Agents give up a hook that takes ten minutes, milliseconds. */
const mostAskTime = 9 * 60_000

/** Reads `agents`: what notifies of a coding agent, and who may answer it. */
export function readAgents(value: unknown, config: Config): string | undefined {
  if (value === null) return undefined
  if (!isMapping(value)) return `expected a mapping (${known.join(', ')})`
  const problem = readSettings(value, config.agents)
  // Nobody is asked by half of what was to narrow it.
  if (problem !== undefined) config.agents.ask = []
  return problem
}

function readSettings(value: Record<string, unknown>, agents: Agents): string | undefined {
  for (const [key, setting] of Object.entries(value)) {
    const name = known.find((word) => normalKey(word) === normalKey(key))
    if (name === undefined) return `${key}: unknown word${didYouMean(key, known)} (known: ${known.join(', ')})`
    const problem = readers[name]?.(setting, agents)
    if (problem !== undefined) return `${key}: ${problem}`
  }
  return undefined
}

type Agents = Config['agents']

const shownTexts = ['answer', 'prompt', 'none'] as const

const readers: Record<string, (value: unknown, agents: Agents) => string | undefined> = {
  longer_than(value, agents) {
    const { span, problem } = readTime(value)
    agents.longerThan = span ?? agents.longerThan
    return problem
  },
  settle(value, agents) {
    const { span, problem } = readTime(value)
    agents.settle = span ?? agents.settle
    return problem
  },
  notify(value, agents) {
    const problems: string[] = []
    const isNothing = Array.isArray(value) && value.length === 0
    agents.notify = isNothing ? [] : choices(value, agentEvents, (what) => problems.push(what))
    return problems[0]
  },
  text(value, agents) {
    const text = shownTexts.find((word) => word === value)
    if (text === undefined) return `expected answer, prompt or none${didYouMean(String(value), shownTexts)}`
    agents.text = text
    return undefined
  },
  lines(value, agents) {
    const lines = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
    if (!Number.isInteger(lines) || Number(lines) < 0 || Number(lines) > mostLines) {
      return `expected a number of lines, ${mostLines} at most`
    }
    agents.lines = Number(lines)
    return undefined
  },
  ask(value, agents) {
    const { found, problem } = readTexts(value, texts)
    agents.ask = found
    return problem
  },
  ask_timeout(value, agents) {
    const { span, problem } = readTime(value)
    if (span === 0 || (span ?? 0) > mostAskTime) return 'expected a time of 9m at most'
    agents.askTimeout = span ?? agents.askTimeout
    return problem
  },
  ask_only(value, agents) {
    const { found, problem } = readTexts(value, patterns)
    agents.askOnly = found
    return problem
  },
  never(value, agents) {
    const { found, problem } = readTexts(value, patterns)
    agents.never = found
    return problem
  },
}

const known = Object.keys(readers)

function readTime(value: unknown): { span?: number | undefined; problem?: string | undefined } {
  const problems: string[] = []
  const span = duration(value, (what) => problems.push(what))
  return { span, problem: problems[0] }
}

/** Nothing, one, or a list. */
function readTexts(
  value: unknown,
  read: (value: unknown, complain: (what: string) => void) => string[],
): { found: string[]; problem?: string | undefined } {
  if (value === null || value === false || (Array.isArray(value) && value.length === 0)) return { found: [] }
  const problems: string[] = []
  const found = read(value, (what) => problems.push(what))
  return { found, problem: problems[0] }
}
