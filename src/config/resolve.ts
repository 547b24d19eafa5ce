import type { Option, OptionKind } from '../backends/contract/options.ts'
import { isPath, readOption } from '../backends/contract/read-option.ts'
import { loadBackend } from '../backends/index.ts'
import { ConfigError, messageOf, SecretError } from '../platform/errors.ts'
import { isSecretName } from '../redact/names.ts'
import { hideSecretsOf, hideValue } from './hide.ts'
import { placeOf, sourceOf } from './lines.ts'
import { readDocument } from './read.ts'
import { fetchSecret, pathFrom, referenceOf } from './secrets.ts'
import { isMapping } from './shapes.ts'
import { programRefusal } from './trust.ts'
import type { Config, Target } from './types.ts'

/** The file that the values come from. */
type Source = Pick<Config, 'path' | 'lasting'>

/**
 * The values that a target's backend works with: those of the file, `-o` over them, secrets fetched, defaults filled in.
 *
 * @throws ConfigError one is missing, wrong, or a secret that cannot be had
 */
export async function resolveOptions(
  config: Source,
  target: Target,
  overrides: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  if (target.backend === '') throw new ConfigError(`${target.name} names no backend (backend: ...)`)
  const { options, freeOptions, inherited } = await loadBackend(target.backend)
  if (freeOptions) {
    const given = { ...target.settings, ...overrides }
    for (const [name, value] of Object.entries(given)) if (isSecretName(name)) hideValue(value)
    return given
  }
  const values: Record<string, unknown> = {}
  const lacking = Object.entries(options).some(
    ([name, { details }]) => details.required && target.settings[name] === undefined && overrides[name] === undefined,
  )
  const others = lacking ? (inherited?.() ?? {}) : {}
  for (const [name, option] of Object.entries(options)) {
    // A null takes away what the file says: of a mail that some got already, the copies are not sent again.
    const given = Object.hasOwn(overrides, name) ? overrides[name] : target.settings[name]
    let value = given === undefined ? (others[name] ?? option.details.default) : given
    if (overrides[name] === undefined) {
      value = await followReferences(value, option, config.lasting ? config.path : undefined).catch(
        async (error: unknown) => {
          const Kind = error instanceof SecretError ? SecretError : ConfigError
          throw new Kind(`${await lineOf(name, target, config)}${target.name}.${name}: ${messageOf(error)}`)
        },
      )
    }
    if (value === undefined || value === null) {
      if (option.details.required) {
        throw new ConfigError(`${target.name}: ${name} is missing: ${option.details.description}`)
      }
      values[name] = undefined
      continue
    }
    hideSecretsOf(option, value)
    if (overrides[name] === undefined) value = located(value, option, config)
    const result = readOption(option, value)
    if ('problem' in result) throw new ConfigError(`${target.name}.${name}: ${result.problem}`)
    const refused = overrides[name] === undefined ? refusalNow(result.value, option, config) : undefined
    if (refused !== undefined) throw new ConfigError(`${target.name}.${name}: ${refused}`)
    values[name] = result.value
  }
  return values
}

/** A program is looked at again just before it may run: a variable may have named it, and a flusher lives for an hour. */
function refusalNow(value: unknown, option: Option, { path, lasting }: Source) {
  return option.details.names === 'program' ? programRefusal(value, lasting ? path : undefined) : undefined
}

/** Paths of the file are relative to it, also that of a program. */
function located(value: unknown, option: Option, { path, lasting }: Source): unknown {
  const file = lasting ? path : undefined
  if (isPath(option, value)) return pathFrom(value, file)
  if (option.kind !== 'words' || !Array.isArray(value) || !/^(\.\.?|~)\//.test(String(value[0]))) return value
  return [pathFrom(String(value[0]), file), ...value.slice(1)]
}

/** `FILE:LINE: `, where a target's option stands; nothing for a pipe. */
async function lineOf(option: string, target: Target, { path, lasting }: Source): Promise<string> {
  if (!lasting || path === undefined) return ''
  try {
    const { text } = await readDocument(path, { pipe: false })
    const line = (await sourceOf(text)).line(placeOf(target, option))
    return `${path}:${line === undefined ? '' : `${line}:`} `
  } catch {
    return ''
  }
}

/** Kinds whose values may have several lines. */
const ofSeveralLines = new Set<OptionKind>(['path', 'json', 'list', 'words'])

/** The value itself, or the secret that it refers to; of names with texts each text may be a reference. */
async function followReferences(value: unknown, option: Option, configPath: string | undefined): Promise<unknown> {
  if (option.kind === 'map' && isMapping(value)) {
    const entries = Object.entries(value).map(async ([name, text]) => {
      const reference = referenceOf(text)
      return [
        name,
        reference === undefined ? text : await fetchSecret(reference, configPath, { whole: false }),
      ] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }
  const reference = referenceOf(value)
  return reference === undefined
    ? value
    : fetchSecret(reference, configPath, { whole: ofSeveralLines.has(option.kind) })
}
