import { closeSync, constants, fstatSync, openSync, readFileSync, writeSync } from 'node:fs'

const { O_APPEND, O_CREAT, O_NONBLOCK = 0, O_RDONLY, O_WRONLY } = constants

/**
 * Reads a text file of ours. What somebody else put in its place, a pipe first of all, would hold up whoever opens it:
 * it counts as not there.
 *
 * @param most bytes; a larger file is none of ours
 */
export function readRegular(path: string, most: number): string | undefined {
  return withRegular(path, O_RDONLY | O_NONBLOCK, (descriptor, size) =>
    size > most ? undefined : readFileSync(descriptor, 'utf8'),
  )
}

/** Adds to a file that only its owner can read; where something else is in its place, nothing. */
export function appendRegular(path: string, text: string): void {
  withRegular(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, (descriptor) => writeSync(descriptor, text))
}

function withRegular<T>(path: string, flags: number, work: (descriptor: number, size: number) => T): T | undefined {
  try {
    const descriptor = openSync(path, flags, 0o600)
    try {
      const stats = fstatSync(descriptor)
      return stats.isFile() ? work(descriptor, stats.size) : undefined
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}
