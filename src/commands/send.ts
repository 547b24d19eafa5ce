import { isatty } from 'node:tty'
import { defineCommand, type GlobalOptions } from '../cli/command.ts'
import { loadConfig } from '../config/index.ts'
import { selectTargets } from '../config/select.ts'
import { attemptAll, type Report, type Spooled, spool, spoolHeld } from '../delivery/deliver.ts'
import { followUp } from '../delivery/keep-flushing.ts'
import { type Plan, plan } from '../delivery/plan.ts'
import { printReport, sayReport, showHere } from '../delivery/report.ts'
import { makeNotification } from '../notification/create.ts'
import { longestTag, longestUrl, mostTags, type Priority, priorities } from '../notification/index.ts'
import { ConfigError, exitCode, messageOf, UsageError, worstExitCode } from '../platform/errors.ts'
import { readInput } from '../platform/input.ts'
import { say } from '../platform/output.ts'
import { isBlank, withoutEnd } from '../platform/text.ts'
import { terminalOfCaller } from '../process/proc.ts'

/** Longest text that is read from stdin, in bytes: more is no notification. */
const longestInput = 1024 * 1024

export default defineCommand({
  name: 'send',
  words: '[MESSAGE...]',
  summary: 'send a message',
  group: 'everyday',
  examples: [
    ['ntfy send backup is done', 'to the default targets'],
    ['df -h | ntfy -b phone send -', 'the output of a program, to one target'],
    ['ntfy -t Disk send --priority high "95 % full"', 'with a title and a priority'],
  ],
  flags: {
    priority: {
      kind: 'text',
      value: 'PRIORITY',
      choices: priorities,
      spellings: Object.fromEntries(priorities.map((priority, at) => [`${at + 1}`, priority])),
      description: 'set the priority: min, low, default, high or urgent, or 1 to 5',
    },
    url: { kind: 'text', value: 'URL', description: 'open this URL from the notification' },
    tag: { kind: 'list', value: 'TAG', description: 'add a tag (repeatable)' },
    'no-queue': { kind: 'boolean', description: 'try once and do not queue on failure' },
  },
  async run({ flags, words, global }) {
    const message = await emojized(messageFrom(words), global)
    if (isBlank(message) && isBlank(global.title ?? ''))
      throw new UsageError('send: no message (give words, or pipe text in)')
    const { config, problems } = await loadConfig(global.config)
    if (problems.length > 0) throw new ConfigError(problems.join('\n'))
    const selected = await selectTargets(config, global)
    const terminal = terminalOfCaller()
    for (const warning of [...config.warnings, ...excess(flags)]) say.warning(warning)
    const notification = makeNotification('send', isBlank(message) ? '' : message, {
      ...(global.title !== undefined && { title: await emojized(global.title, global) }),
      ...(flags.url !== undefined && { url: flags.url }),
      priority: (flags.priority as Priority | undefined) ?? 'default',
      tags: flags.tag,
      ...(terminal && { terminal }),
    })
    const planned = await plan(notification, config, selected)
    const pending = flags['no-queue'] ? unkept(planned) : spoolAll(planned)
    const reports = [...planned.reports, ...(await attemptAll(pending, { foreground: true, fresh: true, config }))]
    for (const report of reports) {
      if (global.json) printReport(report)
      sayReport(report)
    }
    showHere(reports, planned.now)
    followUp(reports, planned.held.length > 0)
    return worstExitCode(reports.map((report) => report.exitCode))
  },
})

/** What of the flags is more than is kept of any notification. */
function excess({ url = '', tag }: { url?: string | undefined; tag: string[] }): string[] {
  return [
    ...(url.length > longestUrl ? [`send --url: longer than ${longestUrl} characters: it is left out`] : []),
    ...(tag.length > mostTags ? [`send --tag: only the first ${mostTags} are sent`] : []),
    ...(tag.some((one) => one.length > longestTag)
      ? [`send --tag: longer than ${longestTag} bytes: it is truncated`]
      : []),
  ]
}

/** What cannot be held is sent, and reported as that. */
function spoolAll(planned: Plan): Spooled[] {
  const { now, held } = planned
  const lost = spoolHeld(held)
  planned.reports = planned.reports.filter(({ id }) => !lost.some(({ delivery }) => delivery.id === id))
  return [...lost, ...spool(now, { claimed: true })]
}

/** Of what is not to be kept, what is to wait cannot be delivered. */
function unkept(planned: Plan): Spooled[] {
  planned.reports = planned.reports.map(
    (report): Report =>
      report.outcome === 'queued' ? { ...report, outcome: 'failed', exitCode: exitCode.unavailable } : report,
  )
  planned.held = []
  return planned.now.map((delivery) => ({ delivery, location: undefined }))
}

/** Words win; `-` alone, or no words where stdin is no terminal, reads stdin. */
function messageFrom(words: string[]): string {
  const piped = words.length === 0 && !isatty(0)
  if (!piped && !(words.length === 1 && words[0] === '-')) return words.join(' ')
  return textFromInput()
}

function textFromInput(): string {
  try {
    const { text, whole } = readInput(longestInput)
    if (!whole) say.warning('send: only the first 1 MB of stdin is sent')
    return withoutEnd(text, '\r\n')
  } catch (error) {
    throw new UsageError(`send: cannot read stdin: ${messageOf(error)}`)
  }
}

async function emojized(text: string, global: GlobalOptions): Promise<string> {
  if (!global.emoji || !text.includes(':')) return text
  const { replaceShortcodes } = await import('../notification/emoji.ts')
  return replaceShortcodes(text)
}
