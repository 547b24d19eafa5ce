import { hasArrived } from '../history/log.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { find, outboxFolder } from '../outbox/spool.ts'

/** The same ids if a call is handled again: one for each target, and one more each time it is named again. */
export function idsOf(call: string): (target: string) => string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  const asked = new Map<string, number>()
  return (target) => {
    const times = (asked.get(target) ?? 0) + 1
    asked.set(target, times)
    // RFC 9562, version 8: of whatever we like.
    const hex = createHash('sha256').update(`${call}\0${target}\0${times}`).digest('hex')
    return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')
  }
}

/** Did a process that was killed get as far as this? */
export function isKnown(delivery: Delivery): boolean {
  const folder = outboxFolder()
  return folder !== undefined && (find(folder, nameOf(delivery)) !== undefined || hasArrived(delivery.id))
}

function nameOf({ created, id }: Delivery): string {
  return `${String(Date.parse(created)).padStart(14, '0')}-${id}`
}
