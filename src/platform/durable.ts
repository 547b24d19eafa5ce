import { closeSync, constants, fsyncSync, openSync, renameSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './errors.ts'
import { makeFolder } from './folder.ts'
import { TooLargeError } from './largest.ts'
import { replaceOwn } from './own-file.ts'

/**
 * Writes a JSON file so that a crash leaves either the whole file under its name or what was there before
 * (write-file-atomic knows no folder's fsync, and no bound). Its name is
 * on the disk only after `syncFolder`.
 *
 * @param most the largest size in bytes that its reader accepts
 * @throws the file system's error, or that it is too large; then nothing has changed
 */
export function writeDurably(path: string, content: unknown, most: number, { durable = true } = {}): void {
  const text = `${JSON.stringify(content)}\n`
  const size = Buffer.byteLength(text)
  if (size > most) throw new TooLargeError(size, most)
  replaceOwn(path, text, { durable })
}

/** Puts the names in a folder on disk: what was made, renamed and removed in it. */
export function syncFolder(folder: string): void {
  // Windows opens no folders, and needs none of this.
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } catch (error) {
    // Some file systems (FUSE, CIFS) do not know what that means for a folder.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error) ?? '')) throw error
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Makes a folder; the first time its own name is put on disk too, and those of the folders above it.
 *
 * @throws the file system's error
 */
export function makeFolderDurably(path: string): void {
  if (!makeFolder(path)) return
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      syncFolder(folder)
    } catch (error) {
      // Folders further up may not be ours to open.
      if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error
      return
    }
    if (dirname(folder) === folder) return
  }
}

/** Removes a file; that it is gone already is no error. */
export function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

export function renameQuietly(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {}
}
