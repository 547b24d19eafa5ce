import { formatDuration } from '../../platform/duration.ts'
import { NtfyError, UsageError } from '../../platform/errors.ts'
import { pause } from '../../platform/retry.ts'
import { type Attached, type AttachedEnd, pauses } from './index.ts'
import { outcomeOfUnit, showUnit, type Unit, unitSentence } from './systemd.ts'

/** How many lines of the journal a message gets. */
const lines = 20

/** A unit of the system, or else of the user. */
export async function findUnit(name: string): Promise<Attached> {
  if (name === '' || name.startsWith('-')) throw new UsageError(`--unit ${name}: expected the name of a unit`)
  const { unit, user } = await find(name)
  if (isOver(unit)) throw new NtfyError(`--unit ${name}: ${unit.name} is not running (${unit.state})`, 1)
  return { name: unit.name, subject: `unit ${unit.name}`, wait: (signal) => waitFor(unit, user, signal) }
}

async function find(name: string): Promise<{ unit: Unit; user: boolean }> {
  const problems: unknown[] = []
  for (const user of [false, true]) {
    const unit = await showUnit(name, user).catch((error) => void problems.push(error))
    if (unit?.isLoaded) return { unit, user }
  }
  const [problem] = problems
  // One manager that answers knows that it has none; without any nobody does.
  if (problems.length === 2 || problem instanceof UsageError) throw problem
  throw new UsageError(`--unit ${name}: there is no such unit`)
}

function isOver({ state }: Unit): boolean {
  return state === 'inactive' || state === 'failed'
}

/** A unit that is started again at once was over as well: its invocation is another one. */
async function waitFor(first: Unit, user: boolean, signal: AbortSignal): Promise<AttachedEnd> {
  const waits = pauses(2000)
  let unit = first
  while (!isOver(unit) && unit.invocation === first.invocation && !signal.aborted) {
    await pause(waits.next().value, signal)
    unit = await showUnit(first.name, user, signal).catch(() => unit)
  }
  const isAnother = unit.invocation !== first.invocation && !isOver(unit)
  const ended: Unit = isAnother ? { ...first, state: 'restarted' } : unit
  const outcome = isAnother ? {} : await outcomeOfUnit(ended, lines)
  return {
    outcome,
    sentence: ({ output, durationMs }, { emoji }) => {
      const how = isAnother ? `${first.name} ended, and was started again` : unitSentence(ended, { emoji })
      const time = durationMs === undefined ? '' : ` in ${formatDuration(durationMs)}`
      return `${how}${time}${output === undefined ? '' : `:\n${output}`}`
    },
  }
}
