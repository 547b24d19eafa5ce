import { cutColumns } from '../../cli/table.ts'
import { whyKept } from '../../outbox/delivery.ts'
import type { Kept, Place } from '../../outbox/listing.ts'
import { localTime } from '../../platform/local-time.ts'
import { columns } from '../../platform/output.ts'
import { type Style, style } from '../../platform/style.ts'
import { oneLine } from '../../platform/text.ts'
import { listed } from '../../redact/listed.ts'

/** A delivery as `queue --json` prints it. */
export async function jsonOf(kept: Kept & Place) {
  const { target, backend, tries, created, next, notification } = kept.delivery ?? {}
  const error = kept.delivery && whyKept(kept.delivery)
  const title = notification && (await listed(notification.title, notification))
  const message = notification && (await listed(notification.message, notification))
  return { id: kept.id, target, backend, title, message, state: kept.state, tries, created, next, error }
}

/** So much of a text is looked at for the beginning of it, in characters. */
const longestRow = 4096

const tones = {
  waiting: 'doubtful',
  claimed: 'good',
  parked: 'bad',
  held: 'faint',
  failed: 'bad',
  damaged: 'bad',
} as const satisfies Record<Kept['state'], keyof Style>

/** Over the rows, for people. */
export function header(): string {
  return `${style.stdout.heading(cutColumns('ID        STATE    CREATED  TARGET  TITLE: MESSAGE', columns()))}\n`
}

/** Two lines of the terminal's width: what it is, and why it is still here. */
export async function row(kept: Kept & Place): Promise<string> {
  const { target = '?', created, tries = 0, next, notification } = kept.delivery ?? {}
  const error = kept.delivery && whyKept(kept.delivery)
  const texts = notification ? [notification.title, notification.message] : ['', '']
  const what = oneLine(await listed(texts.join(': ').slice(0, longestRow), notification ?? {}))
  const when = created === undefined ? '' : localTime(created)
  const id = kept.id.slice(0, 8)
  const state = kept.state.padEnd(8)
  const rest = cutColumns(
    ` ${when.padEnd(7)}  ${oneLine(target).padEnd(6)}  ${what}`,
    columns() - id.length - 2 - state.length,
  )
  const first = `${id}  ${style.stdout[tones[kept.state]](state)}${rest}`
  const why = kept.state === 'failed' ? '' : `, next ${next === undefined ? '?' : localTime(next)}`
  const tried = `${tries} ${tries === 1 ? 'try' : 'tries'}${why}`
  const second = error === undefined ? '' : `${cutColumns(`          ${tried}: ${oneLine(error)}`, columns())}\n`
  return `${first}\n${second}`
}
