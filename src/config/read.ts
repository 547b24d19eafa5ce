import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { codeOf, messageOf } from '../errors.ts'
import { oneLine } from '../text.ts'

/** A configuration file is a few lines; what is larger than this, in bytes, is not one. */
const largest = 1024 * 1024

/** A configuration as it was read, before anybody has asked what it means. */
export interface Document {
  path: string
  text: string
  /** What the file says: a mapping, or nothing for an empty file. */
  content: unknown
  /** The file's owner and mode; of a pipe too. */
  stats: Stats
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
 * @throws UnreadableConfig it cannot be read, is too large, or is no YAML or JSON
 */
export async function readDocument(path: string): Promise<Document> {
  const { text, stats } = readText(path)
  return { path, text, stats, content: await parse(path, text) }
}

function readText(path: string): { text: string; stats: Stats } {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    throw new UnreadableConfig(reasonOf(error))
  }
  try {
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) throw new UnreadableConfig('is a folder; a file was expected')
    const chunks: Buffer[] = []
    let size = 0
    for (;;) {
      const chunk = Buffer.alloc(64 * 1024)
      const read = readSync(descriptor, chunk)
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

async function parse(path: string, text: string): Promise<unknown> {
  const { loadJson, loadYaml } = (await import('cosmiconfig/dist/loaders.js')).default
  try {
    return path.endsWith('.json') ? (text.trim() === '' ? undefined : loadJson(path, text)) : loadYaml(path, text)
  } catch (error) {
    // The loaders' messages quote the file, tokens included: only the reason and the line are repeated.
    const { reason, mark } = error as { reason?: string; mark?: { line: number } }
    if (reason !== undefined)
      throw new UnreadableConfig(oneLine(reason), mark === undefined ? undefined : mark.line + 1)
    const jsonLine = /\((\d+):\d+\)/.exec(messageOf(error))
    throw new UnreadableConfig('is not valid JSON', jsonLine ? Number(jsonLine[1]) : undefined)
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EACCES') return 'may not be read (permission denied)'
  if (code === 'EISDIR') return 'is a folder; a file was expected'
  return messageOf(error)
}
