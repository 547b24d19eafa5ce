import { spawnSync } from 'node:child_process'
import { type ProcessStat, readSignalMasks, readStat } from './proc.ts'

/** What job control makes of a process: its state (T is stopped), and its process group. */
export type JobState = Pick<ProcessStat, 'state' | 'pgrp'>

/** @param asks whether to run ps where there is no /proc: it takes a while */
export function stateOf(pid: number, asks: boolean): JobState | undefined {
  const stat = readStat(pid)
  if (stat || process.platform === 'linux' || !asks) return stat
  const [state, pgrp] = ps('stat=,pgid=', pid)
  return state ? { state: state.slice(0, 1), pgrp: Number(pgrp) } : undefined
}

/** Does a process listen to a real-time signal, ignore or block it? One that has ended does not say. */
export function outlives(pid: number, signal: number): boolean {
  const masks = readSignalMasks(pid)
  if (masks === undefined) return false
  return ((masks.caught | masks.ignored | masks.blocked) & (BigInt(1) << BigInt(signal - 1))) !== BigInt(0)
}

/** Is our process group in the foreground of its terminal, where keys reach it? */
export function inForeground(): boolean {
  const own = readStat('self')
  if (own) return own.tty !== 0 && own.tpgid === own.pgrp
  const [group, foreground] = ps('pgid=,tpgid=', process.pid)
  return group !== undefined && group === foreground
}

function ps(columns: string, pid: number): string[] {
  const result = spawnSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8' })
  return result.status === 0 ? result.stdout.trim().split(/\s+/) : []
}
