import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs'

const { O_NONBLOCK = 0, O_RDONLY } = constants

/** What is at a path is not a regular file, or larger than expected. */
export class UnfitFile extends Error {}

/**
 * Reads a file that may be anybody's, wherever links lead. A pipe or a device in its place would hold up whoever reads
 * it, or never end.
 *
 * @param most bytes
 * @throws the file system's error, or UnfitFile
 */
export function readRegularFile(path: string, most: number): Buffer {
  const descriptor = openSync(path, O_RDONLY | O_NONBLOCK)
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) throw new UnfitFile('expected a file')
    if (stats.size > most) throw new UnfitFile(`larger than ${Math.floor(most / 1024)} kB`)
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The text of a file; nothing if there is none that can be read. */
export function readRegular(path: string, most: number, encoding: BufferEncoding = 'utf8'): string | undefined {
  try {
    return readRegularFile(path, most).toString(encoding)
  } catch {
    return undefined
  }
}

/** Can what is at a path be read only once? */
export function isPipe(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats !== undefined && (stats.isFIFO() || stats.isSocket())
}
