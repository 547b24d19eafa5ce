import * as v from 'valibot'
import { splitWords } from '../../command-line/simple-commands.ts'
import { withoutEnd } from '../../platform/text.ts'
import type { Format } from './formats.ts'

/** What an option declares besides its type: all that documents, validates and protects it. */
export interface OptionDetails<T> {
  /** A sentence without a full stop, with units and limits. */
  description: string
  /** `to send`: older configurations lack it, so it is named only where it is used. */
  required?: true | 'to send'
  default?: T
  example?: T
  /** A value that no line of ours may show. */
  secret?: boolean
  /** Of names with texts that are secrets: the names whose texts are none. */
  open?: readonly string[]
  /** Other names it is known by: dschep/ntfy's, Backy's, Netdata's. */
  aliases?: readonly string[]
  /** What its value makes ntfy, or what ntfy calls, open: a program to run, or a file. A path is a file's anyway. */
  names?: 'program' | 'file'
  /** What a text, or each of a list, has to look like. */
  format?: Format
  /** Of a path: a file or a folder of certificates. */
  certificates?: true
  /** What else is wrong with a value of the right type. */
  problem?(value: unknown): string | undefined
}

export type OptionKind = 'text' | 'path' | 'number' | 'boolean' | 'choice' | 'list' | 'map' | 'words' | 'json'

export interface Option<T = unknown> {
  kind: OptionKind
  /** Takes what YAML or a word of the command line gives, returns the value or an issue with what was expected. */
  schema: v.GenericSchema<unknown, T>
  details: OptionDetails<unknown>
  /** The allowed words of a choice. */
  choices?: readonly string[]
  /** Of a path: how what such a file holds is known, given in place of its path. */
  content?: RegExp
}

export type Options = Record<string, Option>

/** The type of a backend's options, from their declaration. */
export type OptionValues<O extends Options> = { [K in keyof O]: O[K] extends Option<infer T> ? T : never }

/** Always there if required or with a default. */
type Present<T, D> = D extends { required: true | 'to send' } ? T : D extends { default: unknown } ? T : T | undefined

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

/** Is this a path, and not what such a file holds? */
export function isPath(option: Option, value: unknown): value is string {
  return option.kind === 'path' && typeof value === 'string' && !option.content?.test(value)
}

/**
 * What a value makes us open: only a configuration that nobody else can change may say so. A text without a slash is a
 * file's name for nobody but the desktop, which looks for it among its own.
 */
export function opened(option: Option, value: unknown): 'program' | 'file' | undefined {
  const { names } = option.details
  if (names === 'file') return String(value).includes('/') ? 'file' : undefined
  return names ?? (isPath(option, value) ? 'file' : undefined)
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
  return declare('map', v.record(name, value, 'expected names with strings'), details)
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

/** Keys are the same whatever their case and with or without `-` and `_`: `roomId`, `room-id` and `room_id`. */
export function normalKey(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, '')
}

/** The option's own name for what a user calls it, or nothing if the backend has no such option. */
export function findOption(options: Options, key: string): string | undefined {
  const wanted = normalKey(key)
  return Object.keys(options).find((name) =>
    [name, ...(options[name]?.details.aliases ?? [])].some((known) => normalKey(known) === wanted),
  )
}

/** What a value becomes, or what was expected instead. Never quotes the value, which may be a secret. */
export function readOption(option: Option, value: unknown): { value: unknown } | { problem: string } {
  const result = v.safeParse(option.schema, value)
  return result.success ? { value: result.output } : { problem: result.issues[0].message }
}
