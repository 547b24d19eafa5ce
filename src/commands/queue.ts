import { defineCommand } from '../command.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { flushOnce } from '../delivery/flush.ts'
import { type Entry, failedFolder, isStale, list, outboxFolder, read } from '../delivery/outbox.ts'
import { printReport, sayReport } from '../delivery/report.ts'
import { exitCode, UsageError, worstExitCode } from '../errors.ts'
import { print } from '../output.ts'
import { didYouMean } from '../suggest.ts'
import { oneLine } from '../text.ts'

const verbs = ['list', 'flush']

export default defineCommand({
  name: 'queue',
  words: '[list|flush]',
  summary: 'what is not delivered yet; flush tries all of it now',
  flags: {},
  maxWords: 1,
  async run({ words: [verb = 'list'], global }) {
    if (!verbs.includes(verb)) throw new UsageError(`queue: unknown word ${verb}${didYouMean(verb, verbs)}`)
    const folder = outboxFolder()
    if (folder === undefined) return exitCode.ok
    if (verb === 'list') {
      for (const entry of [...list(folder), ...list(failedFolder(folder))]) show(entry, folder, global.json)
      return exitCode.ok
    }
    const { reports } = await flushOnce(folder, { all: true })
    for (const report of reports) {
      if (global.json) printReport(report)
      sayReport(report)
    }
    return worstExitCode(reports.map((report) => report.exitCode))
  },
})

function show(entry: Entry, folder: string, json: boolean): void {
  const delivery = read(entry)
  const state = stateOf(entry, delivery, folder)
  const { id, target, backend, tries, created, next, error } = delivery ?? {}
  const { title, message } = delivery?.notification ?? {}
  if (json) {
    print(
      `${JSON.stringify({ id: id ?? entry.name, target, backend, title, message, state, tries, created, next, error })}\n`,
    )
  } else {
    const what = oneLine(`${title ?? ''}: ${message ?? ''}`)
    print(`${(id ?? entry.name).slice(0, 8)}  ${state.padEnd(8)} ${(target ?? '?').padEnd(12)} ${what.slice(0, 46)}\n`)
    if (error !== undefined) print(`          ${oneLine(error).slice(0, 69)}\n`)
  }
}

function stateOf(entry: Entry, delivery: Delivery | undefined, folder: string): string {
  if (delivery === undefined) return 'damaged'
  if (entry.path.startsWith(failedFolder(folder))) return 'failed'
  return entry.claim !== undefined && !isStale(entry) ? 'claimed' : delivery.state
}
