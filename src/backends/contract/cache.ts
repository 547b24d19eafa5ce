import { join } from 'node:path'
import { writeDurably } from '../../platform/durable.ts'
import { messageOf, TransientError } from '../../platform/errors.ts'
import { makeFolder } from '../../platform/folder.ts'
import { field } from '../../platform/json.ts'
import { largest } from '../../platform/largest.ts'
import { isLocked, releaseLock, takeLock } from '../../platform/lock.ts'
import { say } from '../../platform/output.ts'
import { readOwn } from '../../platform/own-file.ts'
import { statePlace } from '../../platform/paths.ts'
import type { Cache } from './backend.ts'

/** How long to wait before another look at a lock, in milliseconds. */
const pollEvery = 50

/** What could not be written, for the rest of this process. */
const unwritten = new Map<string, unknown>()

/** Who works alone under a name in this process; the next waits for its end. */
const turns = new Map<string, Promise<unknown>>()

/** A value of a backend in the state folder: one file that only its owner can read. The signal ends waiting. */
export function openCache(
  backend: string,
  name: string,
  signal: AbortSignal,
  { durable = true }: { durable?: boolean } = {},
): Cache {
  const file = `${backend}-${encodeURIComponent(name.toWellFormed())}`.slice(0, 200)
  return {
    read: () => (unwritten.has(file) ? unwritten.get(file) : readFile(file, name)),
    write: (value) => writeFile(file, name, value, durable),
    alone: (work) => {
      const before = turns.get(file) ?? Promise.resolve()
      const turn = before.catch(() => {}).then(() => locked(`${file}.lock`, signal, work))
      turns.set(file, turn)
      return turn
    },
  }
}

/** Where values are kept; nothing if there is no place for them. */
export function cacheFolder(): string | undefined {
  const { folder } = statePlace()
  return folder === undefined ? undefined : join(folder, 'cache')
}

/** The name is in the file too: two long ones may share a file's name. */
function readFile(file: string, name: string): unknown {
  const folder = cacheFolder()
  if (folder === undefined) return undefined
  try {
    const content: unknown = JSON.parse(readOwn(join(folder, file), largest.cache) ?? '')
    return field(content, 'name') === name ? field(content, 'value') : undefined
  } catch {
    return undefined
  }
}

function writeFile(file: string, name: string, value: unknown, durable: boolean): boolean {
  try {
    const folder = cacheFolder()
    if (folder === undefined) throw new Error(statePlace().problem)
    makeFolder(folder)
    writeDurably(join(folder, file), { name, value }, largest.cache, { durable })
    unwritten.delete(file)
    return true
  } catch (error) {
    say.debug(`nothing can be kept for later runs: ${messageOf(error)}`)
    unwritten.set(file, value)
    return false
  }
}

async function locked<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const folder = await lockIn(cacheFolder(), name, signal)
  try {
    return await work()
  } finally {
    if (folder !== undefined) releaseLock(folder, name)
  }
}

/** The path of the lock once it is ours; nothing where none can be created: then there is nothing for others to find. */
async function lockIn(folder: string | undefined, name: string, signal: AbortSignal): Promise<string | undefined> {
  if (folder === undefined) return undefined
  try {
    makeFolder(folder)
  } catch {
    return undefined
  }
  while (!takeLock(folder, name)) {
    // Nobody has it, or has let it go just now.
    if (!isLocked(folder, name)) return takeLock(folder, name) ? folder : undefined
    if (signal.aborted) throw new TransientError('another ntfy takes long to log in')
    await new Promise((resolve) => setTimeout(resolve, pollEvery))
  }
  return folder
}
