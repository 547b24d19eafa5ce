import { isServiceAddress } from '../backends/contract/address.ts'
import { normalKey } from '../backends/contract/read-option.ts'
import { backendName, backends } from '../backends/index.ts'
import { didYouMean } from '../platform/suggest.ts'
import type { Document, Problem } from './read.ts'
import { checkReferences } from './references.ts'
import type { Complain } from './rule-values.ts'
import { readRule, ruleWord } from './rules.ts'
import { referenceOf } from './secrets.ts'
import { type Reading, readSection } from './section.ts'
import { isMapping, type Mapping } from './shapes.ts'
import { topReader, topWords } from './top.ts'
import { distrust, isReadableByOthers } from './trust.ts'
import { asTyped, withoutLoss } from './typed.ts'
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
  if ([...config.backends, ...Object.values(config.groups).flat()].some(isServiceAddress)) {
    await (await import('./addresses.ts')).readAddressesAmongNames(config, problems)
    reading.literalSecrets = true
  }
  checkReferences(config, problems)
  if (reading.literalSecrets && isReadableByOthers(document.stats)) {
    const name = document.path
    config.warnings.push(`${name}: others can read the secrets in it; chmod 600 ${name}`)
  }
  return { config, problems }
}

/** Words at the top that hold lists of texts. */
const textWords = new Set(['backends', 'groups', 'ignore', 'always', 'only'])

function isTarget(value: unknown): boolean {
  return isMapping(value) && typeof value['backend'] === 'string'
}

async function readTop(content: Mapping, reading: Reading): Promise<void> {
  const { config, document, problems } = reading
  for (const [key, value] of Object.entries(content)) {
    const reader = topReader(key)
    const rule = ruleWord(key)
    if ((reader !== undefined || (rule !== undefined && rule !== 'when')) && isTarget(value)) {
      problems.push({
        at: [key],
        what: `is a setting's name: expected another one for a target (my_${key}: {backend: ...})`,
      })
      continue
    }
    const isList = typeof value === 'object' && textWords.has(normalKey(key))
    const what = reader?.(isList ? await asTyped(value, [key], document) : value, config)
    if (what !== undefined) problems.push({ at: [key], what })
    if (reader !== undefined) continue
    if (rule !== undefined && rule !== 'when') {
      const complain: Complain = (wrong, ...below) => problems.push({ at: [key, ...below], what: wrong })
      readRule(rule, await withoutLoss(value, [key], document), config.rules, complain)
      continue
    }
    if (rule === 'when' && !(isMapping(value) && Object.hasOwn(value, 'backend'))) {
      problems.push({ at: [key], what: 'belongs into a target (phone: {backend: ntfy_sh, when: {...}})' })
      continue
    }
    if (normalKey(key) === 'pings') await (await import('./pings.ts')).readPings(key, value, reading)
    else if (normalKey(key) === 'notifications') await readNotifications(key, value, content, reading)
    else if (isMapping(value)) await readSection({ name: key, value, at: [key], backendKeys: ['backend'] }, reading)
    else if (value === null && backendName(key) !== undefined) {
      await readSection({ name: key, value: {}, at: [key], backendKeys: [] }, reading)
    } else if (typeof value === 'string' && backendName(value) !== undefined) {
      problems.push({ at: [key], what: `expected options; write ${key}: {backend: ${backendName(value)}}` })
    } else if (typeof value === 'string' && isServiceAddress(value)) {
      await (await import('./addresses.ts')).readAddressTarget(key, value, [key], reading)
      reading.literalSecrets = true
    } else if (backendName(key) !== undefined) {
      problems.push({
        at: [key],
        what: `expected its options (${key}: {...}; ntfy backends ${backendName(key)} lists them)`,
      })
    } else {
      problems.push({ at: [key], what: `unknown setting${didYouMean(key, [...topWords, ...Object.keys(backends)])}` })
    }
  }
}

/** Backy's section: each of its targets is used unless `backends` says otherwise. */
async function readNotifications(key: string, value: unknown, content: Mapping, reading: Reading): Promise<void> {
  const { config, problems } = reading
  if (!isMapping(value)) {
    problems.push({ at: [key], what: 'expected a mapping of names to options' })
    return
  }
  const names: string[] = []
  for (const [name, section] of Object.entries(value)) {
    if (typeof section === 'string' && isServiceAddress(section)) {
      names.push(name)
      await (await import('./addresses.ts')).readAddressTarget(name, section, [key, name], reading)
      reading.literalSecrets = true
    } else if (!isMapping(section)) problems.push({ at: [key, name], what: 'expected options (key: value)' })
    else if (isService(name, section)) names.push(...(await readService(name, section, [key, name], reading)))
    else {
      names.push(name)
      await readSection({ name, value: section, at: [key, name], backendKeys: ['type', 'backend'] }, reading)
    }
  }
  const hasBackends = Object.keys(content).some((word) => /^backends?$/.test(normalKey(word)))
  if (!hasBackends) config.backends = names
}

/** Is this a backend with its targets below it, as Backy has it now, and not a target with its options? */
function isService(name: string, section: Mapping): boolean {
  const values = Object.values(section)
  const isBackend = backendName(name) !== undefined && values.length > 0
  return isBackend && values.every((one) => isMapping(one) && referenceOf(one) === undefined)
}

/** @returns the names of the targets: with that of the service where another target has the same */
async function readService(service: string, section: Mapping, at: string[], reading: Reading): Promise<string[]> {
  const names: string[] = []
  for (const [id, options] of Object.entries(section)) {
    const name = Object.hasOwn(reading.config.targets, id) ? `${service}.${id}` : id
    names.push(name)
    const backendKeys = ['type', 'backend']
    await readSection({ name, value: options as Mapping, at: [...at, id], backendKeys, service }, reading)
  }
  return names
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
