/**
 * The largest that the files of the state folder may be, in bytes: readers take a larger one for somebody else's, so
 * every writer is held to it before it replaces anything.
 */
export const largest = {
  delivery: 1024 * 1024,
  cache: 256 * 1024,
  session: 512 * 1024,
  /** The keys of a device, and of all those that it writes to. */
  device: 64 * 1024 * 1024,
  /** The log and the journal, which are put aside long before. */
  lines: 16 * 1024 * 1024,
  pause: 64 * 1024,
  settings: 64 * 1024,
  /** A configuration as it was read. */
  copy: 1024 * 1024,
  /** The record of a command that runs. */
  job: 64 * 1024,
  /** Locks, and words to and from the hooks. */
  mark: 1024,
} as const

/** What would be written could not be read again. */
export class TooLargeError extends Error {
  constructor(size: number, most: number) {
    super(`it is too large to be kept: ${Math.ceil(size / 1024)} kB (at most ${most / 1024} kB)`)
  }
}
