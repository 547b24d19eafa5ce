import { isatty } from 'node:tty'
import { defineCommand, type GlobalOptions, type Invocation } from '../../cli/command.ts'
import { deliverInBackground } from '../../delivery/background.ts'
import { attemptAll, type Report, type Spooled, spool, spoolHeld } from '../../delivery/deliver.ts'
import { followUp } from '../../delivery/keep-flushing.ts'
import type { Plan } from '../../delivery/plan.ts'
import { printReport, sayReport, showHere } from '../../delivery/report.ts'
import { longestInput } from '../../inbox/call.ts'
import { sweepAttachments } from '../../outbox/attachments.ts'
import { outboxFolder } from '../../outbox/spool.ts'
import { exitCode, messageOf, NtfyError, UsageError, worstExitCode } from '../../platform/errors.ts'
import { readInput } from '../../platform/input.ts'
import { say } from '../../platform/output.ts'
import { withoutEnd } from '../../platform/text.ts'
import { endPhase } from '../../platform/trace.ts'
import { terminalOfCaller } from '../../process/proc.ts'
import { type Composed, compose, sendFlags } from './compose.ts'
import { showPlan } from './dry-run.ts'

export default defineCommand({
  name: 'send',
  words: '[MESSAGE...]',
  summary: 'send a message',
  group: 'everyday',
  examples: [
    ['ntfy send backup is done', 'to the default targets'],
    ['df -h | ntfy -b phone send -', 'the output of a program, to one target'],
    ['ntfy -t Disk send --priority high "95 % full"', 'with a title and a priority'],
    ['ntfy send --in 10m tea is ready', 'in ten minutes'],
    ['ntfy send --no-wait backup is done', 'without waiting for the service'],
  ],
  flags: sendFlags,
  async run(typed) {
    if (typed.flags['no-wait'] && typed.flags['no-queue']) {
      throw new UsageError('send: --no-wait and --no-queue exclude each other: what nobody waits for has to be kept')
    }
    const terminal = terminalOfCaller()
    const composed = await compose(typed, messageFrom(typed.words), { ...(terminal && { terminal }) })
    for (const warning of composed.warnings) say.warning(warning)
    if (typed.flags['dry-run']) return showPlan(composed, typed.global).finally(() => sweep(composed))
    return typed.flags['no-wait']
      ? leave(composed, typed.global)
      : deliver(composed, typed).finally(() => sweep(composed))
  },
})

/** What has been sent, or was not to be kept, leaves no copy of its files. */
function sweep({ notification }: Composed): void {
  const folder = notification.attachments && outboxFolder()
  if (folder !== undefined) sweepAttachments(folder, notification)
}

async function deliver({ planned, config }: Composed, { flags, global }: Invocation<typeof sendFlags>) {
  endPhase('plan')
  const pending = flags['no-queue'] ? unkept(planned) : spoolAll(planned)
  endPhase('outbox')
  const reports = [...planned.reports, ...(await attemptAll(pending, { foreground: true, fresh: true, config }))]
  endPhase('settle')
  for (const report of reports) {
    if (global.json) printReport(report)
    sayReport(report)
  }
  showHere(reports, planned.now)
  followUp(reports, planned.held.length > 0)
  return worstExitCode(reports.map((report) => report.exitCode))
}

/**
 * Nobody waits: what is in the outbox is stored, and a process of its own delivers it.
 *
 * @throws NtfyError it is not stored
 */
function leave({ planned }: Composed, { json }: GlobalOptions): number {
  const spooled = [...spoolHeld(planned.held), ...spool(planned.now, { claimed: false })]
  const stored = spooled.filter(({ location }) => location !== undefined)
  if (stored.length > 0) deliverInBackground(stored)
  if (stored.length < spooled.length) throw new NtfyError('send --no-wait: not stored', exitCode.unavailable)
  for (const report of planned.reports) sayReport(report)
  const left = stored.map(({ delivery: { id, target, backend } }) => ({
    id,
    target,
    backend,
    outcome: 'queued' as const,
  }))
  const decided = planned.reports.filter(({ id }) => !left.some((one) => one.id === id))
  if (json) for (const report of [...decided, ...left]) printReport({ exitCode: exitCode.ok, ...report })
  if (stored.length === 0) followUp(planned.reports, planned.held.length > 0)
  return exitCode.ok
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
