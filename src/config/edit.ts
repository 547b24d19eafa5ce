import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError, messageOf } from '../errors.ts'
import { configFolder } from '../paths.ts'
import { findConfig } from './find.ts'

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
  const text = place !== undefined && existsSync(place.path) ? readFileSync(place.path, 'utf8') : ''
  if (place !== undefined && place.reason !== "the site's") return { path: place.path, text }
  const folder = configFolder()
  if (folder === undefined) throw new ConfigError('there is no home folder for a configuration')
  return { path: join(folder, 'ntfy.yml'), text }
}

/** The text with the target in it; comments, order and everything else stay. */
export async function withTarget({ path, text }: EditedFile, target: NewTarget): Promise<string> {
  const { name, backend, settings, backends } = target
  const section = name === backend ? settings : { backend, ...settings }
  if (path.endsWith('.json')) {
    const content = (text.trim() === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    return `${JSON.stringify({ ...content, ...(backends && { backends }), [name]: section }, null, 2)}\n`
  }
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text)
  if (document.contents === null) document.contents = document.createNode({}) as never
  if (backends) {
    const list = document.createNode(backends, { flow: true })
    const known = document.get('backends', true)
    if (known === undefined) document.set('backends', list)
    else setKeepingComment(known, list, document)
  }
  document.set(name, document.createNode(section))
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}

/** What stands behind the old value, or above it, is said of the new one, too. */
function setKeepingComment(
  known: unknown,
  list: { comment?: string | null; commentBefore?: string | null },
  document: { set(key: string, value: unknown): void },
): void {
  const { comment, commentBefore } = known as { comment?: string | null; commentBefore?: string | null }
  if (comment) list.comment = comment
  if (commentBefore) list.commentBefore = commentBefore
  document.set('backends', list)
}

/**
 * Puts a configuration in the place of the old one, for nobody else to read. What it is a link to is changed, and not
 * the link.
 *
 * @throws ConfigError it cannot be written
 */
export function writeConfig(path: string, text: string): void {
  let draft = ''
  try {
    mkdirSync(dirname(path), { recursive: true })
    const file = existsSync(path) ? realpathSync(path) : path
    draft = `${file}.${process.pid}.tmp`
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' })
    chmodSync(draft, 0o600)
    renameSync(draft, file)
  } catch (error) {
    if (draft !== '') rmSync(draft, { force: true })
    throw new ConfigError(`${path} cannot be written: ${messageOf(error)}`)
  }
}
