import { basename } from 'node:path'
import { listProcesses } from '../process/list.ts'
import { ancestors, readStat } from '../process/proc.ts'

export interface Relative {
  pid: number
  ppid: number
  /** The program's name, at most 15 characters on Linux. */
  comm: string
}

/** A process, its parent, and so on; as much as can be known. */
export async function lineage(pid: number, signal: AbortSignal): Promise<Relative[]> {
  const self = readStat(pid)
  if (self !== undefined) return [self, ...ancestors(pid)]
  return process.platform === 'linux' ? [] : climb(pid, await processTable(signal))
}

/** macOS and the BSDs. */
async function processTable(signal: AbortSignal): Promise<Map<number, Relative>> {
  const all = await listProcesses({ everybody: true }, signal)
  return new Map(all.map(({ pid, ppid, name }) => [pid, { pid, ppid, comm: basename(name) }]))
}

function climb(pid: number, table: Map<number, Relative>): Relative[] {
  const found: Relative[] = []
  let relative = table.get(pid)
  while (relative !== undefined && !found.includes(relative)) {
    found.push(relative)
    relative = table.get(relative.ppid)
  }
  return found
}
