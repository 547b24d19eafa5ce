import { defineCommand } from '../command.ts'
import { attemptAll, type Pending } from '../delivery/deliver.ts'
import { isDelivery } from '../delivery/delivery.ts'
import { flushOnce } from '../delivery/flush.ts'
import { keepFlushing } from '../delivery/flusher.ts'
import { outboxFolder } from '../delivery/outbox.ts'
import { exitCode } from '../errors.ts'
import { readInput } from '../input.ts'
import { print } from '../output.ts'

/** Most that comes by stdin, in bytes. */
const mostInput = 16 * 1024 * 1024

export default defineCommand({
  name: 'deliver',
  words: '[ID...]',
  summary: 'deliver what has just been put into the outbox, then keep trying what is in it',
  flags: { reached: { kind: 'list', description: 'a target whose service has just answered' } },
  hidden: true,
  async run({ words, flags }) {
    const folder = outboxFolder()
    const ids = new Set(words.filter((word) => word !== '-'))
    const reports = words.includes('-') ? await attemptAll(homeless(), { foreground: false, fresh: true }) : []
    if (folder !== undefined && ids.size > 0) {
      reports.push(...(await flushOnce(folder, { all: true, only: ids, fresh: true })).reports)
    }
    // Whoever started us may have stopped listening: that is no reason to leave what is queued.
    try {
      for (const report of reports) print(`${JSON.stringify(report)}\n`)
    } catch {}
    if (folder === undefined) return exitCode.ok
    const delivered = reports.filter(({ outcome }) => outcome === 'delivered')
    const reached = new Set([...flags.reached, ...delivered.map(({ target }) => target)])
    if (reached.size > 0) await flushOnce(folder, { reached })
    await keepFlushing(folder)
    return exitCode.ok
  },
})

/** Deliveries that could not be put on disk come by stdin. */
function homeless(): Pending[] {
  const deliveries: unknown = JSON.parse(readInput(mostInput).text)
  return (Array.isArray(deliveries) ? deliveries : [])
    .filter(isDelivery)
    .map((delivery) => ({ delivery, place: undefined }))
}
