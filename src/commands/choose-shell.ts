import { statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { exitCode, NtfyError, UsageError } from '../platform/errors.ts'
import { oneLine } from '../platform/text.ts'
import { ancestors, type ProcessStat, readCommandLine, readStat, terminalOf } from '../process/proc.ts'
import { commandText } from '../process/quote.ts'
import { terminalModes } from '../running/terminal-modes.ts'
import { readTree } from '../running/tree.ts'
import { hookedShells } from '../shell/hooked.ts'
import { isMarked } from '../shell/marks.ts'

const withoutHooks = 'it has no hooks of ntfy (ntfy done --pid PID waits for any process)'

/**
 * The shell whose command is meant: the one that was named, else the only other one that runs a command.
 *
 * @param word a process ID or a terminal
 * @throws UsageError there is no such shell, or it is not one that can be marked
 * @throws NtfyError nothing runs there
 */
export async function busyShell(word: string | undefined): Promise<ProcessStat> {
  if (word !== undefined) {
    const shell = namedShell(word)
    if (await isBusy(shell)) return shell
    throw new NtfyError(`this ${word}: no command runs in that shell${hintOfJob(shell)}`, exitCode.refused)
  }
  const own = ownShells()
  const others = hookedShells().filter(({ pid }) => !own.includes(pid))
  const busy: ProcessStat[] = []
  for (const shell of innermost(others)) if (await isBusy(shell)) busy.push(shell)
  return only(busy, 'no command runs in another shell with hooks', 'commands run in several shells')
}

/** The shell whose mark is to be taken away: the one that was named, else the only one that is marked. */
export async function markedShell(word: string | undefined): Promise<ProcessStat> {
  if (word !== undefined) return namedShell(word)
  return only(hookedShells().filter(isMarked), 'nothing is marked', 'several are marked')
}

/** What runs in the foreground of a shell; nothing if that is the shell itself. */
export function runningIn(shell: ProcessStat): string | undefined {
  const leader = readStat(shell.tpgid) ?? readTree(shell.pid).find(({ pgrp }) => pgrp === shell.tpgid)
  if (leader === undefined || leader.pid === shell.pid) return undefined
  const words = readCommandLine(leader.pid) ?? []
  return oneLine(words.length > 0 ? commandText(words) : `[${leader.comm}]`).slice(0, 120)
}

function only(found: ProcessStat[], none: string, several: string): ProcessStat {
  const [shell] = found
  if (shell === undefined) throw new NtfyError(`this: ${none}`, exitCode.refused)
  if (found.length === 1) return shell
  const list = found.map((one) => `  ${terminalOf(one) ?? ''}  ${one.pid}  ${runningIn(one) ?? one.comm}`)
  throw new UsageError(`this: ${several} (name its process or its terminal):\n${list.join('\n')}`)
}

function namedShell(word: string): ProcessStat {
  const shell = /^\d+$/.test(word) ? shellOfProcess(word) : shellOnTerminal(word)
  const [own] = ownShells()
  if (shell.pid === own) {
    throw new UsageError(
      `this ${word}: that is the shell that this runs in, whose command is ntfy itself (in the same pane: Ctrl-Z, then ntfy fg)`,
    )
  }
  return shell
}

function shellOfProcess(word: string): ProcessStat {
  const pid = Number(word)
  if (pid === process.pid) throw new UsageError(`this ${word}: that is ntfy itself`)
  const stat = Number.isSafeInteger(pid) && pid > 0 ? readStat(pid) : undefined
  if (stat === undefined || stat.state === 'Z' || stat.state === 'X') {
    throw new UsageError(`this ${word}: no such process`)
  }
  refuseOthers(word, `/proc/${pid}`)
  const line = [pid, ...ancestors(pid).map((one) => one.pid)]
  const shells = hookedShells()
  const at = line.findIndex((one) => shells.some((shell) => shell.pid === one))
  const shell = shells.find((one) => one.pid === line[at])
  if (shell === undefined) {
    if (pid === ownShells()[0]) return stat
    throw new UsageError(`this ${word}: neither a shell with ntfy's hooks, nor in one: ${withoutHooks}`)
  }
  if (at > 0 && !line.slice(0, at).some((one) => readStat(one)?.pgrp === shell.tpgid) && shell.pid !== ownShells()[0]) {
    throw new UsageError(`this ${word}: it is not what runs in the foreground of its shell (ntfy done --pid ${word})`)
  }
  return shell
}

function shellOnTerminal(word: string): ProcessStat {
  const path = word.startsWith('/') ? word : `/dev/${word}`
  const found = /^\/dev\/(pts\/\d+|tty\w+)$/.test(path) ? statSync(path, { throwIfNoEntry: false }) : undefined
  if (!found?.isCharacterDevice()) {
    throw new UsageError(`this ${word}: no such process or terminal (expected a process ID, or pts/3: tty shows it)`)
  }
  refuseOthers(word, path)
  const there = innermost(hookedShells().filter((one) => terminalOf(one) === path))
  const [shell] = there
  if (shell !== undefined) return shell
  const own = readStat('self')
  if (own && terminalOf(own) === path) return readStat(ownShells()[0] ?? process.ppid) ?? own
  throw new UsageError(`this ${word}: no shell on that terminal has ntfy's hooks: ${withoutHooks}`)
}

/** @param place a file of the owner's */
function refuseOthers(word: string, place: string): void {
  const owner = statSync(place, { throwIfNoEntry: false })?.uid
  if (owner === undefined || process.geteuid === undefined || owner === process.geteuid()) return
  throw new UsageError(`this ${word}: it belongs to another user (you are ${userInfo().username})`)
}

/** A shell that runs in another one is what that one runs. */
function innermost(shells: ProcessStat[]): ProcessStat[] {
  const outer = new Set(shells.flatMap(({ pid, tty }) => ancestorsOn(pid, tty)))
  return shells.filter(({ pid }) => !outer.has(pid))
}

function ancestorsOn(pid: number, tty: number): number[] {
  return ancestors(pid)
    .map((one) => one.pid)
    .filter((one) => readStat(one)?.tty === tty)
}

/** The shells that this runs in, the innermost first. */
function ownShells(): number[] {
  const shells = new Set(hookedShells().map(({ pid }) => pid))
  const above = ancestors(process.pid).map(({ pid }) => pid)
  const hooked = above.filter((pid) => shells.has(pid))
  return hooked.length > 0 ? hooked : above.slice(0, 1)
}

/** While it waits for a line, a shell has the terminal in its own mode; while it runs something itself it has not. */
async function isBusy(shell: ProcessStat): Promise<boolean> {
  if (shell.tpgid > 0 && shell.tpgid !== shell.pgrp) return true
  const tty = terminalOf(shell)
  return tty !== undefined && (await terminalModes(tty))?.lines === true
}

function hintOfJob(shell: ProcessStat): string {
  const stopped = readTree(shell.pid).some(({ state, session }) => state === 'T' && session === shell.session)
  return stopped ? '; one is suspended (ntfy fg there marks and resumes it)' : ''
}
