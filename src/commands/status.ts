import { defineCommand } from '../cli/command.ts'
import { destinationsFor } from '../delivery/destinations.ts'
import { loadsHooks } from '../doctor/shells.ts'
import { listPlaces, readPlaces } from '../outbox/listing.ts'
import { outboxFolder } from '../outbox/spool.ts'
import { shortDuration } from '../platform/duration.ts'
import { exitCode } from '../platform/errors.ts'
import { printJson, printLine } from '../platform/output.ts'
import { style } from '../platform/style.ts'
import { callingShell, readStat } from '../process/proc.ts'
import { type Shell, shellOf, shells } from '../shell/shells.ts'
import { hooksNow } from './say-hooks.ts'
import { shellThreshold } from './shell-threshold.ts'

export default defineCommand({
  name: 'status',
  words: '',
  summary: 'show hooks, threshold, targets and queue in five lines',
  group: 'diagnosis',
  examples: [['ntfy status', 'what a command that ends now would lead to']],
  flags: {},
  maxWords: 0,
  takes: ['json'],
  async run({ global }) {
    const lines = {
      hooks: hooks(),
      threshold: await threshold(global.config),
      targets: await targets(global),
      queue: queue(),
      now: hooksNow(callingShell()),
    }
    if (global.json) printJson(lines)
    else {
      for (const [name, line] of Object.entries(lines)) {
        printLine(`${name.padEnd(10)} ${line}`, (whole) => style.stdout.heading(whole.slice(0, 10)) + whole.slice(10))
      }
    }
    return exitCode.ok
  },
})

/** Whether the shell that asks loads the hooks when it starts. */
function hooks(): string {
  const shell = shellOf(readStat(process.ppid)?.comm) ?? shellOf(process.env['SHELL'])
  if (shell === undefined) return `none: no ${new Intl.ListFormat('en', { type: 'disjunction' }).format(shells)} asks`
  return loadsHooks(shell) ? `loaded by every new ${shell}` : notLoaded(shell)
}

function notLoaded(shell: Shell): string {
  return `not loaded by new ${shell} shells (ntfy shell-integration -s ${shell} --install)`
}

async function threshold(config: string | undefined): Promise<string> {
  const { milliseconds, source, always } = await shellThreshold(config)
  const except = always.length === 0 ? '' : `; always: ${always.join(', ')}`
  return `commands of ${shortDuration(milliseconds)} or more (${source})${except}`
}

async function targets(global: Parameters<typeof destinationsFor>[0]): Promise<string> {
  const { selected, trouble } = await destinationsFor(global)
  return `${selected.map(({ target }) => target.name).join(', ')}${trouble === undefined ? '' : ` (${trouble})`}`
}

/** How many are kept in each state: `2 waiting, 1 parked`. */
function queue(): string {
  const folder = outboxFolder()
  const counts = new Map<string, number>()
  for (const { state } of readPlaces(folder === undefined ? [] : listPlaces(folder))) {
    counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  if (counts.size === 0) return 'nothing is waiting'
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ')
}
