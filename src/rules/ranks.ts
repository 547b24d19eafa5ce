import { constants } from 'node:os'
import type { Outcome } from '../notification/index.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { madeNow } from '../outbox/machine-time.ts'
import { randomUuid } from '../platform/uuid.ts'
import { hold } from './apply.ts'
import { mention, type Part } from './digest.ts'

/** How long the failure of one rank waits for those of the others, in milliseconds. */
const patience = 60_000

/** A failure of one of many ranks, which is likely to be followed by others. */
export function holdForRanks(delivery: Delivery, group: string): Delivery {
  const until = new Date(Date.parse(delivery.created) + patience)
  return { ...hold(delivery, 'ranks', until, 'for failures of other ranks').delivery, group }
}

/** The failures of one run as one: `rank 3 of 64 failed first (137), 12 others`. */
export function joinRanks(parts: Part[]): Delivery {
  const [{ delivery: first }, ...others] = [...parts].sort(byTime) as [Part, ...Part[]]
  const { rank, size } = first.notification.batch ?? {}
  const subject = `rank ${rank ?? '?'}${size === undefined ? '' : ` of ${size}`}`
  const code = codeOf(first.notification.outcome)
  const [sooner, also] =
    others.length === 0 ? ['', ''] : [' first', `, ${others.length} other${others.length === 1 ? '' : 's'}`]
  const { error: _, group: __, ...rest } = first
  const made: Delivery = {
    ...rest,
    ...madeNow(),
    state: 'waiting',
    notification: {
      ...first.notification,
      message: `${first.notification.message}\n${subject} failed${sooner} (${code})${also}`,
    },
  }
  return others.length === 0 ? made : { ...made, id: randomUuid(), tries: 0, digest: parts.map(mention) }
}

function byTime({ delivery: one }: Part, { delivery: other }: Part): number {
  return Date.parse(one.notification.time) - Date.parse(other.notification.time)
}

/** As a shell has it: 128 and the signal's number. */
function codeOf({ status, signal }: Outcome = {}): string {
  const number = signal === undefined ? undefined : constants.signals[signal as NodeJS.Signals]
  return String(status ?? (number === undefined ? (signal ?? '?') : 128 + number))
}
