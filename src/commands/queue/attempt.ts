import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '../../delivery/deliver.ts'
import { type Flushed, type FlushOptions, flushOnce } from '../../delivery/flush.ts'
import { followUp } from '../../delivery/keep-flushing.ts'
import { printReport, sayReport } from '../../delivery/report.ts'
import { listPlaces } from '../../outbox/listing.ts'
import { exitCode, worstExitCode } from '../../platform/errors.ts'
import { print, say } from '../../platform/output.ts'
import { style } from '../../platform/style.ts'
import { oneLine } from '../../platform/text.ts'

/** Tries each once; with `wait` also what others are sending now, if it is still there then. */
export async function attempt(folder: string, options: FlushOptions, wait: boolean, json: boolean): Promise<number> {
  const reports: Report[] = []
  const codes: number[] = []
  const onReport = (report: Report) => {
    reports.push(report)
    if (json) printReport(report)
    else if (report.outcome === 'delivered') {
      print(`${oneLine(report.target)}: ${style.stdout.good('delivered')} ${report.id}\n`)
    }
    sayReport(report)
  }
  let { only } = options
  for (;;) {
    const flushed = await flushOnce(folder, { ...options, ...(only && { only }), onReport })
    if (flushed.busy.length === 0 || flushed.unwritable || !wait) {
      codes.push(...leftBehind(flushed))
      break
    }
    await sleep(100)
    const tried = new Set(reports.map(({ id }) => id))
    const left = listPlaces(folder).map(({ id }) => id)
    only = new Set(left.filter((id) => !tried.has(id) && (options.only?.has(id) ?? true)))
  }
  followUp(reports)
  return worstExitCode([...codes, ...reports.map((report) => report.exitCode)])
}

/** Says what nobody has tried. @returns exit codes: somebody has to look at what a process that hangs has, and at the disk */
function leftBehind({ busy, stuck, unwritable }: Flushed): number[] {
  for (const target of new Set(busy))
    say.warning(`${target}: another process is sending to it (wait for it with --wait)`)
  for (const { target, id, why } of stuck) say.error(`${target}: not tried: ${id}: ${why}`)
  return stuck.length > 0 || unwritable ? [exitCode.unavailable] : []
}
