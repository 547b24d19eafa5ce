import { isatty } from 'node:tty'
import type { GlobalOptions } from '../../cli/command.ts'
import type { Outcome } from '../../notification/index.ts'
import { UsageError } from '../../platform/errors.ts'
import { type NotifyWhen, whyUnwanted } from '../../rules/notify-when.ts'

/** dschep/ntfy's old hooks: `done --formatter COMMAND STATUS SECONDS`. */
export async function notifyFormatted(
  command: string,
  words: string[],
  rules: NotifyWhen,
  global: GlobalOptions,
): Promise<number> {
  const [status = '', seconds = ''] = words
  if (words.length !== 2 || !/^\d+$/.test(status) || !/^\d+(\.\d+)?$/.test(seconds)) {
    throw new UsageError('--formatter: expected a command, its status and its seconds')
  }
  const { signalOf } = await import('../../process/end.ts')
  const signal = signalOf(Number(status))
  const outcome: Outcome = { ...(signal ? { signal } : { status: Number(status) }), durationMs: Number(seconds) * 1000 }
  outcome.command = command
  if (whyUnwanted(outcome, rules)) return 0
  const { notifyEnded } = await import('../../delivery/index.ts')
  await notifyEnded({ source: 'hook', outcome }, rules, global, false)
  return 0
}

/** `make; ntfy done --status $?` ends with that status itself, so that what follows still sees it. */
export async function notifyStatus(text: string, rules: NotifyWhen, global: GlobalOptions): Promise<number> {
  const status = Number(text)
  if (!/^\d{1,3}$/.test(text) || status > 255) throw new UsageError(`--status ${text}: expected a number up to 255`)
  const { notifyEnded } = await import('../../delivery/index.ts')
  const { signalOf } = await import('../../process/end.ts')
  const signal = signalOf(status)
  const outcome = signal ? { signal } : { status }
  if (!whyUnwanted(outcome, rules)) await notifyEnded({ source: 'done', outcome }, rules, global, isatty(2))
  return status
}
