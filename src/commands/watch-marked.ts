import { setTimeout as pause } from 'node:timers/promises'
import type { GlobalOptions } from '../cli/command.ts'
import { destinationsFor } from '../delivery/destinations.ts'
import { notifyHere } from '../delivery/index.ts'
import { exitCode } from '../platform/errors.ts'
import { type ProcessStat, readStat, readUptime, terminalOf } from '../process/proc.ts'
import { takeMark } from '../shell/marks.ts'
import { isBusy, leaderIn, runningIn } from './choose-shell.ts'

/** How often the shell is looked at, in milliseconds. */
const lookEvery = 250

/** A hook, where the shell has one after all, takes the mark within this time, in milliseconds. */
const grace = 1000

/** Waits for the end of what runs in a shell of which nobody knows that it has hooks, and notifies of it. */
export async function watchMarked(pid: number, mark: string, global: GlobalOptions): Promise<number> {
  const shell = readStat(pid)
  if (shell === undefined) return exitCode.ok
  const leader = leaderIn(shell)
  const command = runningIn(shell)
  const begun = leader && leader.pid !== pid ? leader.startTicks * 10 : (readUptime() ?? 0)
  await untilEnded(shell, leader)
  const durationMs = Math.max(0, (readUptime() ?? 0) - begun)
  await pause(grace)
  if (!takeMark(shell, mark)) return exitCode.ok
  const tty = terminalOf(shell)
  await notifyHere(
    {
      source: 'pid',
      pid: leader?.pid ?? pid,
      outcome: { ...(command !== undefined && { command }), durationMs },
      ...(tty !== undefined && { terminal: { tty, shellPid: pid } }),
    },
    await destinationsFor(global),
    global,
  )
  return exitCode.ok
}

/** One that is suspended has not ended. */
async function untilEnded(shell: ProcessStat, leader: ProcessStat | undefined): Promise<void> {
  const isThere = (one: ProcessStat) => {
    const now = readStat(one.pid)
    return now !== undefined && now.startTicks === one.startTicks && now.state !== 'Z'
  }
  for (;;) {
    const now = readStat(shell.pid)
    if (now === undefined || now.startTicks !== shell.startTicks) return
    if (!(leader && leader.pid !== shell.pid && isThere(leader)) && !(await isBusy(now))) return
    await pause(lookEvery)
  }
}
