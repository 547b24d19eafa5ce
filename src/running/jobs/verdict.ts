import { renameSync } from 'node:fs'
import { uptime } from 'node:os'
import { dirname } from 'node:path'
import { originHere } from '../../notification/create.ts'
import { whereWeRun } from '../../platform/claim.ts'
import { asObject, field } from '../../platform/json.ts'
import { largest } from '../../platform/largest.ts'
import { ownFileTime, readOwn } from '../../platform/own-file.ts'
import { type AbandonedJob, isRunning } from './abandoned.ts'
import { type JobRecord, jobFile, type ProcessReference } from './index.ts'

/** What has become of a job whose ntfy is gone. */
export type Verdict =
  /** The machine was restarted at that time, so many milliseconds after the job began. */
  | { kind: 'restarted'; at: Date; after: number }
  /** The command goes on. */
  | { kind: 'running'; child: ProcessReference }
  | { kind: 'killed' }

/** A record that this process has taken. */
export interface TakenJob {
  path: string
  /** Nothing if the file is damaged. */
  record: JobRecord | undefined
  child: ProcessReference | undefined
}

/** Takes a record, so that no other process notifies of it; nothing if another was faster. */
export function takeJob(job: AbandonedJob): TakenJob | undefined {
  const { id, path } = job
  const own = jobFile(dirname(path), id)
  try {
    renameSync(path, own)
  } catch {
    return undefined
  }
  const [record, child] = (readOwn(own, largest.job + 1024) ?? '').split('\n').map(parse)
  return {
    path: own,
    record: isRecord(record) && record.id === id ? record : textless(job, own),
    child: isReference(child) ? child : undefined,
  }
}

/** What was written just before a power failure may not have reached the disk: then only its name is known. */
function textless({ id, place }: AbandonedJob, own: string): JobRecord | undefined {
  if (place === whereWeRun()) return undefined
  const began = new Date(ownFileTime(own) ?? Date.now()).toISOString()
  const options = { config: undefined, targets: [], sharedOptions: {}, title: undefined, emoji: true }
  const when = { longerThan: undefined, on: 'always', hideCommand: true } as const
  return { version: 1, id, began, uptime: Number.POSITIVE_INFINITY, place, origin: originHere(), options, when }
}

export function verdictOn({ place, began, uptime: then }: JobRecord, child: ProcessReference | undefined): Verdict {
  if (isOtherBoot(place, then)) {
    const beginning = Date.parse(began)
    // Where the clock was set, it was not before the job began all the same.
    const at = Math.max(Date.now() - uptime() * 1000, beginning)
    return { kind: 'restarted', at: new Date(at), after: at - beginning }
  }
  return child && isRunning(child) ? { kind: 'running', child } : { kind: 'killed' }
}

/** Without /proc, a machine that has been up for less time than the job's beginning says was restarted. */
function isOtherBoot(place: string, then: number): boolean {
  return process.platform === 'linux' ? place !== whereWeRun() : uptime() < then
}

/** Resolves when the command has ended. */
export async function endOf(child: ProcessReference): Promise<void> {
  while (isRunning(child)) await new Promise((resolve) => setTimeout(resolve, 500))
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Anybody may have written the file. */
function isRecord(value: unknown): value is JobRecord {
  const record = asObject(value)
  if (record?.['version'] !== 1 || Number.isNaN(Date.parse(String(record['began'])))) return false
  if (record['command'] !== undefined && typeof record['command'] !== 'string') return false
  if (typeof record['uptime'] !== 'number' || typeof record['place'] !== 'string') return false
  const { targets, sharedOptions } = (asObject(record['options']) ?? {}) as Record<string, unknown>
  if (!Array.isArray(targets) || asObject(sharedOptions) === undefined) return false
  const isTarget = (one: unknown) => typeof field(one, 'name') === 'string' && asObject(field(one, 'options'))
  return targets.every(isTarget) && asObject(record['when']) !== undefined && asObject(record['origin']) !== undefined
}

function isReference(value: unknown): value is ProcessReference {
  return Number.isInteger(field(value, 'pid')) && Number.isInteger(field(value, 'start'))
}
