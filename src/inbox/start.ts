import { isLocked } from '../platform/lock.ts'
import { startInBackground } from '../process/background.ts'
import { waitingCalls } from './index.ts'
import { readerLock } from './left-over.ts'
import { inboxFolder } from './waiting.ts'

/** Starts a process that looks after calls that were left over, if there are any and none is at work. */
export function readLeftOver(): void {
  const folder = inboxFolder()
  if (folder === undefined || waitingCalls(folder).length === 0 || isLocked(folder, readerLock)) return
  startReader()
}

/** @param path the call that the process handles; without it, all that were left over */
export function startReader(path?: string): void {
  startInBackground(['inbox', ...(path === undefined ? [] : [path])])
}
