import { hasFailed, type Outcome } from '../../notification/index.ts'
import { formatDuration } from '../../platform/duration.ts'
import { exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { pause } from '../../platform/retry.ts'
import { oneLine } from '../../platform/text.ts'
import { type Attached, type AttachedEnd, endSentence, pauses } from './index.ts'
import { askTool, complaintOf } from './tool.ts'

/** What gh says of a run of a workflow (`gh run view --json`). */
interface Run {
  databaseId?: number
  status?: string
  conclusion?: string
  displayTitle?: string
  workflowName?: string
  url?: string
  startedAt?: string
  updatedAt?: string
}

const fields = 'databaseId,status,conclusion,displayTitle,workflowName,url,startedAt,updatedAt'

/** @param id nothing for the newest run of the repository that we are in */
export async function findRun(id: string): Promise<Attached> {
  if (id !== '' && !/^\d+$/.test(id)) throw new UsageError(`--gh-run ${id}: expected the number of a run`)
  const run = id === '' ? (await ask<Run[]>(['run', 'list', '--limit', '1', '--json', fields]))[0] : await view(id)
  if (run === undefined) throw new UsageError('--gh-run: this repository has no runs')
  const number = id || String(run.databaseId ?? '')
  const subject = nameOf(run, number)
  return { name: subject, subject, wait: (signal) => waitFor(number, run, signal) }
}

function view(id: string, signal?: AbortSignal): Promise<Run> {
  return ask(['run', 'view', id, '--json', fields], signal)
}

async function ask<T>(args: string[], signal?: AbortSignal): Promise<T> {
  const answer = await askTool('gh', args, signal)
  if (answer.status !== 0) throw new NtfyError(`--gh-run: ${complaintOf('gh', answer)}`, exitCode.refused)
  try {
    return JSON.parse(answer.stdout) as T
  } catch {
    throw new NtfyError('--gh-run: gh: not the JSON that was expected', exitCode.refused)
  }
}

/** A network that is gone for a while ends nothing. */
async function waitFor(id: string, first: Run, signal: AbortSignal): Promise<AttachedEnd> {
  const waits = pauses(15_000)
  let run = first
  while (run.status !== 'completed' && !signal.aborted) {
    await pause(waits.next().value, signal)
    run = await view(id, signal).catch(() => run)
  }
  return endOf(id, run)
}

const successes = ['success', 'neutral', 'skipped']

function endOf(id: string, run: Run): AttachedEnd {
  const { conclusion = '', startedAt = '', updatedAt = '' } = run
  const durationMs = Date.parse(updatedAt) - Date.parse(startedAt)
  const outcome: Outcome = {
    status: successes.includes(conclusion) ? 0 : 1,
    ...(durationMs >= 0 && { durationMs }),
  }
  return {
    outcome,
    ...(run.url?.startsWith('https://') && { url: run.url }),
    sentence: (shown, { emoji }) => {
      const failed = hasFailed({ outcome: shown })
      const word = conclusion === 'failure' ? 'failed' : conclusion === 'success' ? 'succeeded' : ''
      const how = word || `ended: ${oneLine(conclusion).replaceAll('_', ' ') || 'unknown'}`
      const time = shown.durationMs === undefined ? '' : formatDuration(shown.durationMs)
      return endSentence(nameOf(run, id), how, time, { failed, emoji })
    },
  }
}

function nameOf({ workflowName = 'run', displayTitle = '' }: Run, id: string): string {
  return oneLine(`${workflowName} #${id}${displayTitle === '' ? '' : ` (${displayTitle})`}`)
}
