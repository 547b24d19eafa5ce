import { hasFailed, type Outcome } from '../../notification/index.ts'
import { formatDuration } from '../../platform/duration.ts'
import { exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { pause } from '../../platform/retry.ts'
import { locate } from '../../process/locate.ts'
import { runProgram } from '../../process/run-program.ts'
import { type Attached, type AttachedEnd, endSentence, pauses } from './index.ts'
import { askTool, complaintOf } from './tool.ts'

/** What `inspect` says of a container: docker and podman name it alike. */
interface State {
  Status?: string
  Running?: boolean
  ExitCode?: number
  OOMKilled?: boolean
  StartedAt?: string
  FinishedAt?: string
}

/** Where docker and podman both are, the one that knows it. */
export async function findContainer(name: string): Promise<Attached> {
  if (name === '' || name.startsWith('-')) throw new UsageError(`--container ${name}: expected the name of a container`)
  const programs = ['docker', 'podman'].filter((program) => 'path' in locate(program, process.env['PATH']))
  const [first] = programs
  if (first === undefined) throw new NtfyError('--container: neither docker nor podman was found', exitCode.refused)
  const problems: NtfyError[] = []
  for (const program of programs) {
    try {
      const state = await inspect(program, name)
      const subject = `container ${name}`
      return { name: subject, subject, wait: (signal) => waitFor(program, name, state, signal) }
    } catch (error) {
      if (!(error instanceof NtfyError)) throw error
      problems.push(error)
    }
  }
  // Who cannot be asked may know it.
  throw problems.find(({ exitCode: code }) => code === exitCode.refused) ?? problems[0]
}

/** @throws NtfyError there is none of that name, or the daemon does not answer */
async function inspect(program: string, name: string, signal?: AbortSignal): Promise<State> {
  const answer = await askTool(program, ['inspect', '--type', 'container', name], signal)
  const said = complaintOf(program, answer)
  if (answer.status !== 0 && /no such (container|object)|no container with/i.test(said)) {
    throw new UsageError(`--container ${name}: ${program} has no such container`)
  }
  if (answer.status !== 0) throw new NtfyError(said, exitCode.refused)
  try {
    const parsed = JSON.parse(answer.stdout) as { State?: State } | { State?: State }[]
    return (Array.isArray(parsed) ? parsed[0] : parsed)?.State ?? {}
  } catch {
    throw new NtfyError(`${program} inspect: not the JSON that was expected`, exitCode.refused)
  }
}

function isRunning({ Running, Status = '' }: State): boolean {
  return Running === true || /^(running|paused|restarting|created|initialized|removing|stopping)$/.test(Status)
}

/** A daemon that is restarted ends `wait`, but not the container. */
async function waitFor(program: string, name: string, first: State, signal: AbortSignal): Promise<AttachedEnd> {
  const waits = pauses(10_000)
  let [state, code]: [State, number | undefined] = [first, undefined]
  while (isRunning(state) && !signal.aborted) {
    const waited = await runProgram(program, ['wait', name], {}, signal).catch(() => undefined)
    if (waited?.status === 0 && /^-?\d+$/.test(waited.stdout.trim())) code = Number(waited.stdout.trim())
    const now = await inspect(program, name, signal).catch((error) => error as NtfyError)
    if (!(now instanceof Error)) state = now
    // One that was started with --rm is gone with its end.
    else if (code !== undefined || now instanceof UsageError) break
    if (isRunning(state) && code === undefined) await pause(waits.next().value, signal)
    else if (isRunning(state)) break
  }
  return endOf(name, { ...state, ...(code !== undefined && { ExitCode: code }) })
}

function endOf(name: string, state: State): AttachedEnd {
  const outcome: Outcome = {
    ...(state.ExitCode !== undefined && { status: state.ExitCode }),
    ...durationOf(state),
    ...(state.OOMKilled && { outOfMemory: true as const }),
  }
  return {
    outcome,
    sentence: (shown, { emoji }) => {
      const failed = hasFailed({ outcome: shown })
      const memory = state.OOMKilled ? ', out of memory (OOMKilled)' : ''
      const how =
        shown.status === undefined ? 'ended' : failed ? `failed (code ${shown.status}${memory})` : `succeeded${memory}`
      const time = shown.durationMs === undefined ? '' : formatDuration(shown.durationMs)
      return endSentence(`container ${name}`, how, time, { failed, emoji })
    },
  }
}

/** One that has never ended has ended in the year 1. */
function durationOf({ StartedAt = '', FinishedAt = '' }: State): { durationMs?: number } {
  const [began, ended] = [Date.parse(StartedAt), Date.parse(FinishedAt)]
  const end = ended >= began ? ended : Date.now()
  return Number.isNaN(began) || began <= 0 || end < began ? {} : { durationMs: end - began }
}
