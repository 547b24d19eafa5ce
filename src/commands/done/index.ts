import { defineCommand, type GlobalOptions } from '../../cli/command.ts'
import { UsageError } from '../../platform/errors.ts'
import { checkAttached, isAttached } from './attach-flags.ts'
import { notifyFormatted, notifyStatus } from './ended.ts'
import { type DoneFlags, flags } from './flags.ts'
import { readRules } from './rules.ts'
import { refuseUnusable } from './unusable.ts'
import { readWatchFor } from './watch-flags.ts'
import { readSituation, wrap } from './wrap.ts'

export default defineCommand({
  name: 'done',
  words: '[--] COMMAND...',
  summary: 'run a command or watch a process, and notify when it ends',
  group: 'everyday',
  examples: [
    ['ntfy done make -j4', 'everything after `make` is passed to make'],
    ['ntfy done --on failure --tail 20 make test', 'only if it fails, with its last 20 lines'],
    ['make; ntfy done --status $?', 'a command that has just ended'],
    ['ntfy done --pid 1234', 'a process that is already running'],
    ['ntfy done --ping backup rsync -a src dst', 'with heartbeats for a service that watches over jobs'],
  ],
  flags,
  wraps: true,
  async run({ flags, words, global }) {
    const rules = readRules(flags)
    const attached = isAttached(flags)
    refuseUnusable(flags, attached)
    const watchFor = readWatchFor(flags)
    if (attached) return (await import('./attach.ts')).attach(flags, words, { rules, watchFor, global })
    checkAttached(flags)
    if (flags.formatter !== undefined) return notifyFormatted(flags.formatter, words, rules, global)
    if (flags.status !== undefined) {
      if (words.length > 0 || flags.shell !== undefined) {
        throw new UsageError('--status: expected no command: it notifies of one that has already ended')
      }
      return notifyStatus(flags.status, rules, global)
    }
    const argv = commandLine(flags, words)
    if (flags['background-only']) await refuseTarget(argv[0] ?? '', global)
    const { ping, cron, progress: showProgress } = flags
    return wrap(argv, { rules, watchFor, global, showProgress, ping, cron })
  },
})

/** @throws UsageError where `-b phone` behind `done` was meant to name a target: nothing is run */
async function refuseTarget(word: string, global: GlobalOptions): Promise<void> {
  const { locate } = await import('../../process/locate.ts')
  if ('path' in locate(word, process.env['PATH'])) return
  const { findTarget } = await import('../../config/select.ts')
  const { config } = await readSituation(global)
  try {
    if (!Object.hasOwn(config.groups, word)) findTarget(config, word)
  } catch {
    return
  }
  throw new UsageError(`after done, -b means --background-only; put -b ${word} before done (ntfy -b ${word} done ...)`)
}

function commandLine(flags: DoneFlags, words: string[]): string[] {
  if (flags.shell !== undefined) return ['sh', '-c', flags.shell, ...(words.length > 0 ? ['sh', ...words] : [])]
  if (words.length === 0) throw new UsageError('done: expected a command to run (ntfy done make)')
  return words
}
