import {
  closeSync,
  existsSync,
  fchmodSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Document } from 'yaml'
import { ConfigError, messageOf } from '../platform/errors.ts'
import { foreignHome } from '../platform/ownership.ts'
import { configFolder } from '../platform/paths.ts'
import { readRegularFile } from '../platform/regular-file.ts'
import { findConfig } from './find.ts'

/** A configuration file is a few lines, in bytes. */
const largest = 1024 * 1024

/** A file that gets a target. */
export interface EditedFile {
  path: string
  /** What it says now; empty if it is not there yet. */
  text: string
}

/** A target to be written. */
export interface NewTarget {
  name: string
  backend: string
  settings: Record<string, unknown>
  /** The names of `backends` with this target among them; nothing to leave them as they are. */
  backends: string[] | undefined
}

/**
 * The file that a new target goes into: the one that is used, unless it is the site's, of which the user gets a copy.
 *
 * @throws ConfigError there is no place for one
 */
export function fileToEdit(named: string | undefined): EditedFile {
  const place = findConfig(named)
  const text = place !== undefined && existsSync(place.path) ? readText(place.path) : ''
  if (place !== undefined && place.reason !== "the site's") return { path: place.path, text }
  const folder = configFolder()
  if (folder === undefined) throw new ConfigError('no home folder for a configuration')
  return { path: join(folder, 'ntfy.yml'), text }
}

function readText(path: string): string {
  try {
    return readRegularFile(path, largest).toString()
  } catch (error) {
    throw new ConfigError(`${path}: cannot be read: ${messageOf(error)}`)
  }
}

/**
 * The text with the target in it; every other line stays as it is: the package yaml would print the whole file anew, in
 * its own style.
 */
export async function withTarget({ path, text }: EditedFile, target: NewTarget): Promise<string> {
  const { name, backend, settings, backends } = target
  const section = name === backend ? settings : { backend, ...settings }
  if (path.endsWith('.json')) {
    const content = (text.trim() === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? 2
    return `${JSON.stringify({ ...content, ...(backends && { backends }), [name]: section }, null, indent)}\n`
  }
  const { parseDocument, stringify } = await import('yaml')
  const document = parseDocument(text)
  const edited = withSection(withBackends(text, document, name, backends, stringify), name, section, {
    parse: parseDocument,
    stringify,
  })
  const wanted = { ...(document.toJS() as object | null), ...(backends && { backends }), [name]: section }
  if (isSame(parseDocument(edited).toJS(), wanted)) return edited
  // A file that is one flow mapping, say: then at least what it says is kept.
  if (document.contents === null) document.contents = document.createNode({}) as never
  if (backends) document.set('backends', document.createNode(backends, { flow: true }))
  document.set(name, document.createNode(section))
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}

/** Does the file say what titles look like? */
export function hasTitle(text: string): boolean {
  return /^\s*["']?title["']?\s*:/im.test(text)
}

/** The text with a template for titles. */
export function withTitle(path: string, text: string, title: string): string {
  if (!path.endsWith('.json')) return appended(text, `title: ${JSON.stringify(title)}\n`)
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? 2
  return `${JSON.stringify({ ...JSON.parse(text), title }, null, indent)}\n`
}

type Stringify = typeof import('yaml').stringify

/** One name more in the list, in the way in which it is written. */
function withBackends(
  text: string,
  document: Document,
  name: string,
  backends: string[] | undefined,
  stringify: Stringify,
): string {
  if (backends === undefined) return text
  const known = document.get('backends', true) as Ranged | undefined
  const [start, end] = known?.range ?? []
  if (start === undefined || end === undefined) return appended(text, `backends: [${backends.join(', ')}]\n`)
  const value = text.slice(start, end)
  if (value.endsWith(']')) {
    const inner = value.slice(0, -1).trimEnd()
    return `${text.slice(0, start)}${inner}${inner.endsWith('[') ? '' : ', '}${name}]${text.slice(end)}`
  }
  const last = known?.items?.at(-1)?.range?.[1]
  if (last === undefined) return `${text.slice(0, start)}[${backends.join(', ')}]${text.slice(end)}`
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1))
  // What stands behind the last one is said of that.
  const lineEnd = text.indexOf('\n', last) < 0 ? text.length : text.indexOf('\n', last)
  return `${text.slice(0, lineEnd)}\n${indent}- ${stringify(name).trimEnd()}${text.slice(lineEnd)}`
}

/** Appends a section, or replaces the one of that name. */
function withSection(
  text: string,
  name: string,
  section: object,
  { parse, stringify }: { parse: (text: string) => Document; stringify: Stringify },
): string {
  const written = stringify({ [name]: section }, { lineWidth: 0 })
  const contents = parse(text).contents as { items?: { key?: Ranged; value?: Ranged }[] } | null
  const pair = contents?.items?.find(({ key }) => key?.value === name)
  const [start, end] = [pair?.key?.range?.[0], pair?.value?.range?.[1]]
  if (start === undefined || end === undefined) return appended(text, written)
  // A block's range ends behind its last line.
  return `${text.slice(0, start)}${written.trimEnd()}${text.slice(end).replace(/^(?!\n)/, '\n')}`
}

interface Ranged {
  value?: unknown
  range?: [number, number, number] | null
  items?: Ranged[]
}

function appended(text: string, addition: string): string {
  return text === '' || text.endsWith('\n') ? `${text}${addition}` : `${text}\n${addition}`
}

function isSame(one: unknown, other: unknown): boolean {
  return process.getBuiltinModule('node:util').isDeepStrictEqual(one, other)
}

/**
 * Puts a configuration in the place of the old one, for nobody else to read. What it is a link to is changed, and not
 * the link.
 *
 * @throws ConfigError it cannot be written
 */
export function writeConfig(path: string, text: string): void {
  const problem = foreignHome(path)
  if (problem !== undefined) throw new ConfigError(`${path}: not written: ${problem}`)
  let draft = ''
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const file = existsSync(path) ? realpathSync(path) : path
    draft = `${file}.${process.pid}.tmp`
    writeAnew(draft, text)
    renameSync(draft, file)
  } catch (error) {
    if (draft !== '') rmSync(draft, { force: true })
    throw new ConfigError(`${path}: cannot be written: ${messageOf(error)}`)
  }
}

/** Whatever the umask: its owner can read it, and nobody else. */
function writeAnew(path: string, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    fchmodSync(descriptor, 0o600)
    writeFileSync(descriptor, text)
  } finally {
    closeSync(descriptor)
  }
}
