import { programFile } from '../program.ts'
import type { Pending } from './deliver.ts'

/**
 * Starts a process of its own that delivers: away from the terminal and its signals, with none of our descriptors, in
 * no folder that somebody might want to unmount.
 *
 * @param pending what to deliver at once, by its id, or whole where it could not be put on disk; it then keeps trying
 *   all that is in the outbox
 * @param report where it is to write a line for each delivery, or nowhere
 */
export function startSender(pending: Pending[], report: 'pipe' | 'ignore' = 'ignore') {
  const homeless = pending.flatMap(({ delivery, place }) => (place === undefined ? [delivery] : []))
  const ids = pending.flatMap(({ delivery, place }) => (place === undefined ? [] : [delivery.id]))
  const input = homeless.length > 0 ? 'pipe' : 'ignore'
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(process.execPath, [programFile(), 'deliver', ...(input === 'pipe' ? ['-'] : []), ...ids], {
    detached: true,
    stdio: [input, report, 'ignore'],
    cwd: '/',
  })
  child.on('error', () => {})
  child.stdin?.on('error', () => {})
  child.stdin?.end(JSON.stringify(homeless))
  child.unref()
  return child
}
