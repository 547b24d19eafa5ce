import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { roughDuration, shortDuration } from '../../platform/duration.ts'
import { UsageError } from '../../platform/errors.ts'
import { say } from '../../platform/output.ts'
import { oneLine } from '../../platform/text.ts'
import { type Candidate, candidates, findByName, newestOf } from '../../running/attach/by-name.ts'

/** Exit code when there is no process to wait for, as with --pid. */
const missingProcess = 1

/** How often a process that has not started yet is looked for, in milliseconds. */
const lookAgain = 300

interface Choosing {
  newest: boolean
  all: boolean
  /** How long to wait for it to start, in milliseconds. */
  patience: number | undefined
}

/**
 * @returns the process IDs, or the exit code where there is none
 * @throws UsageError there are several, and nobody said which
 */
export async function chooseByName(name: string, { newest, all, patience }: Choosing): Promise<string[] | number> {
  const end = performance.now() + (patience ?? 0)
  let found = await findByName(name)
  while (found.length === 0 && performance.now() < end) {
    await sleep(lookAgain)
    found = await findByName(name)
  }
  if (found.length === 0) {
    const within = patience === undefined ? '' : `, also not within ${shortDuration(patience)}`
    say.error(`--name ${name}: no such process${within}`)
    return missingProcess
  }
  const chosen = newest ? [newestOf(found)].filter((one) => one !== undefined) : found
  if (chosen.length > 1 && !all) {
    const list = chosen.map((one) => `  ${describe(one)}`).join('\n')
    throw new UsageError(`--name ${name}: several processes (--newest for the last one, --all for each):\n${list}`)
  }
  return chosen.map(({ pid }) => String(pid))
}

/**
 * Has one of the user's processes chosen at the terminal: the busiest first, and of those that do nothing the youngest.
 *
 * @returns nothing if none was chosen
 */
export async function pickProcess(): Promise<string | undefined> {
  if (!isatty(0) || !isatty(2))
    throw new UsageError('--pid: expected a process ID (a terminal is needed to choose one)')
  const found = await candidates({ everybody: false })
  const sorted = found.sort(
    (one, other) => Math.round(other.cpu ?? 0) - Math.round(one.cpu ?? 0) || (one.age ?? 0) - (other.age ?? 0),
  )
  if (sorted.length === 0) throw new UsageError('--pid: you have no other processes')
  const choices = sorted.map((one) => ({ name: describe(one), value: String(one.pid) }))
  const { search } = await import('@inquirer/prompts')
  const question = {
    message: 'Which process? (type to filter)',
    source: (typed = '') => choices.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase())),
  }
  return search(question, { output: process.stderr }).catch((error: Error) => {
    if (error.name === 'ExitPromptError') return undefined
    throw error
  })
}

function describe({ pid, cpu, age, name, cmd }: Candidate): string {
  const time = age === undefined ? '' : roughDuration(age)
  return oneLine(`${String(pid).padStart(7)}  ${time.padStart(5)}  ${Math.round(cpu ?? 0)}%  ${cmd || name}`).slice(
    0,
    160,
  )
}
