import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { codeOf } from './errors.ts'

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_WRONLY } = constants

/*
 * Files that only ntfy writes, all in folders of its own. Anything else in place of one, a link, a pipe or a
 * file of another user, counts as not there.
 */

/** @param most bytes; a larger file is none of ours */
export function readOwn(path: string, most: number): string | undefined {
  return readOwnBytes(path, most)?.toString('utf8')
}

/** The same, byte for byte. */
export function readOwnBytes(path: string, most: number): Buffer | undefined {
  return withOwn(path, O_RDONLY, (descriptor, { size }) => (size > most ? undefined : readFileSync(descriptor)))
}

/**
 * Reads a part of one into memory that the caller has.
 *
 * @returns how many bytes: fewer where the file ends before that, and none where there is no such file
 */
export function readOwnInto(memory: Buffer, path: string, at: number): number {
  return withOwn(path, O_RDONLY, (descriptor) => readSync(descriptor, memory, 0, memory.length, at)) ?? 0
}

/** When a file of ours was last written, milliseconds since 1970; nothing if there is none. */
export function ownFileTime(path: string): number | undefined {
  return withOwn(path, O_RDONLY, (_, { mtimeMs }) => mtimeMs)
}

/**
 * What distinguishes a file from every copy of it, under whatever name: a file system may give a freed inode to another
 * file, but nobody can set when one was made (statx(2), `stx_btime`; zero where the file system does not keep it).
 */
export interface Birth {
  inode: bigint
  time: bigint
}

/** @returns nothing if there is nothing at that path */
export function birthOf(path: string): Birth | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && { inode: stats.ino, time: stats.birthtimeNs }
}

/** @returns whether it was written: where something else is in its place, nothing is */
export function appendOwn(path: string, text: string): boolean {
  return withOwn(path, O_WRONLY | O_APPEND | O_CREAT, (descriptor) => writeSync(descriptor, text)) !== undefined
}

/**
 * Replaces a file atomically: a crash leaves either all of the new one or the old one.
 *
 * @param content what to write, or what makes it of the new file's birth, which the rename keeps
 * @throws the file system's error; then nothing has changed
 */
export function replaceOwn(
  path: string,
  content: string | Buffer | ((birth: Birth) => Buffer),
  { durable = false } = {},
): void {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  const descriptor = createAnew(draft)
  try {
    const make = typeof content === 'function' ? content : () => Buffer.from(content)
    writeWhole(descriptor, () => make(birthOf(draft) as Birth), durable)
    renameSync(draft, path)
  } catch (error) {
    removeQuietly(draft)
    throw error
  }
}

/** Is this a file that only ntfy can have made: of this user, and with one name alone? */
export function isOwn(stats: Stats): boolean {
  if (!stats.isFile()) return false
  return process.geteuid === undefined || (stats.uid === process.geteuid() && stats.nlink === 1)
}

export function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {}
}

/** A file left by a killed process, or by somebody else: it is not written to. */
function createAnew(path: string): number {
  const create = () => openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    return create()
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    unlinkSync(path)
    return create()
  }
}

function withOwn<T>(path: string, flags: number, work: (descriptor: number, stats: Stats) => T): T | undefined {
  try {
    // Opening a pipe would wait for its other end.
    const descriptor = openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o600)
    try {
      const stats = fstatSync(descriptor)
      return isOwn(stats) ? work(descriptor, stats) : undefined
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}

function writeWhole(descriptor: number, content: () => Buffer, durable: boolean): void {
  try {
    const bytes = content()
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
    if (durable) fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
