import { hasArrived } from '../history/log.ts'
import { list, listFailed, outboxFolder } from './spool.ts'

/**
 * The ids of an event's deliveries: the first has the event's own, those behind it the next ones. Whoever makes them a
 * second time gets the same.
 */
export function idsFrom(id: string): () => string {
  let asked = 0
  return () => {
    const last = (Number.parseInt(id.slice(-8), 16) + asked++) % 2 ** 32
    return `${id.slice(0, -8)}${last.toString(16).padStart(8, '0')}`
  }
}

/** Is a delivery in the outbox, or has it been: did a process that was killed get as far as this? */
export function isKnown(id: string): boolean {
  const folder = outboxFolder()
  const isThere = ({ name }: { name: string }) => name.endsWith(`-${id}`)
  return folder !== undefined && ([...list(folder), ...listFailed(folder)].some(isThere) || hasArrived(id))
}
