import { normalKey } from '../backends/contract/options.ts'
import { backendName, backends } from '../backends/index.ts'
import { didYouMean } from '../platform/suggest.ts'
import type { Document, Problem } from './read.ts'
import { checkReferences } from './references.ts'
import { readRule, ruleWord } from './rules.ts'
import { type Reading, readSection } from './section.ts'
import { isMapping, type Mapping } from './shapes.ts'
import { topReader, topWords } from './top.ts'
import { distrust, isReadableByOthers } from './trust.ts'
import { type Config, emptyConfig } from './types.ts'

/** More nodes than this, aliases followed, is a bomb and not a configuration. */
const mostNodes = 10_000

/** What a document says, and everything that is wrong with it. */
export async function interpret(document: Document): Promise<{ config: Config; problems: Problem[] }> {
  const config = emptyConfig(document.path)
  config.lasting = document.stats.isFile()
  const problems: Problem[] = []
  const { content } = document
  if (content === undefined || content === null) return { config, problems }
  if (!isMapping(content)) {
    const found = Array.isArray(content) ? 'a list' : 'a single value'
    problems.push({ at: [], what: `expected a mapping (backends: [desktop]), not ${found}`, line: 1 })
    return { config, problems }
  }
  if (countNodes(content, mostNodes) > mostNodes) {
    problems.push({ at: [], what: 'too much content for a configuration', line: 1 })
    return { config, problems }
  }
  const reading: Reading = { document, config, problems, distrust: distrust(document), literalSecrets: false }
  await readTop(content, reading)
  checkReferences(config, problems)
  if (reading.literalSecrets && isReadableByOthers(document.stats)) {
    const name = document.path
    config.warnings.push(`${name}: others can read the secrets in it; chmod 600 ${name}`)
  }
  return { config, problems }
}

async function readTop(content: Mapping, reading: Reading): Promise<void> {
  const { config, problems } = reading
  for (const [key, value] of Object.entries(content)) {
    const reader = topReader(key)
    const what = reader?.(value, config)
    if (what !== undefined) problems.push({ at: [key], what })
    if (reader !== undefined) continue
    const rule = ruleWord(key)
    if (rule !== undefined && rule !== 'when') {
      readRule(rule, value, config.rules, (wrong, ...below) => problems.push({ at: [key, ...below], what: wrong }))
      continue
    }
    if (normalKey(key) === 'notifications') await readNotifications(key, value, content, reading)
    else if (isMapping(value)) await readSection({ name: key, value, at: [key], backendKeys: ['backend'] }, reading)
    else if (value === null && backendName(key) !== undefined) {
      await readSection({ name: key, value: {}, at: [key], backendKeys: [] }, reading)
    } else {
      problems.push({ at: [key], what: `unknown setting${didYouMean(key, [...topWords, ...Object.keys(backends)])}` })
    }
  }
}

/** Backy's section: each of its entries is a target, and all of them are used unless `backends` says otherwise. */
async function readNotifications(key: string, value: unknown, content: Mapping, reading: Reading): Promise<void> {
  if (!isMapping(value)) {
    reading.problems.push({ at: [key], what: 'expected a mapping of names to options' })
    return
  }
  for (const [name, section] of Object.entries(value)) {
    if (isMapping(section)) {
      await readSection({ name, value: section, at: [key, name], backendKeys: ['type', 'backend'] }, reading)
    } else reading.problems.push({ at: [key, name], what: 'expected options (key: value)' })
  }
  const hasBackends = Object.keys(content).some((word) => normalKey(word) === 'backends')
  if (!hasBackends) reading.config.backends = Object.keys(value)
}

function countNodes(value: unknown, most: number): number {
  let count = 0
  const pending = [value]
  while (pending.length > 0 && count <= most) {
    const node = pending.pop()
    count++
    // Not all at once: a call takes some hundred thousand arguments at most.
    if (typeof node === 'object' && node !== null) for (const value of Object.values(node)) pending.push(value)
  }
  return count
}
