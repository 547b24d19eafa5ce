import { readdirSync, readFileSync } from 'node:fs'
import { type ProcessStat, readStat } from '../../process/proc.ts'

/** A tree with more processes than this is busy, whatever else it is. */
const mostProcesses = 2000

/**
 * A process and its descendants that have not ended, the process first; empty if it is gone.
 *
 * @param leavesOut those that are left out, with their descendants
 */
export function readTree(pid: number, leavesOut: (pid: number) => boolean = () => false): ProcessStat[] {
  const found: ProcessStat[] = []
  const pending = [pid]
  for (let next = pending.shift(); next !== undefined && found.length < mostProcesses; next = pending.shift()) {
    const stat = leavesOut(next) ? undefined : readStat(next)
    if (stat === undefined) continue
    if (stat.state !== 'Z' && stat.state !== 'X') found.push(stat)
    pending.push(...childrenOf(stat))
  }
  return found
}

/** Each thread has the children that it has started. */
function childrenOf({ pid, threads }: ProcessStat): number[] {
  try {
    const tasks = threads > 1 ? readdirSync(`/proc/${pid}/task`) : [pid]
    return tasks.flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}
