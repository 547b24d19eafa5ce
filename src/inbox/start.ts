import { isLocked } from '../platform/lock.ts'
import { programEnvironment, programFile } from '../platform/program.ts'
import { closeInherited } from '../process/launcher.ts'
import { waitingCalls } from './index.ts'
import { readerLock } from './left-over.ts'
import { inboxFolder } from './waiting.ts'

/** Starts a process that looks after calls that were left over, if there are any and none is at work. */
export function readLeftOver(): void {
  const folder = inboxFolder()
  if (folder === undefined || waitingCalls(folder).length === 0 || isLocked(folder, readerLock)) return
  startReader()
}

/**
 * Starts a process of its own: in a session of its own, with none of our descriptors, in no folder that somebody might
 * want to unmount.
 *
 * @param path the call that it handles; without it, all that were left over
 */
export function startReader(path?: string): void {
  closeInherited()
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(process.execPath, [programFile(), 'inbox', ...(path === undefined ? [] : [path])], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: programEnvironment(),
  })
  child.on('error', () => {})
  child.unref()
}
