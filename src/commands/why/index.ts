import { defineCommand } from '../../cli/command.ts'
import { loadConfig } from '../../config/index.ts'
import { lineOfWord, ruleFinder } from '../../config/where.ts'
import { readJournal } from '../../history/journal.ts'
import { shortDuration } from '../../platform/duration.ts'
import { exitCode, UsageError } from '../../platform/errors.ts'
import { localTime } from '../../platform/local-time.ts'
import { printJson, printLine } from '../../platform/output.ts'
import { style } from '../../platform/style.ts'
import { callingShell } from '../../process/proc.ts'
import { offNow } from '../../rules/off.ts'
import { hooksNow } from '../say-hooks.ts'
import { shellThreshold } from '../shell-threshold.ts'
import { explain } from './explain.ts'
import { type Entry, knownDeliveries } from './known.ts'
import { sentDirectly } from './sent-directly.ts'

/** How many are explained if nobody says how many. */
const defaultCount = 10

export default defineCommand({
  name: 'why',
  words: '',
  summary: 'explain why recent commands did or did not notify',
  group: 'diagnosis',
  examples: [['ntfy why --last', 'the last one']],
  flags: {
    number: {
      kind: 'text',
      short: 'n',
      value: 'N',
      description: `explain the last N commands and messages (default ${defaultCount})`,
    },
    last: { kind: 'boolean', description: 'explain only the last one' },
  },
  maxWords: 0,
  takes: ['json'],
  async run({ flags, global }) {
    const wanted = flags.last ? '1' : (flags.number ?? String(defaultCount))
    if (!/^\d{1,6}$/.test(wanted) || Number(wanted) === 0) {
      throw new UsageError(`why -n ${wanted}: expected a number of commands`)
    }
    const journal = readJournal()
    const known = knownDeliveries(journal)
    const entries: Entry[] = journal.filter(({ source }) => source !== 'drop')
    const all = [...entries, ...(await sentDirectly(journal, known))].sort(newestFirst)
    for (const entry of all.slice(0, Number(wanted))) {
      const lines = explain(entry, await ruleFinder(entry.config), known)
      const { title, ...printed } = entry
      if (global.json) printJson({ ...printed, ...(title !== undefined && { title }), explained: lines })
      else for (const line of lines) printExplained(localTime(entry.time), line)
    }
    if (!global.json) for (const line of await whatElse(global.config)) printLine(line)
    return exitCode.ok
  },
})

function newestFirst(one: Entry, other: Entry): number {
  return other.time.localeCompare(one.time)
}

/** What was decided, or has become of it, stands behind the first colon. */
function printExplained(time: string, line: string): void {
  const tone = /: delivered at/.test(line) ? 'good' : /: (not sent|gone|parked)/.test(line) ? 'bad' : 'faint'
  const at = line.indexOf(': ') + 2
  printLine(
    `${time}  ${line}`,
    () => `${style.stdout.faint(time)}  ${line.slice(0, at)}${style.stdout[tone](line.slice(at))}`,
  )
}

/** What never reached this program, because the hooks do not call it. */
async function whatElse(config: string | undefined): Promise<string[]> {
  const { milliseconds, source, always } = await shellThreshold(config)
  const lines = offNow(callingShell()) ? [`the ${hooksNow(callingShell())}`] : []
  const except = always.length === 0 ? '' : `, except ${always.join(', ')} (always)`
  const { config: settings } = await loadConfig(config)
  // Under `hide` they notify, and are listed as a command without its text.
  if (settings.private === 'drop') {
    const place = await lineOfWord(config, 'private')
    const which = 'typed with a leading space, or kept out of the history by HISTCONTROL and the like'
    lines.push(
      `private commands (${which}) neither notify nor are recorded (${place?.includes(' in ') ? place : 'private: drop, the default'})`,
    )
  }
  return [...lines, `commands under ${shortDuration(milliseconds)} do not notify (${source})${except}`]
}
