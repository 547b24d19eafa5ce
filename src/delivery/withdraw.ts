import { withdrawOnLinux } from '../desktop/linux.ts'
import { claim, current, finish, unclaim } from '../outbox/index.ts'
import { list, outboxFolder, read } from '../outbox/spool.ts'
import { messageOf } from '../platform/errors.ts'
import { say } from '../platform/output.ts'

/** What a thread's notifications are on the desktop, and what waits for nobody to answer or to come, is no news any more. */
export async function withdraw(thread: string): Promise<void> {
  dropHeld(thread)
  try {
    await withdrawOnLinux(thread, AbortSignal.timeout(1000))
  } catch (error) {
    say.debug(`the last notification stays: ${messageOf(error)}`)
  }
}

function dropHeld(thread: string): void {
  const folder = outboxFolder()
  if (folder === undefined) return
  try {
    for (const entry of list(folder)) {
      if (!isOf(thread, read(entry))) continue
      const claimed = claim(folder, entry)
      if (claimed === undefined) continue
      if (isOf(thread, current(claimed))) finish(folder, claimed)
      else unclaim(folder, claimed)
    }
  } catch (error) {
    say.debug(`what was held stays: ${messageOf(error)}`)
  }
}

function isOf(thread: string, delivery: ReturnType<typeof read>): boolean {
  if (delivery?.state !== 'held' || delivery.notification.thread !== thread) return false
  return delivery.rule === 'settle' || delivery.rule === 'escalate'
}
