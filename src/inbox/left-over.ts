import { noteLost } from '../history/log.ts'
import { releaseLock, takeLock } from '../platform/lock.ts'
import { programEnvironment, programFile } from '../platform/program.ts'
import { parseCall } from './call.ts'
import { readCall, removeCall, removeDrafts, type Stored, takeCall, waitingCalls } from './index.ts'
import { keptVariables } from './variables.ts'

/** The lock of the process that looks after what was left over. */
export const readerLock = 'reader'

/** What is older is of no use to anybody, milliseconds. */
const longestKept = 24 * 60 * 60_000

/**
 * Has what was left over handled, in the order in which it was called, each call by a process with its environment.
 * Returns at once if another process does that already.
 */
export async function handleLeftOver(folder: string): Promise<void> {
  removeDrafts(folder)
  if (!takeLock(folder, readerLock)) return
  try {
    // What cannot be handled now is left for a later run.
    const tried = new Set<string>()
    const next = () => waitingCalls(folder).find(({ id }) => !tried.has(id))
    for (let stored = next(); stored !== undefined; stored = next()) {
      tried.add(stored.id)
      if (Date.now() - stored.time > longestKept) drop(stored)
      else await handleApart(stored)
    }
  } finally {
    releaseLock(folder, readerLock)
  }
}

function drop({ path }: Stored): void {
  const taken = takeCall(path)
  if (taken === undefined) return
  const title = ['ntfy', ...(taken.call?.words ?? [])].join(' ')
  const error = taken.call === undefined ? 'damaged' : 'older than 24 hours'
  noteLost({ id: taken.id, title, error, time: new Date(taken.time).toISOString() })
  removeCall(taken)
}

async function handleApart({ id, path, time }: Stored): Promise<void> {
  const bytes = readCall(path)
  const call = bytes && parseCall(bytes, { id, time: new Date(time) })
  const env = { ...programEnvironment() }
  for (const name of keptVariables) delete env[name]
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(process.execPath, [programFile(), 'inbox', '--keep', path], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: { ...env, ...call?.variables },
  })
  await new Promise((resolve) => child.on('error', resolve).on('exit', resolve))
}
