import { execFile } from 'node:child_process'
import { basename } from 'node:path'
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
function processTable(signal: AbortSignal): Promise<Map<number, Relative>> {
  return new Promise((resolve) => {
    execFile('ps', ['-A', '-o', 'pid=,ppid=,comm='], { signal, maxBuffer: 8 * 1024 * 1024 }, (_, stdout) => {
      const rows = [...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*\S)\s*$/gm)]
      resolve(
        new Map(
          rows.map(([, pid, ppid, path = '']) => [
            Number(pid),
            { pid: Number(pid), ppid: Number(ppid), comm: basename(path) },
          ]),
        ),
      )
    })
  })
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
