import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Call } from './call.ts'
import { callName, inboxFolder } from './waiting.ts'

/** How long it takes at most until an earlier call has been handled, in milliseconds; who hangs is not waited for. */
const patience = 2000

/** Waits until the calls before this one have left the inbox: each has a process of its own, and none keeps the order. */
export async function afterEarlierCalls({ id, time }: Pick<Call, 'id' | 'time'>): Promise<void> {
  const folder = inboxFolder()
  const end = Date.now() + patience
  if (folder === undefined) return
  // Of a file that is renamed while a folder is read, neither name need be found (POSIX readdir): it is read twice.
  for (let quiet = 0; quiet < 2 && Date.now() < end; quiet++) {
    if (!hasEarlier(folder, id, time.getTime())) continue
    quiet = -1
    await sleep(5)
  }
}

function hasEarlier(folder: string, id: string, time: number): boolean {
  try {
    return readdirSync(folder).some((name) => {
      const [, other] = callName.exec(name) ?? []
      if (other === undefined || other === id) return false
      const at = lstatSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs
      return at !== undefined && Math.floor(at) < time && time - at < 60_000
    })
  } catch {
    return false
  }
}
