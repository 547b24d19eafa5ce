import { readdirSync } from 'node:fs'
import { readStat, readUptime, terminalOfCaller } from '../process/proc.ts'
import { environmentOf } from '../terminal/environment.ts'
import { lineage } from '../terminal/lineage.ts'
import { hostIn } from '../terminal/place.ts'
import type { Scene, View } from './view.ts'

/** What the process table says of a view. */
export async function sceneOf(view: View, signal: AbortSignal): Promise<Scene> {
  const relatives = view.pid === undefined ? [] : await lineage(view.pid, signal)
  const host = hostIn(relatives)
  const pids = relatives.map(({ pid }) => pid)
  return {
    ...view,
    environment: environmentOf(view.pid),
    host,
    pids: host === undefined ? pids : pids.slice(0, pids.indexOf(host.pid) + 1),
    ours: terminalOfCaller()?.tty === view.tty,
  }
}

/** Does the terminal show other shells in the same window, of which this one may be hidden? */
export function sharesWindow({ host, environment, pid }: Scene): boolean {
  if (!host?.kind.tabs || pid === undefined) return false
  const own = readStat(host.child)
  return processes().some((other) => {
    const stat = readStat(other)
    if (stat?.ppid !== host.pid || stat.tty === 0 || stat.tty === own?.tty) return false
    const window = environment['WINDOWID']
    return window === undefined || environmentOf(other)['WINDOWID'] === window
  })
}

/**
 * Whether something that is so many milliseconds old, as the last touch of keyboard or mouse, says anything about the
 * person at this view: not if it was before the shell began. Then whoever typed the command did it by another way.
 */
export function isYounger({ pid }: Scene, age: number): boolean {
  const [start, uptime] = [pid === undefined ? undefined : readStat(pid)?.startTicks, readUptime()]
  return start === undefined || uptime === undefined || age < uptime - start * 10
}

function processes(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}
