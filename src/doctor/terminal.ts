import { away } from '../away/index.ts'
import { messageOf } from '../platform/errors.ts'
import { oneLine } from '../platform/text.ts'
import { terminalOfCaller } from '../process/proc.ts'
import { findPlace } from '../terminal/place.ts'
import type { Check, Finding } from './finding.ts'

/** Which terminal this is, what it shows notifications by, and who knows whether somebody looks at it. */
export const terminal: Check = async ({ signal }) => {
  const reference = terminalOfCaller()
  if (reference === undefined) return [{ check: 'terminal', ok: true, text: 'none: not running in a terminal' }]
  return [await escapes(reference, signal), await focus(reference, signal)]
}

async function escapes(reference: { tty?: string; shellPid?: number }, signal: AbortSignal): Promise<Finding> {
  try {
    const { kind, tty, remote, through } = await findPlace(reference, signal)
    const by =
      kind.protocol === undefined ? 'a line and a bell (it shows no notifications itself)' : kind.protocol.toUpperCase()
    const where = `${process.env['TMUX'] ? `, through tmux at ${tty} (allow-passthrough is not needed)` : ''}${through ? `, through ${through}` : ''}`
    return { check: 'terminal', ok: true, text: `${kind.name}${remote ? ' over ssh' : ''}: ${by}${where}` }
  } catch (error) {
    return { check: 'terminal', ok: true, text: oneLine(messageOf(error)) }
  }
}

async function focus(reference: { tty?: string; shellPid?: number }, signal: AbortSignal): Promise<Finding> {
  const { answer, source } = await away(reference, signal)
  const found = { check: 'away', text: `${answer} (${oneLine(source)})` }
  if (answer !== 'unknown') return { ...found, ok: true }
  const todo = 'unknown counts as away; tmux, sway, Konsole, VTE and X11 can be queried'
  return { ...found, ok: true, todo }
}
