import type { Delivery } from '../outbox/delivery.ts'
import { startInBackground } from '../process/background.ts'
import type { Spooled } from './deliver.ts'
import { type Granted, grantedTo } from './granted.ts'

/** What the process gets by its stdin, if there is any of it. */
export interface HandedOver {
  /** Those that could not be put on disk. */
  deliveries: Delivery[]
  granted: Granted
}

/**
 * Starts a process of its own that delivers: away from the terminal and its signals, with none of our descriptors, in
 * no folder that somebody might want to unmount.
 *
 * @param pending what to deliver at once, by its id, or whole where it could not be put on disk; it then keeps trying
 *   all that is in the outbox
 * @param reached targets whose service has just answered: what waits for them is tried now
 * @param report where it is to write a line for each delivery, or nowhere
 */
export function deliverInBackground(pending: Spooled[], report: 'pipe' | 'ignore' = 'ignore', reached: string[] = []) {
  const homeless = pending.flatMap(({ delivery, location }) => (location === undefined ? [delivery] : []))
  const ids = pending.flatMap(({ delivery, location }) => (location === undefined ? [] : [delivery.id]))
  const grants = grantedTo(pending.map(({ delivery }) => delivery))
  const input = homeless.length + Object.keys(grants).length > 0 ? 'pipe' : 'ignore'
  const flags = reached.map((target) => `--reached=${target}`)
  const words = ['deliver', ...flags, ...(input === 'pipe' ? ['-'] : []), ...ids]
  const child = startInBackground(words, { stdio: [input, report, 'ignore'] })
  child.stdin?.on('error', () => {})
  child.stdin?.end(JSON.stringify({ deliveries: homeless, granted: grants } satisfies HandedOver))
  return child
}
