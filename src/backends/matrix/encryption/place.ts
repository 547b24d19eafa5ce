import { join } from 'node:path'
import { makeFolderDurably } from '../../../platform/durable.ts'
import { ConfigError, codeOf, messageOf, TransientError } from '../../../platform/errors.ts'
import { isLocked, releaseLock, takeLock } from '../../../platform/lock.ts'
import { removeQuietly, replaceOwn } from '../../../platform/own-file.ts'
import { statePlace } from '../../../platform/paths.ts'

/** How long to wait before another look at a lock, in milliseconds. */
const pollEvery = 20

/**
 * The folder for what encryption has to keep. Unlike the cache it forgives nothing: what cannot be kept must not be sent.
 *
 * @throws ConfigError there is no place for it
 */
export function encryptionFolder(): string {
  const { folder, problem } = statePlace()
  if (folder === undefined) throw new ConfigError(`${unkept}: ${problem}`)
  return join(folder, 'matrix')
}

const unkept = 'the room is encrypted, and its keys cannot be kept'

/** A name for a file, of texts that may be long, and may hold any character. */
export function fileName(...parts: string[]): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/** Does something with what is kept; a full disk is for later, anything else in the way is a matter of configuration. */
export function keeping<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const text = `${unkept}: ${messageOf(error)}`
    throw ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO'].includes(codeOf(error) ?? '')
      ? new TransientError(text)
      : new ConfigError(text)
  }
}

/**
 * Works while nobody else does under this name.
 *
 * @throws TransientError others take too long; ConfigError no lock can be had here
 */
export async function alone<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const folder = encryptionFolder()
  const lock = `${name}.lock`
  keeping(() => makeFolderDurably(folder))
  while (!takeLock(folder, lock)) {
    // Nobody has it: it was let go just now, or none can be made here.
    if (!isLocked(folder, lock)) keeping(() => writeTrial(folder))
    if (signal.aborted) throw new TransientError('another ntfy takes long to encrypt')
    await new Promise((resolve) => setTimeout(resolve, pollEvery))
  }
  try {
    return await work()
  } finally {
    releaseLock(folder, lock)
  }
}

/** @throws the file system's error, if nothing can be written there */
function writeTrial(folder: string): void {
  const file = join(folder, `.trial.${process.pid}`)
  replaceOwn(file, 'x')
  removeQuietly(file)
}
