import type { Outcome } from '../../notification/index.ts'
import { exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { pause } from '../../platform/retry.ts'
import { oneLine } from '../../platform/text.ts'
import { type Attached, type AttachedEnd, pauses } from './index.ts'
import { askTool, complaintOf } from './tool.ts'

/** A job, or a task of a job array. */
export interface SlurmTask {
  /** `12`, `12_7`; of tasks that wait together `12_[8-10]`. */
  id: string
  name: string
  /** `COMPLETED`, `CANCELLED by 1000` ... (squeue(1), JOB STATE CODES) */
  state: string
  /** `3:0`: the status and the signal. */
  code: string
}

const words: Record<string, string> = {
  COMPLETED: 'succeeded',
  FAILED: 'failed',
  TIMEOUT: 'timed out',
  DEADLINE: 'missed its deadline',
  CANCELLED: 'was cancelled',
  PREEMPTED: 'was preempted',
  REQUEUED: 'was requeued',
  OUT_OF_MEMORY: 'ran out of memory',
  NODE_FAIL: 'failed: its node failed',
  BOOT_FAIL: 'failed: its node did not boot',
  REVOKED: 'was revoked',
}

/** `failed (status 3)`, `was cancelled`. */
export function phraseOfState(state: string, code = ''): string {
  const name = state.split(/[ +]/)[0] ?? ''
  const [status, signal] = code.split(':').map(Number)
  const details = signal ? ` (signal ${signal})` : status ? ` (status ${status})` : ''
  return `${words[name] ?? oneLine(name).toLowerCase().replaceAll('_', ' ')}${details}`
}

export function outcomeOfState(state: string, code = ''): Outcome {
  const status = Number(code.split(':')[0]) || 0
  if (/^COMPLETED/.test(state)) return { status: 0 }
  return { status: status || 1, ...(/^OUT_OF_MEMORY/.test(state) && { outOfMemory: true as const }) }
}

/** @param job the number of a job or an array, or of one task of that */
export async function findJob(job: string): Promise<Attached> {
  if (!/^\d+(_\d+)?$/.test(job)) throw new UsageError(`slurm wait ${job}: expected the number of a job`)
  const tasks = await tasksOf(job)
  if (tasks.length === 0) throw new UsageError(`slurm wait ${job}: Slurm knows no such job`)
  const subject = `job ${job}`
  return { name: subject, subject, wait: (signal) => waitFor(job, tasks, signal) }
}

/** Those that Slurm has forgotten meanwhile have ended as they were last seen. */
async function waitFor(job: string, first: SlurmTask[], signal: AbortSignal): Promise<AttachedEnd> {
  const waits = pauses(30_000)
  const known = new Map(first.map((task) => [task.id, task]))
  let last = first
  while (last.some((task) => !hasEnded(task)) && !signal.aborted) {
    await pause(waits.next().value, signal)
    const now = await tasksOf(job, signal).catch(() => undefined)
    if (now === undefined) continue
    last = now
    for (const id of [...known.keys()]) if (id.includes('[')) known.delete(id)
    for (const task of now) known.set(task.id, task)
  }
  return endOf(job, [...known.values()])
}

function hasEnded({ state }: SlurmTask): boolean {
  return Object.keys(words).some((word) => word !== 'REQUEUED' && state.startsWith(word))
}

function endOf(job: string, tasks: SlurmTask[]): AttachedEnd {
  const [only] = tasks
  if (tasks.length === 1 && only) {
    const how = hasEnded(only) ? phraseOfState(only.state, only.code) : 'ended, Slurm does not say how'
    return ended(
      hasEnded(only) ? outcomeOfState(only.state, only.code) : {},
      `job ${only.id} ${oneLine(only.name)} ${how}`,
    )
  }
  const failed = tasks.filter(({ state }) => !state.startsWith('COMPLETED'))
  const numbers = failed.map(({ id }) => id.replace(/^\d+_/, '')).sort((one, other) => Number(one) - Number(other))
  const counted = `${tasks.length - failed.length} ok${failed.length > 0 ? `, ${failed.length} failed: ${numbers.join(', ')}` : ''}`
  return ended({ status: failed.length > 0 ? 1 : 0 }, `job ${job} ${oneLine(only?.name ?? '')}: ${counted}`)
}

function ended(outcome: Outcome, text: string): AttachedEnd {
  return { outcome, sentence: (shown, { emoji }) => `${emoji ? (shown.status ? '❌ ' : '✅ ') : ''}${text}` }
}

/** sacct knows jobs that have ended long ago; without its database the controller knows those of the last minutes. */
async function tasksOf(job: string, signal?: AbortSignal): Promise<SlurmTask[]> {
  const how = ['--allocations', '--noheader', '--parsable2', '--format=JobID,JobName,State,ExitCode', `--jobs=${job}`]
  const recorded = await askTool('sacct', how, signal).catch(() => undefined)
  const tasks = recorded?.status === 0 ? recorded.stdout.split('\n').flatMap(recordedTask) : []
  if (tasks.length > 0) return tasks
  const shown = await askTool('scontrol', ['--oneliner', 'show', 'job', job], signal)
  if (/invalid job id/i.test(shown.stderr)) return []
  if (shown.status !== 0) throw new NtfyError(complaintOf('scontrol', shown), exitCode.refused)
  return shown.stdout.split('\n').flatMap(shownTask)
}

function recordedTask(line: string): SlurmTask[] {
  const [id = '', name = '', state = '', code = ''] = line.split('|')
  return /^\d+(_(\d+|\[.*\]))?$/.test(id) && state !== '' ? [{ id, name, state, code }] : []
}

function shownTask(line: string): SlurmTask[] {
  const field = (name: string) => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? ''
  const [job, array, task] = [field('JobId'), field('ArrayJobId'), field('ArrayTaskId')]
  if (job === '') return []
  const id = array === '' ? job : `${array}_${/^\d+$/.test(task) ? task : `[${task}]`}`
  return [{ id, name: field('JobName'), state: field('JobState'), code: field('ExitCode') }]
}
