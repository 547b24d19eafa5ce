import { defineCommand } from '../cli/command.ts'
import { loadConfig } from '../config/index.ts'
import { attemptAll, spool } from '../delivery/deliver.ts'
import { followUp } from '../delivery/keep-flushing.ts'
import { findPing, isUnderstood, makePing } from '../delivery/ping.ts'
import { printReport, sayReport } from '../delivery/report.ts'
import { exitCode, UsageError, worstExitCode } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { didYouMean } from '../platform/suggest.ts'

const events = ['start', 'fail', 'log']

export default defineCommand({
  name: 'ping',
  words: 'NAME [start|fail|log|STATUS]',
  summary: 'send a heartbeat to a service that watches over jobs',
  group: 'scripts',
  examples: [
    ['ntfy ping backup', 'it went well'],
    ['ntfy ping backup start', 'it begins'],
    ['ntfy ping backup $?', 'it ended with that status'],
    ['ntfy done --ping backup rsync -a src dst', 'all of it, around a command'],
  ],
  flags: {},
  maxWords: 2,
  takes: ['json'],
  async run({ words: [word, event = ''], global }) {
    if (word === undefined) throw new UsageError('ping: expected a name of `pings` in the configuration, or an address')
    if (event !== '' && !events.includes(event) && !isStatus(event)) {
      throw new UsageError(`ping ${event}: expected start, fail, log or an exit status${didYouMean(event, events)}`)
    }
    const place = await findPing(word, async () => (await loadConfig(global.config)).config)
    if (!isUnderstood(place, event)) {
      say.info(`${word}: its service knows no ${event === '' ? 'success' : event}: nothing was sent`)
      return exitCode.ok
    }
    const delivery = makePing(place, { event })
    // Of a beginning that arrives later nobody has any use.
    const pending = event === 'start' ? [{ delivery, location: undefined }] : spool([delivery], { claimed: true })
    const config = 'config' in place ? { config: place.config } : {}
    const reports = await attemptAll(pending, { foreground: true, fresh: true, ...config })
    for (const report of reports) {
      if (global.json) printReport(report)
      sayReport(report)
    }
    followUp(reports)
    return worstExitCode(reports.map((report) => report.exitCode))
  },
})

function isStatus(word: string): boolean {
  return /^\d{1,3}$/.test(word) && Number(word) <= 255
}
