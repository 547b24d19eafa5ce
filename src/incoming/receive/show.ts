import { createHash } from 'node:crypto'
import type { Received } from '../../backends/contract/receiving.ts'
import type { Selected } from '../../config/select.ts'
import type { Config } from '../../config/types.ts'
import { attemptAll, spool, spoolHeld } from '../../delivery/deliver.ts'
import { followUp } from '../../delivery/keep-flushing.ts'
import { plan } from '../../delivery/plan.ts'
import { sayReport, showHere } from '../../delivery/report.ts'
import { withdraw } from '../../delivery/withdraw.ts'
import { makeNotification, originHere } from '../../notification/create.ts'
import { type Notification, priorities } from '../../notification/index.ts'
import { idsFrom } from '../../outbox/known.ts'
import { say } from '../../platform/output.ts'
import { oneLine } from '../../platform/text.ts'
import { terminalOfCaller } from '../../process/proc.ts'

/** Passed on more often, it goes round in circles. */
const mostHops = 3

/** The year 10000, seconds since 1970: a service may say anything, and no date is later than 275760. */
const latest = 253_402_300_800

/** A digest shows the beginning of so many. */
const mostLines = 10

/** Shows what was received, by the targets of this desk. */
export class Desk {
  readonly #config: Config
  readonly #selected: Selected[]

  constructor(config: Config, selected: Selected[]) {
    this.#config = config
    this.#selected = selected
  }

  async show(from: string, received: Received, id: string): Promise<void> {
    if (received.hops >= mostHops) return say.warning(`${from}: a message that goes round in circles was left out`)
    if (received.withdraws) return received.thread === undefined ? undefined : withdraw(received.thread)
    const { title, message, priority, tags, url, thread, time, hops, host, outcome, actions } = received
    const isAbout = outcome !== undefined && Object.keys(outcome).length > 0
    await this.#deliver(
      makeNotification('received', message, {
        ...{ title: title === '' ? from : title, priority, tags, hops: hops + 1 },
        ...(time > 0 && time < latest && { time: new Date(time * 1000).toISOString() }),
        ...(url !== undefined && /^https?:\/\//i.test(url) && { url }),
        ...(thread !== undefined && { thread }),
        ...(actions && { actions }),
        ...(host !== undefined && { origin: { ...originHere(), host } }),
        ...(isAbout && { outcome }),
      }),
      id,
    )
  }

  /** How many there are, and the first words of the most urgent. */
  async showDigest(from: string, all: Received[], id: string): Promise<void> {
    const messages = all.filter(({ hops }) => hops < mostHops)
    const rank = ({ priority }: Received) => priorities.indexOf(priority)
    const sorted = [...messages].sort((one, other) => rank(other) - rank(one))
    const lines = sorted.slice(0, mostLines).map(({ title, message }) => {
      const line = oneLine([title, message].filter(Boolean).join(': '))
      return line.length > 120 ? `${line.slice(0, 119).toWellFormed()}…` : line
    })
    const more = messages.length - lines.length
    const text = [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
    const details = {
      title: `${from}: ${messages.length} notifications`,
      priority: sorted[0]?.priority ?? 'default',
      hops: Math.max(0, ...messages.map(({ hops }) => hops)) + 1,
    }
    await this.#deliver(makeNotification('received', text, details), id)
  }

  async #deliver(made: Notification, id: string): Promise<void> {
    const terminal = terminalOfCaller()
    const notification = { ...made, ...(terminal && { terminal }) }
    const planned = await plan(notification, this.#config, this.#selected, { idFor: idsFrom(id) })
    const pending = [...spoolHeld(planned.held), ...spool(planned.now, { claimed: true })]
    const reports = await attemptAll(pending, { foreground: true, fresh: true, config: this.#config })
    for (const report of reports) sayReport(report)
    showHere(reports, planned.now)
    followUp(reports, planned.held.length > 0)
  }
}

/** The id of the delivery of a message from a source: the same whoever makes it. */
export function deliveryId(source: string, message: string): string {
  const hash = createHash('sha256').update(`${source}\n${message}`).digest('hex')
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
