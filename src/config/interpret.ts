import { backendAliases, backendName, backends, loadBackend } from '../backends/index.ts'
import { parseDuration } from '../duration.ts'
import { findOption, normalKey, type Options, readOption } from '../options.ts'
import { didYouMean } from '../suggest.ts'
import { templateProblem } from '../template.ts'
import { sourceOf } from './lines.ts'
import type { Document, Problem } from './read.ts'
import { referenceOf } from './secrets.ts'
import { type Config, emptyConfig, type Target } from './types.ts'

/** More nodes than this, aliases followed, is a bomb and not a configuration. */
const mostNodes = 10_000

type Mapping = Record<string, unknown>

/** What a document says, and everything that is wrong with it. */
export async function interpret(document: Document): Promise<{ config: Config; problems: Problem[] }> {
  const config = emptyConfig(document.path)
  config.lasting = document.stats.isFile()
  const problems: Problem[] = []
  const { content } = document
  if (content === undefined || content === null) return { config, problems }
  if (!isMapping(content)) {
    const found = Array.isArray(content) ? 'a list' : 'a single value'
    problems.push({ at: [], what: `names with values (backends: [desktop]) were expected, not ${found}`, line: 1 })
    return { config, problems }
  }
  if (countNodes(content, mostNodes) > mostNodes) {
    problems.push({ at: [], what: 'too much content for a configuration', line: 1 })
    return { config, problems }
  }
  await readTop(document, content, config, problems)
  checkReferences(config, problems)
  return { config, problems }
}

async function readTop(document: Document, content: Mapping, config: Config, problems: Problem[]): Promise<void> {
  const sections: Section[] = []
  for (const [key, value] of Object.entries(content)) {
    const word = normalKey(key)
    const reader = Object.hasOwn(topWords, word) ? topWords[word] : undefined
    if (reader !== undefined) {
      const what = reader(value, config)
      if (what !== undefined) problems.push({ at: [key], what })
    } else if (word === 'notifications' && isMapping(value)) {
      for (const [name, section] of Object.entries(value)) {
        sections.push({ name, value: section, at: [key, name], backendKeys: ['type', 'backend'] })
      }
      if (!Object.hasOwn(content, 'backends')) config.backends = Object.keys(value)
    } else if (isMapping(value) || (value === null && backendName(key) !== undefined)) {
      sections.push({ name: key, value: value ?? {}, at: [key], backendKeys: ['backend'] })
    } else {
      const known = [...Object.keys(topNames), ...Object.keys(backends)]
      problems.push({ at: [key], what: `unknown word${didYouMean(key, known)}` })
    }
  }
  for (const section of sections) await readSection(document, section, config, problems)
}

/** How each word at the top is read; what a reader returns is what is wrong. */
const topNames = {
  backends: (value: unknown, config: Config) => {
    const names = typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value
    if (!isNames(names)) return 'a list of targets was expected'
    config.backends = names
    return undefined
  },
  groups: (value: unknown, config: Config) => {
    if (!isMapping(value)) return 'names with lists of targets were expected'
    for (const [name, members] of Object.entries(value)) {
      if (!isNames(members)) return `${name}: a list of targets was expected`
      config.groups[name] = members
    }
    return undefined
  },
  title: (value: unknown, config: Config) => {
    if (typeof value !== 'string') return 'text was expected'
    config.title = value
    return templateProblem(value)
  },
  longer_than: (value: unknown, config: Config) => {
    const milliseconds =
      typeof value === 'number' || typeof value === 'string' ? parseDuration(String(value)) : undefined
    if (milliseconds === undefined) return 'seconds or a duration (90, 5m, 1h30m) were expected'
    config.longerThan = milliseconds
    return undefined
  },
  hide_command: (value: unknown, config: Config) => {
    if (typeof value !== 'boolean') return 'true or false was expected'
    config.hideCommand = value
    return undefined
  },
}
const topWords: Record<string, (value: unknown, config: Config) => string | undefined> = Object.fromEntries(
  Object.entries(topNames).map(([name, reader]) => [normalKey(name), reader]),
)

interface Section {
  name: string
  value: unknown
  at: string[]
  /** Keys that may name the backend, the first that is there wins. */
  backendKeys: string[]
}

async function readSection(document: Document, section: Section, config: Config, problems: Problem[]): Promise<void> {
  const { name, value, at } = section
  if (!isMapping(value)) {
    problems.push({ at, what: 'options (key: value) were expected' })
    return
  }
  const backendKey = section.backendKeys.find((key) => Object.hasOwn(value, key))
  const named = backendKey === undefined ? undefined : value[backendKey]
  const backend = backendName(String(named ?? name))
  if (backend === undefined) {
    if (named === undefined) config.targets[name] = { name, backend: '', settings: {} }
    else {
      const known = [...Object.keys(backends), ...Object.keys(backendAliases)]
      problems.push({
        at: [...at, backendKey ?? ''],
        what: `unknown backend ${named}${didYouMean(String(named), known)}`,
      })
    }
    return
  }
  const target: Target = { name, backend, settings: {} }
  config.targets[name] = target
  const { options } = await loadBackend(backend)
  for (const [key, setting] of Object.entries(value)) {
    if (key === backendKey) continue
    if (key === 'title' && findOption(options, key) === undefined) {
      const what = typeof setting === 'string' ? templateProblem(setting) : 'text was expected'
      if (what !== undefined) problems.push({ at: [...at, key], what })
      else target.title = String(setting)
    } else await readSetting(document, { key, setting, at: [...at, key] }, options, target, problems)
  }
  for (const [option, { details }] of Object.entries(options)) {
    if (details.required && !Object.hasOwn(target.settings, option)) {
      problems.push({ at, what: `${option} is missing: ${details.description}` })
    }
  }
}

async function readSetting(
  document: Document,
  { key, setting, at }: { key: string; setting: unknown; at: string[] },
  options: Options,
  target: Target,
  problems: Problem[],
): Promise<void> {
  const name = findOption(options, key)
  const option = name === undefined ? undefined : options[name]
  if (name === undefined || option === undefined) {
    const known = Object.keys(options)
    const what = `unknown option${didYouMean(key, known)} (known: ${known.join(', ')})`
    problems.push({ at, what })
    return
  }
  if (Object.hasOwn(target.settings, name)) problems.push({ at, what: `${name} is there twice` })
  let value = setting
  // A number in the place of a text is taken as it was typed: 007 and 1e3 are keys of somebody's account.
  if (option.kind === 'text' && typeof value === 'number') value = (await sourceOf(document.text)).spelling(at) ?? value
  target.settings[name] = value
  if (referenceOf(value) !== undefined) return
  const result = readOption(option, value)
  if ('problem' in result) problems.push({ at, what: result.problem })
}

/** Names in `backends` and `groups` have to lead to something. */
function checkReferences(config: Config, problems: Problem[]): void {
  const known = [...Object.keys(config.targets), ...Object.keys(config.groups), ...Object.keys(backends)]
  const check = (name: string, at: string[]) => {
    const target = Object.hasOwn(config.targets, name) ? config.targets[name] : undefined
    if (target?.backend === '') {
      problems.push({ at: [name], what: `names no backend (backend: ...)${didYouMean(name, Object.keys(backends))}` })
    } else if (!target && !Object.hasOwn(config.groups, name) && backendName(name) === undefined) {
      problems.push({ at, what: `unknown target ${name}${didYouMean(name, known)}` })
    }
  }
  for (const name of config.backends) check(name, ['backends'])
  for (const [group, members] of Object.entries(config.groups)) {
    for (const name of members) {
      if (Object.hasOwn(config.groups, name))
        problems.push({ at: ['groups', group], what: `${name} is itself a group` })
      else check(name, ['groups', group])
    }
  }
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}

function countNodes(value: unknown, most: number): number {
  let count = 0
  const pending = [value]
  while (pending.length > 0 && count <= most) {
    const node = pending.pop()
    count++
    if (typeof node === 'object' && node !== null) pending.push(...Object.values(node))
  }
  return count
}
