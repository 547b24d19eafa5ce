import { readlinkSync } from 'node:fs'
import { isatty } from 'node:tty'
import { originHere } from '../notification/create.ts'
import type { TerminalReference } from '../notification/index.ts'
import { readStat, terminalOf } from '../process/proc.ts'
import { usualDuration } from '../running/stats/index.ts'
import { keyOfLine } from './usual.ts'

/** A command that runs. */
export interface RunningCommand {
  pid: number
  /** As a shell would read it. */
  command: string
  /** It was found running: then it is named by its process ID, and has run for so many milliseconds. */
  found?: { age: number }
  /** Bytes of its output that have passed through us. */
  passed?: () => number
}

/** The terminal that a process runs on; nothing if it has none. */
export function terminalOfProcess(pid: number): TerminalReference | undefined {
  const stat = readStat(pid)
  const tty = stat && terminalOf(stat)
  return stat && tty !== undefined ? { tty, shellPid: stat.ppid } : undefined
}

/** From when on a command takes longer than it usually does, in milliseconds; nothing if that is not known yet. */
export async function usualLimit({ command }: RunningCommand): Promise<number | undefined> {
  const key = await keyOfLine(command, originHere().cwd)
  const usual = key && usualDuration(key)
  return usual && usual.p90Ms * 2
}

/** Are stdin and stderr terminals, so that questions are meant for somebody? */
export function isInteractive({ pid, found }: RunningCommand): boolean {
  if (found === undefined) return isatty(0) && isatty(2)
  return ['0', '2'].every((descriptor) => {
    try {
      return /^\/dev\/(pts\/|tty|console)/.test(readlinkSync(`/proc/${pid}/fd/${descriptor}`))
    } catch {
      return false
    }
  })
}
