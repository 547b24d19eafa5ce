import * as v from 'valibot'
import { splitWords } from '../../command-line/simple-commands.ts'
import { withoutEnd } from '../../platform/text.ts'
import type { Format } from './formats.ts'
import type { Option, OptionDetails, OptionKind, Present } from './option.ts'

export type { Option, OptionDetails, OptionKind, Options, OptionValues } from './option.ts'

/** Text; a number or a boolean of YAML is taken as it was written. */
export function text<const D extends OptionDetails<string>>(details: D): Option<Present<string, D>> {
  const { secret = false, format } = details
  const schema = v.pipe(
    v.union([v.string(), v.number(), v.boolean()], 'expected a string'),
    // A block of YAML ends with a newline, which is no part of a token.
    v.transform((value) => (secret ? withoutEnd(String(value), '\r\n') : String(value))),
    v.check((value) => value !== '', 'must not be empty'),
    v.check((value) => !secret || !/[\r\n]/.test(value), 'expected a single line'),
    v.check((value) => fits(value, format), format?.expected ?? ''),
  )
  return declare('text', schema, details)
}

function fits(value: string, format: Format | undefined): boolean {
  return format === undefined || format.pattern.test(value)
}

/** A file: relative to the configuration, or on the command line to the working directory; `~/` is the home folder. */
export function path<const D extends OptionDetails<string> & { content?: RegExp }>(
  details: D,
): Option<Present<string, D>> {
  const schema = v.pipe(v.string('expected a path'), v.nonEmpty('must not be empty'))
  return { ...declare('path', schema, details), ...(details.content && { content: details.content }) }
}

/** An address with http or https, or with the protocols that the service has instead. */
export function url<const D extends OptionDetails<string> & { protocols?: readonly string[]; endpoint?: RegExp }>(
  details: D,
): Option<Present<string, D>> {
  const { protocols = ['https', 'http'], endpoint } = details
  const expected = `expected an address (${protocols[0]}://...)`
  const schema = v.pipe(
    v.string(expected),
    v.transform((value) => value.trim()),
    v.check((value) => hasProtocol(value, protocols) && !/\s/.test(value), expected),
    v.transform((value) => (endpoint === undefined ? value : value.replace(endpoint, ''))),
    v.check((value) => endpoint === undefined || !/[?#]/.test(value), serverAlone),
    v.transform((value) => withoutEnd(value, '/')),
  )
  return declare('text', schema, details)
}

const serverAlone = 'expected the address of the server alone, without ? and what follows'

/**
 * The address of a server, to which paths are added.
 *
 * @param details.endpoint what those who copied the address of the service's interface have at its end
 */
export function server<const D extends OptionDetails<string> & { endpoint?: RegExp }>(
  details: D,
): Option<Present<string, D>> {
  return url({ endpoint: /(?!)/, ...details })
}

/** A whole number within bounds, or one with a fraction; from the command line as its decimal digits. */
export function number<const D extends OptionDetails<number> & { min?: number; max?: number; fraction?: boolean }>(
  details: D,
): Option<Present<number, D>> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, fraction = false } = details
  const bounds = [Number.isFinite(min) ? `at least ${min}` : '', Number.isFinite(max) ? `at most ${max}` : ''].filter(
    Boolean,
  )
  const expected = [fraction ? 'a number' : 'a whole number', ...bounds].join(', ')
  const schema = v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.trim(), v.decimal(), v.transform(Number))], `expected ${expected}`),
    v.check((value) => value >= min && value <= max && (fraction || Number.isInteger(value)), `expected ${expected}`),
  )
  return declare('number', schema, details)
}

/** true or false; from the command line also yes, no, on, off, 1 and 0. */
export function boolean<const D extends OptionDetails<boolean>>(details: D): Option<Present<boolean, D>> {
  const words: Record<string, boolean> = { true: true, yes: true, on: true, 1: true }
  Object.assign(words, { false: false, no: false, off: false, 0: false })
  const schema = v.pipe(
    v.union([v.boolean(), v.number(), v.string()], 'expected true or false'),
    v.transform((value) => (typeof value === 'boolean' ? value : words[String(value).toLowerCase()])),
    v.boolean('expected true or false'),
  )
  return declare('boolean', schema, details)
}

/** One of some words, in any case. */
export function choice<const C extends readonly string[], const D extends OptionDetails<C[number]>>(
  choices: C,
  details: D,
): Option<Present<C[number], D>> {
  const expected = `expected one of ${choices.join(', ')}`
  const schema = v.pipe(
    v.union([v.string(), v.number(), v.boolean()], expected),
    v.transform((value) => choices.find((word) => word.toLowerCase() === String(value).toLowerCase())),
    v.string(expected),
  )
  return { ...declare('choice', schema, details), choices } as Option<Present<C[number], D>>
}

/** Several texts: a list in YAML, or one text with spaces or commas between them. */
export function list<const D extends OptionDetails<string[]>>(details: D): Option<Present<string[], D>> {
  const { format } = details
  const item = v.pipe(v.union([v.string(), v.number()], 'expected a string'), v.transform(String))
  const schema = v.pipe(
    v.union([v.array(item), v.pipe(v.string(), v.transform(splitList))], 'expected a list of strings'),
    v.minLength(1, 'must not be empty'),
    v.check((values) => values.every((value) => value !== ''), 'must not be empty'),
    v.check((values) => values.every((value) => fits(value, format)), format?.expected ?? ''),
  )
  return declare('list', schema, details)
}

/** Between commas or blanks; of what has a name before an address (Ops <ops@example.org>) the blanks belong to it. */
function splitList(words: string): string[] {
  const parts = words.split(words.includes('<') ? /[,\n]+/ : /[\s,]+/)
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** A program and its arguments: a list, or one text that is split as a shell would, without running one. */
export function words<const D extends OptionDetails<string[]>>(details: D): Option<Present<string[], D>> {
  const item = v.pipe(v.union([v.string(), v.number(), v.boolean()], 'expected a string'), v.transform(String))
  const schema = v.pipe(
    v.union([v.array(item), v.pipe(v.string(), v.transform(splitWords))], 'expected a program and its arguments'),
    v.minLength(1, 'must not be empty'),
  )
  return declare('words', schema, details)
}

/** Anything that JSON can say, as YAML, or as a text that holds JSON; another text stays a text. */
export function json<const D extends OptionDetails<unknown>>(details: D): Option<Present<unknown, D>> {
  const schema = v.pipe(
    v.unknown(),
    v.transform((value) => (typeof value === 'string' ? parsedJson(value) : value)),
  )
  return declare('json', schema, details)
}

/** Names with texts, such as headers. */
export function map<const D extends OptionDetails<Record<string, string>> & { nameFormat?: Format }>(
  details: D,
): Option<Present<Record<string, string>, D>> {
  const { format, nameFormat } = details
  const value = v.pipe(
    v.union([v.string(), v.number(), v.boolean()], 'expected a string'),
    v.transform(String),
    v.check((text) => fits(text, format), format?.expected ?? ''),
  )
  const name = v.pipe(
    v.string(),
    v.check((text) => fits(text, nameFormat), nameFormat?.expected ?? ''),
  )
  const notList = v.check((given) => !Array.isArray(given), 'expected names with strings (name: text), not a list')
  return declare('map', v.pipe(v.unknown(), notList, v.record(name, value, 'expected names with strings')), details)
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function hasProtocol(value: string, protocols: readonly string[]): boolean {
  try {
    const { protocol, hostname } = new URL(value)
    return protocols.includes(protocol.slice(0, -1)) && hostname !== ''
  } catch {
    return false
  }
}

function declare<T, D extends OptionDetails<unknown>>(
  kind: OptionKind,
  schema: unknown,
  details: D,
): Option<Present<T, D>> {
  const typed = schema as v.GenericSchema<unknown, Present<T, D>>
  const { problem } = details
  if (problem === undefined) return { kind, schema: typed, details }
  const checked = v.pipe(
    typed,
    v.rawCheck(({ dataset, addIssue }) => {
      const message = dataset.typed && !dataset.issues ? problem(dataset.value) : undefined
      if (message !== undefined) addIssue({ message })
    }),
  )
  return { kind, schema: checked, details }
}
