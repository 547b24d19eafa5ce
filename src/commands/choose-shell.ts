import { readdirSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { codeOf, exitCode, NtfyError, UsageError } from '../platform/errors.ts'
import { oneLine } from '../platform/text.ts'
import { ancestors, type ProcessStat, readCommandLine, readStat, readUptime, terminalOf } from '../process/proc.ts'
import { commandText } from '../process/quote.ts'
import { terminalModes } from '../running/watch/terminal-modes.ts'
import { readTree } from '../running/watch/tree.ts'
import { hookedShells } from '../shell/hooked.ts'
import { isMarked } from '../shell/marks.ts'

/** Names of programs that may be the shell of a pane. */
const shellNames = /^(ba|z|fi|da|a|k|mk|xon|elvi)?sh$|^nu$|^pwsh$/

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
  const others = shellsHere().filter(({ pid }) => !own.includes(pid))
  // Of a shell without hooks nobody knows what it is there for: they count where there is no other.
  const hooked = new Set(hookedShells().map(({ pid }) => pid))
  const preferred = others.filter(({ pid }) => hooked.has(pid))
  const busy: ProcessStat[] = []
  for (const shell of innermost(preferred.length > 0 ? preferred : others)) if (await isBusy(shell)) busy.push(shell)
  return only(busy, 'no command runs in another shell of yours', 'commands run in several shells')
}

/** The shell whose mark is to be taken away: the one that was named, else the only one that is marked. */
export async function markedShell(word: string | undefined): Promise<ProcessStat> {
  if (word !== undefined) return namedShell(word)
  return only(shellsHere().filter(isMarked), 'nothing is marked', 'several are marked')
}

/** What runs in the foreground of a shell; nothing if that is the shell itself. */
export function runningIn(shell: ProcessStat): string | undefined {
  const leader = leaderIn(shell)
  if (leader === undefined || leader.pid === shell.pid) return undefined
  const words = readCommandLine(leader.pid) ?? []
  return oneLine(words.length > 0 ? commandText(words) : `[${leader.comm}]`).slice(0, 120)
}

export function leaderIn(shell: ProcessStat): ProcessStat | undefined {
  return readStat(shell.tpgid) ?? readTree(shell.pid).find(({ pgrp }) => pgrp === shell.tpgid)
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
    throw new UsageError(`this ${word}: ${isHidden(pid) ? othersWords() : 'no such process'}`)
  }
  refuseOthers(word, `/proc/${pid}`)
  const line = [pid, ...ancestors(pid).map((one) => one.pid)]
  const shells = shellsHere()
  const shell = line.map((one) => shells.find((other) => other.pid === one)).find((one) => one !== undefined)
  if (shell === undefined) {
    throw new UsageError(`this ${word}: neither a shell on a terminal, nor in one (ntfy done --pid ${word})`)
  }
  const within = line.slice(0, line.indexOf(shell.pid))
  const isInFront = within.length === 0 || within.some((one) => readStat(one)?.pgrp === shell.tpgid)
  if (!isInFront && shell.pid !== ownShells()[0]) {
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
  const [shell] = innermost(shellsHere().filter((one) => terminalOf(one) === path))
  if (shell !== undefined) return shell
  throw new UsageError(`this ${word}: no shell is on that terminal`)
}

/** @param place a file of the owner's */
function refuseOthers(word: string, place: string): void {
  const owner = statSync(place, { throwIfNoEntry: false })?.uid
  if (owner === undefined || process.geteuid === undefined || owner === process.geteuid()) return
  throw new UsageError(`this ${word}: ${othersWords()}`)
}

function othersWords(): string {
  return `it belongs to another user (you are ${userInfo().username})`
}

/** /proc may be mounted so that it hides the processes of others (hidepid). */
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
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
  const shells = new Set(shellsHere().map(({ pid }) => pid))
  return ancestors(process.pid).flatMap(({ pid }) => (shells.has(pid) ? [pid] : []))
}

/**
 * The shells on terminals: those that have said that they have hooks, which not all could, and our own others by their name.
 * A script is none: it leads no group in front of which something else could run.
 */
function shellsHere(): ProcessStat[] {
  const hooked = hookedShells()
  const known = new Set(hooked.map(({ pid }) => pid))
  const others = readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!Number.isInteger(pid) || known.has(pid)) return []
    const stat = readStat(pid)
    if (stat === undefined || stat.tty === 0 || stat.pgrp !== pid || !shellNames.test(stat.comm)) return []
    // One that has ended, and that nobody has waited for, has no command line.
    const words = readCommandLine(pid) ?? []
    return words.length > 0 && takesCommands(words) && isOwn(pid) && !isFork(stat) ? [stat] : []
  })
  return [...hooked, ...others]
}

/** A child that is about to become another program looks like its shell. */
function isFork({ ppid, comm, startTicks }: ProcessStat): boolean {
  return readStat(ppid)?.comm === comm && (readUptime() ?? 0) - startTicks * 10 < 1000
}

/** ... and not those of a script, or of -c. */
function takesCommands([, ...words]: string[]): boolean {
  return words.some((word) => /^-[a-z]*i/.test(word)) || words.every((word) => /^(-[^c]*|--.*)$/.test(word))
}

function isOwn(pid: number): boolean {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === process.geteuid?.()
}

/** While it waits for a line, a shell has the terminal in its own mode; while it runs something itself it has not. */
export async function isBusy(shell: ProcessStat): Promise<boolean> {
  if (shell.tpgid > 0 && shell.tpgid !== shell.pgrp) return true
  const tty = terminalOf(shell)
  return tty !== undefined && (await terminalModes(tty))?.lines === true
}

function hintOfJob(shell: ProcessStat): string {
  const stopped = readTree(shell.pid).some(({ state, session }) => state === 'T' && session === shell.session)
  return stopped ? '; one is suspended (ntfy fg there marks and resumes it)' : ''
}
