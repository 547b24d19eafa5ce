import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { codeOf, messageOf } from '../platform/errors.ts'
import { keptContent } from './parsed-copy.ts'

/** A configuration file is a few lines; what is larger than this, in bytes, is not one. */
const largest = 1024 * 1024
/** So much is read at once, in bytes. */
const piece = 64 * 1024
/** What YAML's parser calls it. */
const doubleKey = 'duplicated mapping key'
/** How long a pipe may take, in milliseconds. */
const patience = 30_000

/** A configuration as it was read, before it is interpreted. */
export interface Document {
  path: string
  text: string
  /** What the file says: a mapping, or nothing for an empty file. */
  content: unknown
  /** The same as it was typed, once somebody has asked for it (typed.ts). */
  typed?: Promise<unknown>
  /** The file's owner and mode; of a pipe too. */
  stats: Stats
  /** The content is that of an earlier run. */
  kept: boolean
}

/** Something in the file that has to be changed. */
export interface Problem {
  /** Where in the file: `['phone', 'user_key']`. */
  at: string[]
  what: string
  /** The line, if the reader knows it. */
  line?: number
}

/** What the operating system or the parser says against a file. */
export class UnreadableConfig extends Error {
  readonly line: number | undefined

  constructor(message: string, line?: number) {
    super(message)
    this.line = line
  }
}

/**
 * Reads and parses a configuration file; a pipe is read once and never opened again.
 *
 * @param options.pipe it may be a pipe: at a fixed place it has to be a file
 * @throws UnreadableConfig it cannot be read, is too large, or is no YAML or JSON
 */
export async function readDocument(path: string, options: { pipe: boolean }): Promise<Document> {
  const { text, stats } = readText(path, options.pipe)
  const source = { path, text, stats }
  const kept = keptContent(source)
  return { ...source, ...(kept ? { ...kept, kept: true } : { content: await parse(path, text), kept: false }) }
}

function readText(path: string, pipe: boolean): { text: string; stats: Stats } {
  let descriptor: number
  try {
    // Opening a named pipe would wait for somebody to write.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw new UnreadableConfig(reasonOf(error))
  }
  try {
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) throw new UnreadableConfig('is a folder: expected a file')
    if (!stats.isFile() && !pipe) throw new UnreadableConfig('is not a regular file')
    const end = Date.now() + patience
    // Some file systems say of every file that it is empty.
    const length = stats.isFile() && stats.size > 0 ? Math.min(stats.size + 1, piece) : piece
    const chunks: Buffer[] = []
    let size = 0
    for (;;) {
      const chunk = Buffer.alloc(length)
      const read = readSome(descriptor, chunk, end)
      if (read === 0) break
      size += read
      if (size > largest) throw new UnreadableConfig('is larger than 1 MB; a configuration is a few lines')
      chunks.push(chunk.subarray(0, read))
    }
    return {
      text: Buffer.concat(chunks)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
      stats,
    }
  } catch (error) {
    throw error instanceof UnreadableConfig ? error : new UnreadableConfig(reasonOf(error))
  } finally {
    closeSync(descriptor)
  }
}

/** A pipe without data yet: its writer may have to ask for a password first. */
function readSome(descriptor: number, chunk: Buffer, end: number): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      if (Date.now() > end) throw new UnreadableConfig(`gave nothing for ${patience / 1000} s`)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

/**
 * By cosmiconfig's loaders alone: its explorers look for their own settings in the working directory, in files that may
 * be programs (9.0, getUserDefinedOptionsFromMetaConfig), and open whatever has the file's name, a pipe as well.
 */
async function parse(path: string, text: string): Promise<unknown> {
  const { defaultLoadersSync: loaders } = await import('cosmiconfig')
  try {
    if (!path.endsWith('.json')) return loaders['.yaml'](path, text)
    if (text.trim() === '') return undefined
    const content = loaders['.json'](path, text)
    refuseDoubleKeys(() => loaders['.yaml'](path, text))
    return content
  } catch (error) {
    const { what, line } = (await import('./syntax.ts')).syntaxProblem(error, text)
    throw new UnreadableConfig(what, line)
  }
}

/** Of a key that stands twice JSON's parser drops the first without a word; to YAML's, which reads JSON too, it is wrong. */
function refuseDoubleKeys(parseAsYaml: () => unknown): void {
  try {
    parseAsYaml()
  } catch (error) {
    if ((error as { reason?: string }).reason === doubleKey) throw error
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EACCES') return 'may not be read (permission denied)'
  if (code === 'EISDIR') return 'is a folder: expected a file'
  return messageOf(error)
}
