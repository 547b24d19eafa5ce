import { dirname } from 'node:path'
import type { Option, OptionKind, Options } from '../backends/contract/options.ts'
import { findOption, normalKey, readOption } from '../backends/contract/read-option.ts'
import { backendAliases, backendName, backends, loadBackend } from '../backends/index.ts'
import { templateProblem } from '../notification/template.ts'
import { messageOf } from '../platform/errors.ts'
import { didYouMean } from '../platform/suggest.ts'
import { displayWord, readDisplay } from './display.ts'
import { hideSecretsOf, hideValue } from './hide.ts'
import { misunderstanding } from './misunderstanding.ts'
import { thirdPartyFile } from './module.ts'
import type { Document, Problem } from './read.ts'
import { readRule, ruleWord } from './rules.ts'
import { pathFrom, type Reference, referenceOf } from './secrets.ts'
import { isMapping, type Mapping } from './shapes.ts'
import { programRefusal, refusal } from './trust.ts'
import { asTyped, withoutLoss } from './typed.ts'
import type { Config, Target } from './types.ts'

/** What is being read, and where what is found goes. */
export interface Reading {
  document: Document
  config: Config
  problems: Problem[]
  /** Why the file may not name programs to run, if it may not. */
  distrust: string | undefined
  /** Are there secrets in the file itself? */
  literalSecrets: boolean
}

export interface Section {
  name: string
  value: Mapping
  at: string[]
  /** Keys that may name the backend, in any spelling; the first that is there wins. */
  backendKeys: string[]
  /** The backend, if what it stands in says so. */
  service?: string
}

/** Reads a section: a backend with its options. One that names no backend is a section of somebody else. */
export async function readSection(section: Section, reading: Reading): Promise<void> {
  const { name, value, at } = section
  const { config, problems } = reading
  const backendKey = keyOf(value, section.backendKeys)
  const named = backendKey === undefined ? section.service : value[backendKey]
  if (named === undefined && backendName(name) === undefined) {
    config.targets[name] = { name, backend: '', settings: {} }
    return
  }
  const problem = (what: string, key?: string) =>
    void problems.push({ at: key === undefined ? at : [...at, key], what })
  let backend: string
  try {
    backend = backendOf(String(named ?? name), reading)
  } catch (error) {
    problem(messageOf(error), backendKey)
    return
  }
  const target: Target = { name, backend, settings: {}, at }
  config.targets[name] = target
  const loaded = await loadBackend(backend).catch(messageOf)
  if (typeof loaded === 'string') return problem(loaded, backendKey)
  const { options, freeOptions, missing } = loaded
  for (const [key, setting] of Object.entries(value)) {
    if (key === backendKey || (isOfBacky(section) && normalKey(key) === 'id')) continue
    const display = displayWord(key)
    if (normalKey(key) === 'title' && findOption(options, key) === undefined) {
      const template = await asTyped(setting, [...at, key], reading.document)
      const what = typeof template === 'string' ? templateProblem(template) : 'expected a string'
      if (what === undefined) target.title = String(template)
      else problem(what, key)
    } else if (display !== undefined && findOption(options, key) === undefined) {
      const what = readDisplay(display, setting, target)
      if (what !== undefined) problem(what, key)
    } else if (ruleWord(key) !== undefined && findOption(options, key) === undefined) {
      readTargetRule(key, await withoutLoss(setting, [...at, key], reading.document), target, reading)
    } else if (freeOptions) target.settings[key] = await withoutLoss(setting, [...at, key], reading.document)
    else await readSetting({ key, setting, at: [...at, key] }, options, target, reading)
  }
  for (const [option, { details }] of Object.entries(options)) {
    if (details.required === true && !Object.hasOwn(target.settings, option))
      problem(`${option} is missing: ${details.description}`)
  }
  const lacking = missing?.(target.settings)
  if (lacking !== undefined) problem(lacking)
}

/** The key of a mapping that is one of these words. */
function keyOf(value: Mapping, words: string[]): string | undefined {
  const keys = Object.keys(value)
  return words.flatMap((word) => keys.find((key) => normalKey(key) === word) ?? [])[0]
}

/** Backy's targets repeat their name in them. */
function isOfBacky({ backendKeys }: Section): boolean {
  return backendKeys.includes('type')
}

function readTargetRule(key: string, value: unknown, target: Target, { problems }: Reading): void {
  const word = ruleWord(key)
  target.rules ??= {}
  const at = [...(target.at ?? []), key]
  if (word) readRule(word, value, target.rules, (what, ...below) => problems.push({ at: [...at, ...below], what }))
}

/**
 * The backend that a section names: a known one, `module:NAME`, or the path of somebody's own.
 *
 * @throws with what is wrong
 */
function backendOf(named: string, { document, config, distrust }: Reading): string {
  const known = backendName(named)
  if (known !== undefined) return known
  const isModule = named.startsWith('module:')
  if (!isModule && !/[/\\]/.test(named)) {
    const words = [...Object.keys(backends), ...Object.keys(backendAliases)]
    throw new Error(`unknown backend ${named}${didYouMean(named, words)}`)
  }
  if (distrust !== undefined) throw new Error(`may not name a third-party backend: ${distrust}`)
  const module = moduleFile(named, config.lasting ? document.path : undefined)
  const problem = programRefusal(module, undefined)
  if (problem !== undefined) throw new Error(problem)
  return module
}

function moduleFile(named: string, file: string | undefined): string {
  if (!named.startsWith('module:')) return pathFrom(named, file)
  if (file === undefined) throw new Error(`${named}: a configuration from a pipe has no folder with node_modules`)
  return thirdPartyFile(named.slice('module:'.length), dirname(file))
}

/** Kinds of options whose values are texts. */
const textual = new Set<OptionKind>(['text', 'path', 'list', 'map', 'words'])

export async function readSetting(
  { key, setting, at }: { key: string; setting: unknown; at: string[] },
  options: Options,
  target: Target,
  reading: Reading,
): Promise<void> {
  const { document, config, problems, distrust } = reading
  const name = findOption(options, key)
  const option = name === undefined ? undefined : options[name]
  if (name === undefined || option === undefined) {
    const known = Object.keys(options)
    problems.push({ at, what: `unknown option${didYouMean(key, known)} (known: ${known.join(', ')})` })
    return
  }
  if (Object.hasOwn(target.settings, name)) problems.push({ at, what: `${name} is there twice` })
  const value = await (textual.has(option.kind) ? asTyped : withoutLoss)(setting, at, document)
  target.settings[name] = value
  target.keys ??= {}
  target.keys[name] = key
  const references = referencesIn(option, value)
  for (const one of references) if ('env' in one) hideValue(process.env[one.env] ?? '')
  if (hideSecretsOf(option, value)) reading.literalSecrets = true
  const result = readOption(option, value)
  const file = config.lasting ? document.path : undefined
  const meant = 'value' in result ? result.value : value
  const refused = refusal({ option, value: meant, references, distrust, file })
  if (refused !== undefined) problems.push({ at, what: refused })
  if (references.length > 0) return
  const notMeant = misunderstanding(option, value)
  if (notMeant !== undefined) return void problems.push({ at, what: notMeant })
  // A room's alias or a channel without quotation marks is a comment.
  const comment = value === null ? ' (what begins with # needs quotation marks)' : ''
  if ('problem' in result) problems.push({ at, what: `${result.problem}${comment}` })
}

/** A value may be a reference to a secret; of names with texts each text may be one. */
function referencesIn(option: Option, value: unknown): Reference[] {
  const values = option.kind === 'map' && isMapping(value) ? Object.values(value) : [value]
  return values.flatMap((one) => referenceOf(one) ?? [])
}
