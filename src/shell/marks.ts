import { join } from 'node:path'
import { makeFolder } from '../platform/folder.ts'
import { largest } from '../platform/largest.ts'
import { readOwn, removeQuietly, replaceOwn } from '../platform/own-file.ts'
import { statePlace } from '../platform/paths.ts'
import { type ProcessStat, readStat, readUptime } from '../process/proc.ts'

/** What a hook says of a job that was marked in its own shell. */
const ofJob = 'job'

/** Takes every mark of a shell away, also those that it holds of suspended jobs. */
const cancel = 'cancel'

/** How long after the end of a command its hook calls, at most, in milliseconds: a busy machine forks late. */
const slack = 2000

/**
 * Marks the command that runs in a shell: the hooks find the file at the next prompt, hand its content on, and empty it.
 *
 * @returns the mark
 * @throws the file system's error; an Error where there is no place for it
 */
export function markCommand(shell: ProcessStat): string {
  const mark = `${shell.startTicks} ${Date.now()}`
  write(shell, mark)
  return mark
}

/**
 * @returns whether a mark was there that no hook had found yet
 * @throws as markCommand
 */
export function cancelMark(shell: ProcessStat): boolean {
  const was = isMarked(shell)
  write(shell, cancel)
  return was
}

export function isMarked(shell: ProcessStat): boolean {
  const file = join(marksFolder() ?? '/', String(shell.pid))
  return readOwn(file, largest.mark)?.split(' ')[0] === String(shell.startTicks)
}

/** Takes the mark away that was left there at that time, unless a hook has found it, or it was cancelled. */
export function takeMark(shell: ProcessStat, mark: string): boolean {
  const file = join(marksFolder() ?? '/', String(shell.pid))
  if (readOwn(file, largest.mark)?.trim() !== mark) return false
  removeQuietly(file)
  return true
}

/** Is a mark one of the command that has just ended, and not of an earlier one, or of an earlier shell of that number? */
export function isOfCommand(mark: string, shellPid: number | undefined, durationMs: number): boolean {
  if (mark === ofJob) return true
  const [ticks, time] = mark.trim().split(' ').map(Number)
  const [shell, own, uptime] = [readStat(shellPid ?? 0), readStat('self'), readUptime()]
  if (shell === undefined || own === undefined || uptime === undefined || time === undefined) return false
  const ended = Date.now() - (uptime - own.startTicks * 10)
  return ticks === shell.startTicks && time >= ended - durationMs - slack
}

/** Where the marks are, a file for each shell; nothing if there is no place for them. */
export function marksFolder(): string | undefined {
  const { folder } = statePlace()
  return folder === undefined ? undefined : join(folder, 'marks')
}

function write({ pid }: ProcessStat, text: string): void {
  const folder = marksFolder()
  if (folder === undefined) throw new Error(statePlace().problem)
  makeFolder(folder)
  replaceOwn(join(folder, String(pid)), `${text}\n`)
}
