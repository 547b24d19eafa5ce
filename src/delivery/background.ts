import type { Delivery } from '../outbox/delivery.ts'
import { programEnvironment, programFile } from '../platform/program.ts'
import { closeInherited } from '../process/launcher.ts'
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
  closeInherited()
  const { spawn } = process.getBuiltinModule('node:child_process')
  const flags = reached.map((target) => `--reached=${target}`)
  const words = [...(input === 'pipe' ? ['-'] : []), ...ids]
  const child = spawn(process.execPath, [programFile(), 'deliver', ...flags, ...words], {
    detached: true,
    stdio: [input, report, 'ignore'],
    cwd: '/',
    env: programEnvironment(),
  })
  child.on('error', () => {})
  child.stdin?.on('error', () => {})
  child.stdin?.end(JSON.stringify({ deliveries: homeless, granted: grants } satisfies HandedOver))
  child.unref()
  return child
}
