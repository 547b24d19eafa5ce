import { execFile, spawn } from 'node:child_process'
import { readlinkSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { TerminalReference } from '../notification/index.ts'
import { ownershipProblem } from '../platform/ownership.ts'
import { readStat } from '../process/proc.ts'
import { environmentOf } from './environment.ts'
import { lineage } from './lineage.ts'
import { type Host, hostIn } from './place.ts'
import { writeToTerminal } from './tty.ts'

/** ConEmu's OSC 9;4: 3 is busy, 0 is nothing. https://conemu.github.io/en/AnsiEscapeCodes.html#ConEmu_specific_OSC */
const [busy, idle] = ['\x1b]9;4;3\x1b\\', '\x1b]9;4;0\x1b\\']

/** How long the terminal is tried, milliseconds. */
const patience = 200

/**
 * Has the terminal show that something is going on, if it is one that shows that: others make a notification of it.
 *
 * @returns what ends it, if it has begun; neither throws nor takes longer than 0.2 s
 */
export async function showBusy(terminal: TerminalReference): Promise<(() => Promise<void>) | undefined> {
  const { tty, shellPid } = terminal
  if (tty === undefined || !isInForeground()) return undefined
  await writeToTerminal(tty, busy, AbortSignal.timeout(patience)).catch(() => {})
  return shellPid === undefined ? undefined : () => end(tty)
}

/** Whether the terminal is new enough for it. */
export async function showsProgress({ shellPid }: TerminalReference, signal: AbortSignal): Promise<boolean> {
  const host = shellPid === undefined ? undefined : hostIn(await lineage(shellPid, signal))
  const since = host?.kind.progressSince
  if (host === undefined || since === undefined) return false
  const version =
    since.variable === undefined ? await ownVersion(host, signal) : environmentOf(host.child)[since.variable]
  return isAtLeast(version ?? '', since.version)
}

/** A program in the background would be stopped for writing where the terminal is set so (stty tostop). */
function isInForeground(): boolean {
  const own = readStat('self')
  return own !== undefined && own.pgrp === own.tpgid
}

async function end(tty: string): Promise<void> {
  if (isInForeground()) return writeToTerminal(tty, idle, AbortSignal.timeout(patience)).catch(() => {})
  const options = { detached: true, stdio: 'ignore' } as const
  const child = spawn('sh', ['-c', `printf '\\033]9;4;0\\033\\\\' >"$0"`, tty], options)
  child.on('error', () => {}).unref()
}

/** kitty has no variable for its version. */
function ownVersion({ pid, kind }: Host, signal: AbortSignal): Promise<string> {
  const program = programOf(pid)
  if (program === undefined || !kind.program.test(basename(program))) return Promise.resolve('')
  return new Promise((resolve) => {
    execFile(program, ['--version'], { signal }, (_, stdout) => resolve(/\d+(\.\d+)+/.exec(stdout)?.[0] ?? ''))
  })
}

/** What a process of this user runs, if it is nothing that another user could have put there. */
function programOf(pid: number): string | undefined {
  try {
    if (statSync(`/proc/${pid}`).uid !== process.geteuid?.()) return undefined
    const program = readlinkSync(`/proc/${pid}/exe`)
    // Of a program that was removed the kernel says `NAME (deleted)`, which may be another file's name.
    const isThere = statSync(program).ino === statSync(`/proc/${pid}/exe`).ino
    return isThere && ownershipProblem(program) === undefined ? program : undefined
  } catch {
    return undefined
  }
}

/** `1.2.3` is at least 1.2; what has no number is not. */
function isAtLeast(version: string, least: number[]): boolean {
  const numbers = version.split(/[.-]/).map(Number)
  const differing = least.findIndex((number, index) => numbers[index] !== number)
  return differing === -1 || (numbers[differing] ?? 0) > (least[differing] ?? 0)
}
