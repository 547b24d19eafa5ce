import type { Away } from '../away/index.ts'
import { type JournalTarget, note } from '../history/journal.ts'
import type { Outcome, Source } from '../notification/index.ts'
import { whyKept } from '../outbox/delivery.ts'
import { withoutOurSecrets } from '../platform/masking.ts'
import { oneLine } from '../platform/text.ts'
import { redactedCommand } from '../redact/lazily.ts'
import type { Plan } from './plan.ts'

/** What was decided about a command that has ended. */
export interface Decided {
  source: Source
  outcome: Outcome
  /** What it was, where that is no command: `unit backup.service`. */
  subject?: string
  /** The shell that a hook speaks for, and its threshold. */
  threshold?: { shellPid: number; thresholdMs: number }
  /** The journal does not get the command, either. */
  hideCommand?: boolean
  config?: string | undefined
  away?: Away | undefined
  /** Why there is no notification. */
  silent?: { rule: string; reason: string }
  /** What each target gets. */
  plan?: Plan
  /** What is said of a command that runs. */
  says?: (outcome: Outcome) => string
}

/** Notes in the journal what was decided; the command goes there without its secrets. */
export async function recordDecision({
  source,
  outcome,
  subject,
  threshold,
  hideCommand,
  config,
  away,
  silent,
  plan,
  says,
}: Decided): Promise<void> {
  if (source === 'send' || source === 'test') return
  const { command, status, signal, durationMs } = outcome
  // A private one leaves no trace.
  if (source === 'hook' && command === undefined) return
  note({
    time: new Date().toISOString(),
    source: source === 'hook' ? 'hook' : 'done',
    ...(command !== undefined && !hideCommand && { command: withoutOurSecrets(await redactedCommand(command)) }),
    ...(subject !== undefined && { subject: withoutOurSecrets(oneLine(subject)) }),
    ...(status !== undefined && { status }),
    ...(signal !== undefined && { signal }),
    ...(durationMs !== undefined && { durationMs: Math.round(durationMs) }),
    ...threshold,
    ...(config !== undefined && { config }),
    ...(away && { away: { answer: away.answer, source: away.source } }),
    ...(silent && { silent }),
    ...(says && {
      event:
        says({})
          .replace(/^Your command /, '')
          .split(':')[0] ?? '',
    }),
    targets: plan ? targetsOf(plan) : [],
  })
}

/** What a plan means for each target. */
export function targetsOf({ now, held, reports }: Plan): JournalTarget[] {
  const sent = now.map(({ id, target }): JournalTarget => ({ id, target, decision: 'sent' }))
  const waiting = held.map(
    ({ id, target, rule = '', ...kept }): JournalTarget => ({
      ...{ id, target, decision: 'held', rule },
      reason: whyKept(kept) ?? '',
    }),
  )
  const skipped = reports
    .filter(({ outcome }) => outcome === 'skipped')
    .map(({ id, target, rule = '', reason = '' }): JournalTarget => ({ id, target, decision: 'skipped', rule, reason }))
  return [...sent, ...waiting, ...skipped]
}
