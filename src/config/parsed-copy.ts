import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'
import { makeFolder } from '../platform/folder.ts'
import { hashOf } from '../platform/hash.ts'
import { largest } from '../platform/largest.ts'
import { readOwn, replaceOwn } from '../platform/own-file.ts'
import { configFolder, stateFolder } from '../platform/paths.ts'
import { version } from '../platform/program.ts'
import { isMapping } from './shapes.ts'

/** A text that was read, and where. */
interface Source {
  path: string
  text: string
  stats: Stats
}

/** A longer text is read each time, in characters. */
const longest = 64 * 1024

/** What a configuration says, if that was kept when it was read last: reading YAML takes a tenth of a `send`. */
export function keptContent(source: Source): { content: unknown } | undefined {
  const file = copyFile(source)
  const kept = file && readOwn(file, largest.copy)
  if (kept === undefined) return undefined
  const [digest, identity, tree] = kept.split('\n')
  if (identity !== identityOf(source) || tree === undefined) return undefined
  if (digest !== String(crc32(`${identity}\n${tree}`))) return undefined
  return { content: grown(JSON.parse(tree), source.text) }
}

/** Keeps what a configuration says. What cannot be kept as it is, or cannot be written, is read anew each time. */
export function keepContent(source: Source, content: unknown): void {
  const file = copyFile(source)
  if (file === undefined) return
  try {
    const body = `${identityOf(source)}\n${JSON.stringify(pruned(content, source.text))}`
    const [, tree = ''] = body.split('\n')
    if (!isDeepStrictEqual(grown(JSON.parse(tree), source.text), content)) return
    makeFolder(join(file, '..'))
    const copy = `${crc32(body)}\n${body}\n`
    if (Buffer.byteLength(copy) <= largest.copy) replaceOwn(file, copy)
  } catch {}
}

/** One for each file: who uses two in turns has both read quickly. */
function copyFile({ path, text, stats }: Source): string | undefined {
  const folder = stateFolder()
  if (folder === undefined || !stats.isFile() || text.length > longest) return undefined
  const isUsual = path.startsWith(`${configFolder()}/ntfy.`)
  return join(folder, isUsual ? 'config' : `config-${hashOf(path).slice(0, 2)}`)
}

function identityOf({ path, text, stats: { dev, ino, size, mtimeMs, ctimeMs } }: Source): string {
  return JSON.stringify([version, path, dev, ino, size, mtimeMs, ctimeMs, crc32(text)])
}

/**
 * What takes the place of a value: of a text and of a number where it stands in the file, so that no secret is in the
 * copy.
 */
type Pruned =
  | [at: number, length: number, isNumber?: 1]
  | { list: Pruned[] }
  | { map: [string, Pruned][] }
  | boolean
  | null

/** @throws where a value does not stand in the file as it is */
function pruned(value: unknown, text: string): Pruned {
  if (Array.isArray(value)) return { list: value.map((one) => pruned(one, text)) }
  if (isMapping(value)) return { map: Object.entries(value).map(([key, one]) => [key, pruned(one, text)]) }
  if (typeof value === 'boolean' || value === null) return value
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`no copy of a ${typeof value}`)
  const at = text.indexOf(String(value))
  if (at < 0) throw new Error('not in the file as it is')
  return typeof value === 'string' ? [at, value.length] : [at, String(value).length, 1]
}

function grown(kept: Pruned, text: string): unknown {
  if (typeof kept === 'boolean' || kept === null) return kept
  if (Array.isArray(kept)) {
    const [at, length, isNumber] = kept
    const value = text.slice(at, at + length)
    return isNumber ? Number(value) : value
  }
  if ('list' in kept) return kept.list.map((one) => grown(one, text))
  return Object.fromEntries(kept.map.map(([key, one]) => [key, grown(one, text)]))
}
