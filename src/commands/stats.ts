import { defineCommand } from '../cli/command.ts'
import { cutColumns } from '../cli/table.ts'
import { loadConfig } from '../config/index.ts'
import { shortDuration } from '../platform/duration.ts'
import { exitCode } from '../platform/errors.ts'
import { columns, print, printJson, say } from '../platform/output.ts'
import { abbreviateHome } from '../platform/paths.ts'
import { style } from '../platform/style.ts'
import { oneLine } from '../platform/text.ts'
import { allStats, type Run, type Stats, summary } from '../running/stats/index.ts'

export default defineCommand({
  name: 'stats',
  words: '',
  summary: 'show how long commands usually take',
  group: 'diagnosis',
  examples: [['ntfy stats', 'command, runs, median, 90th percentile and the last 20 durations']],
  flags: {},
  maxWords: 0,
  takes: ['json'],
  async run({ global }) {
    const { config } = await loadConfig(global.config)
    if (!config.stats) {
      say.info('the configuration says `stats: false`')
      return exitCode.ok
    }
    const all = allStats().sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
    if (global.json) for (const one of all) printJson(jsonOf(one))
    else if (all.length > 0) printTable(all)
    return exitCode.ok
  },
})

function nameOf({ command, folder }: Stats): string {
  return `${command}\0${folder}`
}

function jsonOf({ command, folder, runs }: Stats) {
  const { medianMs, p90Ms } = summary(runs)
  const peaks = runs.flatMap(({ peak }) => peak ?? [])
  return {
    command,
    folder,
    runs: runs.length,
    median_s: Math.round(medianMs) / 1000,
    p90_s: Math.round(p90Ms) / 1000,
    peak_bytes: peaks.length > 0 ? Math.max(...peaks) : null,
  }
}

function printTable(all: Stats[]): void {
  const rows = all.map(({ command, folder, runs }) => {
    const { medianMs, p90Ms } = summary(runs)
    const numbers = [String(runs.length), shortDuration(medianMs), shortDuration(p90Ms)]
    return [oneLine(command), ...numbers, sparkline(runs), oneLine(abbreviateHome(folder))]
  })
  const heading = ['COMMAND', 'RUNS', 'MEDIAN', '90TH', 'LAST 20', 'FOLDER']
  const widths = heading.map((_, at) => Math.max(...[heading, ...rows].map((row) => row[at]?.length ?? 0)))
  const line = (row: string[]) =>
    cutColumns(
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
      columns(),
    )
  print(`${style.stdout.heading(line(heading))}\n`)
  for (const row of rows) print(`${line(row)}\n`)
}

/** The last durations, each a block between nothing and the longest. */
function sparkline(runs: Run[]): string {
  const most = Math.max(...runs.map(({ durationMs }) => durationMs), 1)
  return runs.map(({ durationMs }) => '▁▂▃▄▅▆▇█'[Math.min(7, Math.floor((durationMs / most) * 8))]).join('')
}
