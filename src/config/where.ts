import { findConfig } from './find.ts'
import { interpret } from './interpret.ts'
import { sourceOf } from './lines.ts'
import { readDocument } from './read.ts'

/** Names a rule and the line of the configuration where it stands: `when.longer_than in FILE:LINE`. */
export type RuleFinder = (target: string | undefined, rule: string) => string | undefined

/** Reasons that no line of a configuration gives. */
const reasons = new Set(['', 'off', 'interrupted', 'hook', 'repeated', 'paused', 'done', 'rank', 'ranks'])

const none: RuleFinder = (_, rule) => (reasons.has(rule) ? undefined : rule)

/** Files that were looked into; the file of a hundred entries is the same. */
const finders = new Map<string, Promise<RuleFinder>>()

/** Where rules stand in a configuration file; where there is none their names alone. */
export function ruleFinder(path: string | undefined): Promise<RuleFinder> {
  if (path === undefined) return Promise.resolve(none)
  const known = finders.get(path) ?? readRules(path).catch(() => none)
  finders.set(path, known)
  return known
}

/** The line of a word at the top: `FILE:LINE`. */
export async function lineOfWord(named: string | undefined, word: string): Promise<string | undefined> {
  const path = findConfig(named)?.path
  return path === undefined ? undefined : (await ruleFinder(path))(undefined, word)
}

async function readRules(path: string): Promise<RuleFinder> {
  const document = await readDocument(path, { pipe: false })
  const { config } = await interpret(document)
  const { line } = await sourceOf(document.text)
  return (target, rule) => {
    const [word = ''] = rule.split('.')
    const owner = target === undefined || !Object.hasOwn(config.targets, target) ? undefined : config.targets[target]
    const own = Object.hasOwn(owner?.rules ?? {}, word)
    const at = own ? (owner?.at ?? []) : []
    const found = own || words.has(word) ? line([...at, ...rule.split('.')]) : undefined
    return found === undefined ? none(target, rule) : `${rule} in ${path}:${found}`
  }
}

/** Rules that may stand at the top. */
const words = new Set([
  'agents',
  'private',
  'ignore',
  'always',
  'only',
  'longer_than',
  'quiet',
  'limit',
  'dedupe',
  'escalate',
  'fallback',
])
