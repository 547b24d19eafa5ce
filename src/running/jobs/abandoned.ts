import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { whereWeRun } from '../../platform/claim.ts'
import { readStat } from '../../process/proc.ts'
import { jobsFolder, type ProcessReference } from './index.ts'
import { machineId } from './machine.ts'

/** ID.MACHINE-BOOT-NAMESPACE-PID-START */
const jobName = /^([0-9a-f-]{36})\.([A-Za-z0-9]+)-([A-Za-z0-9]+-(\d+))-(\d+)-(\d+)$/

/** A record whose process is gone. */
export interface AbandonedJob {
  id: string
  path: string
  /** Boot and pid namespace of that process. */
  place: string
}

/** Records that this machine can judge and nobody is responsible for: a look at names, and at one process for each. */
export function abandonedJobs(): AbandonedJob[] {
  const folder = jobsFolder()
  if (folder === undefined) return []
  return namesIn(folder).flatMap((name) => {
    const [, id, machine, place, namespace, pid, start] = jobName.exec(name) ?? []
    if (id === undefined || place === undefined || machine !== machineId()) return []
    // Of another container nobody knows whether it still runs.
    if (namespace !== whereWeRun().split('-')[1]) return []
    // Elsewhere the boot is known by its host's name alone, which may change.
    const here = place === whereWeRun() || process.platform !== 'linux'
    if (here && isRunning({ pid: Number(pid), start: Number(start) })) return []
    return [{ id, path: join(folder, name), place }]
  })
}

/** Is this the same process still, and has it not ended? */
export function isRunning({ pid, start }: ProcessReference): boolean {
  const stat = readStat(pid)
  if (stat === undefined) return isThere(pid)
  // A main thread that ended before the others is a zombie, too.
  if ((stat.state === 'Z' || stat.state === 'X') && stat.threads <= 1) return false
  return start === 0 || stat.startTicks === start
}

/** Where /proc is missing or hides it. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
