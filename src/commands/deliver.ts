import { defineCommand } from '../cli/command.ts'
import type { HandedOver } from '../delivery/background.ts'
import { attemptAll, type Report, type Spooled } from '../delivery/deliver.ts'
import { flushOnce } from '../delivery/flush.ts'
import { withGranted } from '../delivery/granted.ts'
import { flushReached, keepFlushing } from '../delivery/keep-flushing.ts'
import { isDelivery } from '../outbox/delivery.ts'
import { isAnythingScheduled } from '../outbox/schedule.ts'
import { outboxFolder } from '../outbox/spool.ts'
import { exitCode } from '../platform/errors.ts'
import { readInput } from '../platform/input.ts'
import { printJson } from '../platform/output.ts'

/** A flusher lives this long, in milliseconds, and as long again while something is scheduled; later runs of ntfy start another when something is due. */
const lifetime = 60 * 60_000

/** Most that comes by stdin, in bytes. */
const mostInput = 16 * 1024 * 1024

export default defineCommand({
  name: 'deliver',
  words: '[ID...]',
  summary: 'deliver what has just been put into the outbox, then keep trying what is in it',
  flags: { reached: { kind: 'list', description: 'a target whose service has just answered' } },
  hidden: true,
  async run({ words, flags }) {
    const stop = endOfLife()
    const folder = outboxFolder()
    const ids = new Set(words.filter((word) => word !== '-'))
    const reached = new Set(flags.reached)
    const onReport = (report: Report) => {
      if (report.outcome === 'delivered') reached.add(report.target)
      writeReport(report)
    }
    const { deliveries, granted } = words.includes('-') ? handedOver() : { deliveries: [], granted: {} }
    const homeless = deliveries.map((delivery): Spooled => ({ delivery, location: undefined }))
    const unkept = attemptAll(homeless, { foreground: false, fresh: true, onReport })
    if (folder !== undefined && ids.size > 0) {
      await flushOnce(folder, { all: true, only: ids, granted, fresh: true, stop, onReport })
    }
    await unkept
    if (folder === undefined) return exitCode.ok
    if (reached.size > 0) await flushReached(folder, reached, stop)
    await keepFlushing(folder, stop)
    return exitCode.ok
  },
})

/** Aborted when no attempt is to be begun any more; one that is under way comes to its end: it may be half-sent. */
function endOfLife(): AbortSignal {
  const controller = new AbortController()
  const end = () => controller.abort()
  const grow = () => setTimeout(() => (hasToStay() ? grow() : end()), lifetime).unref()
  grow()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, end)
  return controller.signal
}

/** Who chose a time for a message does not expect to have to do something at that time. */
function hasToStay(): boolean {
  const folder = outboxFolder()
  try {
    return folder !== undefined && isAnythingScheduled(folder)
  } catch {
    return false
  }
}

/** Our parent may have stopped listening: that is no reason to abandon what is queued. */
function writeReport(report: Report): void {
  try {
    printJson(report)
  } catch {}
}

/** What could not be put on disk, or must not be, comes by stdin. */
function handedOver(): HandedOver {
  try {
    const { deliveries, granted } = JSON.parse(readInput(mostInput).text) as HandedOver
    return { deliveries: deliveries.filter(isDelivery).map((one) => withGranted(one, granted)), granted }
  } catch {
    // Our parent was killed half-way: what is in the outbox is tried all the same.
    return { deliveries: [], granted: {} }
  }
}
