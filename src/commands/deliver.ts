import { defineCommand } from '../command.ts'
import { attemptAll, type Pending, type Report } from '../delivery/deliver.ts'
import { isDelivery } from '../delivery/delivery.ts'
import { flushOnce } from '../delivery/flush.ts'
import { flushReached, keepFlushing } from '../delivery/flusher.ts'
import { outboxFolder } from '../delivery/spool.ts'
import { exitCode } from '../errors.ts'
import { readInput } from '../input.ts'
import { print, withoutSecrets } from '../output.ts'

/** A flusher lives this long at most, in milliseconds; later runs of ntfy start another when something is due. */
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
      tell(report)
    }
    const unkept = words.includes('-')
      ? attemptAll(homeless(), { foreground: false, fresh: true, onReport })
      : undefined
    if (folder !== undefined && ids.size > 0) {
      await flushOnce(folder, { all: true, only: ids, fresh: true, stop, onReport })
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
  setTimeout(end, lifetime).unref()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, end)
  return controller.signal
}

/** Whoever started us may have stopped listening: that is no reason to leave what is queued. */
function tell(report: Report): void {
  try {
    print(`${withoutSecrets(JSON.stringify(report))}\n`)
  } catch {}
}

/** Deliveries that could not be put on disk come by stdin. */
function homeless(): Pending[] {
  try {
    const deliveries: unknown = JSON.parse(readInput(mostInput).text)
    return (Array.isArray(deliveries) ? deliveries : [])
      .filter(isDelivery)
      .map((delivery) => ({ delivery, place: undefined }))
  } catch {
    // Whoever started us was killed half-way: what is in the outbox is tried all the same.
    return []
  }
}
