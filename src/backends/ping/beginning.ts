import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../platform/folder.ts'
import { removeQuietly } from '../../platform/own-file.ts'
import { stateFolder } from '../../platform/paths.ts'

/** So long may the ping of a beginning take, in milliseconds. */
export const longestStart = 5000

/** Notes that the beginning of a run is being sent; where that cannot be noted, its end does not wait. */
export function noteBeginning(run: string): void {
  const path = pathOf(run)
  try {
    if (path === undefined) return
    makeFolder(join(path, '..'))
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 })
  } catch {}
}

/** The beginning was sent, or never will be. */
export function forgetBeginning(run: string): void {
  const path = pathOf(run)
  if (path !== undefined) removeQuietly(path)
}

/** The beginning of a run is sent by another process: its end must not overtake it. */
export async function afterBeginning(run: string, signal: AbortSignal): Promise<void> {
  const path = pathOf(run)
  const end = performance.now() + longestStart
  while (path !== undefined && existsSync(path) && performance.now() < end && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  forgetBeginning(run)
}

/** Files of the outbox are not trusted: what is no id names no file. */
function pathOf(run: string): string | undefined {
  const folder = stateFolder()
  return folder === undefined || !/^[0-9a-f-]{36}$/.test(run) ? undefined : join(folder, 'pings', run)
}
