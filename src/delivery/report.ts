import type { Delivery } from '../outbox/delivery.ts'
import { messageOf } from '../platform/errors.ts'
import { printJson, say } from '../platform/output.ts'
import { oneLine } from '../platform/text.ts'
import type { Report } from './deliver.ts'

/** Says what became of a delivery, if somebody has to know; success is silent. */
export function sayReport({ outcome, target, error, rule }: Report): void {
  if (outcome === 'queued' && rule !== undefined) say.warning(`${target}: ${error}`)
  else if (outcome === 'skipped') say.info(`${target}: not sent: ${error}`)
  else if (outcome === 'queued') say.warning(`${target}: queued, will be retried: ${error}`)
  else if (outcome === 'parked') say.error(`${target}: saved; will be sent once the configuration is fixed: ${error}`)
  else if (outcome === 'failed') say.error(`${target}: not sent: ${error}`)
}

/** One line of what did not arrive, for whoever reads the mail of cron or a log. */
export function mailReport({ id, outcome, target, error = '' }: Report, deliveries: Delivery[]): void {
  const what = deliveries.find((delivery) => delivery.id === id)?.notification.message.split('\n')[0]
  const fate = outcome === 'parked' ? 'saved; will be sent once the configuration is fixed' : 'not sent'
  if (outcome === 'parked' || outcome === 'failed') say.critical(oneLine(`${target}: ${fate}: ${what}: ${error}`))
}

/** Is it still in the outbox, to be tried again? */
export function isKept({ outcome }: Report): boolean {
  return outcome === 'queued' || outcome === 'parked'
}

/** The line of `--json`. */
export function printReport({ target, backend, outcome, id, error, answer }: Report): void {
  try {
    printJson({ target, backend, outcome, id, error, answer })
  } catch (trouble) {
    // What became of the delivery is not changed by nobody being able to read it.
    say.error(messageOf(trouble))
  }
}

/** The end of the chain `default`: where there is neither desktop nor terminal, cron mails what is on stderr. */
export function showHere(reports: Report[], deliveries: Delivery[]): void {
  for (const { backend, outcome, id } of reports) {
    const shown = deliveries.find((delivery) => delivery.id === id)?.notification
    if (backend === 'default' && outcome === 'failed' && shown) say.error(`${shown.title}\n${shown.message}`)
  }
}
