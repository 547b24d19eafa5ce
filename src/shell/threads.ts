import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../platform/errors.ts'
import { runtimeFolder, stateFolder } from '../platform/paths.ts'
import { readStat } from '../process/proc.ts'
import { marksFolder } from './marks.ts'
import { shellsFolder } from './moved-on.ts'

/** A shell's notification replaces its last one; the start time distinguishes shells with the same process ID. */
export function threadOfShell(shellPid: number): string | undefined {
  const start = readStat(shellPid)?.startTicks
  return start === undefined ? undefined : `shell-${shellPid}-${start}`
}

/** Removes what shells that are gone have left: their word that they went on, marks, bash's file for its history, and the ends of jobs. */
export function forgetGoneShells(): void {
  forgetIn(shellsFolder(), '')
  forgetIn(marksFolder(), '')
  for (const folder of [runtimeFolder(), stateFolder()]) {
    forgetIn(folder, 'history.')
    forgetIn(folder, 'ended.')
  }
}

function forgetIn(folder: string | undefined, prefix: string): void {
  if (folder === undefined) return
  for (const name of namesIn(folder)) {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length) : ''
    if (/^\d+$/.test(pid) && isGone(Number(pid))) rmSync(join(folder, name), { force: true })
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}
