import { defineCommand } from '../cli/command.ts'
import { cutColumns } from '../cli/table.ts'
import { type AnswerLine, type LogLine, type LostLine, readWholeLog } from '../history/log.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { localTime } from '../platform/local-time.ts'
import { columns, print, printJson } from '../platform/output.ts'
import { style } from '../platform/style.ts'
import { oneLine } from '../platform/text.ts'

export default defineCommand({
  name: 'log',
  words: '',
  summary: 'show what was delivered recently',
  group: 'diagnosis',
  examples: [['ntfy log -n 5', 'the last five']],
  flags: { number: { kind: 'text', short: 'n', value: 'N', description: 'show the last N (default 20)' } },
  maxWords: 0,
  takes: ['json'],
  async run({ flags, global }) {
    const wanted = flags.number ?? '20'
    if (!/^\d{1,6}$/.test(wanted)) throw new UsageError(`log -n ${wanted}: expected a number of lines`)
    for (const line of readWholeLog().slice(-Number(wanted) || Number.POSITIVE_INFINITY)) {
      global.json ? printJson(line) : print(row(line))
    }
    return exitCode.ok
  },
})

function row(line: LogLine | LostLine | AnswerLine): string {
  if ('delivered' in line) return deliveredRow(line)
  if ('answered' in line) return answeredRow(line)
  const time = localTime(line.time)
  const rest = cutColumns(`  ${oneLine(`not sent: ${line.error}  ${line.title}`)}`, columns() - time.length)
  return `${style.stdout.faint(time)}${rest}\n`
}

function deliveredRow({ delivered, target, title, text, late_s: late, tries, bell_only: rang }: LogLine): string {
  const lateness = `${late > 5 ? `, ${late} s late` : ''}${rang ? ', bell only' : ''}`
  const often = tries > 1 ? `, ${tries} tries` : ''
  const time = localTime(delivered)
  const what = text === undefined ? title : `${title}: ${text}`
  const rest = cutColumns(`  ${oneLine(`${target}${lateness}${often}  ${what}`)}`, columns() - time.length)
  return `${style.stdout.faint(time)}${rest}\n`
}

function answeredRow({ answered, target, title, answer, by }: AnswerLine): string {
  const time = localTime(answered)
  const rest = cutColumns(
    `  ${oneLine(`${target}  ${title}: ${answer}${by === undefined ? '' : ` (${by})`}`)}`,
    columns() - time.length,
  )
  return `${style.stdout.faint(time)}${rest}\n`
}
