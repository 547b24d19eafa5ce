import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { mostAttached } from '../../outbox/attachments.ts'
import { codeOf, UsageError } from '../../platform/errors.ts'

/** A file to be attached, as it is now. */
export interface FileToAttach {
  name: string
  path: string
  content: Buffer
}

/**
 * Reads the files of `--attach`.
 *
 * @throws UsageError what cannot be attached: a folder, a pipe, a device, what may not be read
 */
export function filesToAttach(paths: string[]): FileToAttach[] {
  const files = paths.map((path) => ({ name: basename(path), path: absolute(path), content: contentOf(path) }))
  const size = files.reduce((all, { content }) => all + content.length, 0)
  if (size > mostAttached) throw new UsageError('send --attach: 200 MB are kept at most')
  return files
}

function contentOf(path: string): Buffer {
  let descriptor: number
  try {
    // Opening a pipe would wait for somebody to write.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw new UsageError(`send --attach ${path}: ${reasons[codeOf(error) ?? ''] ?? codeOf(error)}`)
  }
  try {
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) throw new UsageError(`send --attach ${path}: it is a folder: expected a file`)
    if (!stats.isFile()) throw new UsageError(`send --attach ${path}: it is no regular file: expected a file`)
    if (stats.size > mostAttached) throw new UsageError(`send --attach ${path}: larger than 200 MB`)
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function absolute(path: string): string {
  try {
    return resolve(path)
  } catch {
    return path
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  ENXIO: 'it is no regular file: expected a file',
  ENOTDIR: 'no such file',
  ELOOP: 'too many symbolic links',
}
