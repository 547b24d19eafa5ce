import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { ConfigError, codeOf, exitCode, messageOf, NtfyError } from '../../platform/errors.ts'
import { makeFolder } from '../../platform/folder.ts'
import { readOwn, removeQuietly, replaceOwn } from '../../platform/own-file.ts'
import { foreignHome } from '../../platform/ownership.ts'
import { dataFolder } from '../../platform/paths.ts'
import { readRegularFile } from '../../platform/regular-file.ts'

/** No agent's settings are larger, in bytes. */
const largest = 16 * 1024 * 1024

/** What somebody's file was before we changed it. */
interface Original {
  /** Nothing if there was none. */
  before: string | undefined
  /** What we made of it. */
  hash: string
  /** Folders that were made for it, the outermost first. */
  folders: string[]
}

/**
 * The text of a file; nothing if there is none.
 *
 * @throws ConfigError it is no file, or not of text
 */
export function readSettings(path: string): string | undefined {
  let bytes: Buffer
  try {
    bytes = readRegularFile(path, largest)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new ConfigError(`${path}: cannot be read: ${codeOf(error) ?? messageOf(error)}: nothing was changed`)
  }
  const text = bytes.toString('utf8')
  if (!Buffer.from(text).equals(bytes)) throw new ConfigError(`${path}: is not UTF-8: nothing was changed`)
  return text
}

/**
 * Replaces a file, and keeps what it was before.
 *
 * @param before without anything of ours
 */
export function writeSettings(path: string, before: string | undefined, after: string): void {
  change(path, () => {
    const folders = writeWhole(path, after)
    const known = recall(path)
    remember(path, { before, hash: hashOf(after), folders: folders.length > 0 ? folders : (known?.folders ?? []) })
  })
}

/**
 * Puts a file back as it was, if nobody has changed it since; otherwise as it is without us.
 *
 * @param without the text without anything of ours; nothing if the file was ours alone
 */
export function restoreSettings(path: string, current: string, without: string | undefined): void {
  change(path, () => {
    const original = recall(path)
    const isUntouched = original?.hash === hashOf(current)
    const isBare = original !== undefined && original.before === undefined && isNothing(without)
    const text = isUntouched ? original?.before : isBare ? undefined : without
    if (text === undefined) {
      rmSync(path, { force: true })
      removeEmpty(original?.folders ?? [dirname(path)])
    } else if (text !== current) writeWhole(path, text)
    forget(path)
  })
}

/** Nothing but what we have put there. */
function isNothing(text: string | undefined): boolean {
  return text === undefined || /^\s*(\{\s*("version"\s*:\s*1\s*)?\}\s*)?$/.test(text)
}

/** What the file was before, if nobody has changed it since. */
export function originalOf(path: string, current: string): { text: string | undefined } | undefined {
  const original = recall(path)
  return original?.hash === hashOf(current) ? { text: original.before } : undefined
}

/** @returns the folders that were made */
function writeWhole(path: string, text: string): string[] {
  const target = endOfLinks(path)
  const folders = missingFolders(dirname(target))
  mkdirSync(dirname(target), { recursive: true })
  const mode = statSync(target, { throwIfNoEntry: false })?.mode
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o644 })
    if (mode !== undefined) chmodSync(draft, mode & 0o7777)
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  return folders
}

function endOfLinks(path: string): string {
  let at = path
  for (let links = 0; links < 40; links++) {
    try {
      at = resolve(dirname(at), readlinkSync(at))
    } catch {
      return at
    }
  }
  throw new Error('too many symbolic links')
}

function missingFolders(folder: string): string[] {
  const missing: string[] = []
  for (let at = folder; !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at)
  return missing
}

function removeEmpty(folders: string[]): void {
  for (const folder of [...folders].reverse()) {
    try {
      if (readdirSync(folder).length > 0) return
      rmdirSync(folder)
    } catch {
      return
    }
  }
}

function change(path: string, work: () => void): void {
  const problem = foreignHome(endOfLinks(path))
  if (problem !== undefined) throw new NtfyError(problem, exitCode.io)
  try {
    work()
  } catch (error) {
    if (error instanceof NtfyError) throw error
    throw new NtfyError(`${path}: cannot be written: ${codeOf(error) ?? messageOf(error)}`, exitCode.io)
  }
}

function remember(path: string, original: Original): void {
  const file = recordOf(path)
  makeFolder(dirname(file))
  replaceOwn(file, JSON.stringify({ version: 1, path, ...original }))
}

function forget(path: string): void {
  removeQuietly(recordOf(path))
}

function recall(path: string): Original | undefined {
  try {
    const record = JSON.parse(readOwn(recordOf(path), 2 * largest) ?? '')
    return typeof record?.hash === 'string' && Array.isArray(record.folders) ? record : undefined
  } catch {
    return undefined
  }
}

function recordOf(path: string): string {
  const folder = dataFolder()
  if (folder === undefined) throw new NtfyError('no home folder to install hooks in', exitCode.io)
  return join(folder, 'agents', `${hashOf(path).slice(0, 32)}.json`)
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
