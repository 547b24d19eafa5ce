import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder } from '../platform/folder.ts'
import { ownFileTime, readOwn, replaceOwn } from '../platform/own-file.ts'
import { ownershipProblem } from '../platform/ownership.ts'

/**
 * Notes that this Node starts on this machine, and is new enough, so that the launcher need not ask it
 * (shell/launcher.sh, is_known), unless something of what it would look at is as young as the note.
 *
 * @param caches nothing where there is no place for it
 */
export function noteNode(caches: string | undefined): void {
  // With other libraries it may be another matter.
  if (caches === undefined || process.env['LD_LIBRARY_PATH'] || process.env['LD_PRELOAD']) return
  try {
    const note = `${hostName()}\n${process.execPath}\n`
    const file = join(caches, 'node')
    const looked = [process.execPath, dirname(process.execPath), '/etc/ld.so.cache'].map(secondsOf)
    const time = Math.floor((ownFileTime(file) ?? 0) / 1000)
    // A note from a time when the clock was wrong is younger than whatever comes.
    const isFromNow = time * 1000 <= Date.now()
    // Which of them is meant by its path now, if it was replaced while this one ran?
    const started = Date.now() - process.uptime() * 1000
    if (looked.some((one) => (one + 1) * 1000 > started)) return
    if (isFromNow && looked.every((one) => one < time) && readOwn(file, 8192) === note) return
    makeFolder(caches)
    if (ownershipProblem(caches, { ownGroup: true }) !== undefined) return
    replaceOwn(file, note)
  } catch {}
}

/** A home may be shared with a container, which has another Node. Not os.hostname(), which a shell cannot read. */
function hostName(): string {
  try {
    return readFileSync('/proc/sys/kernel/hostname', 'utf8').trim()
  } catch {
    return ''
  }
}

/** Not every shell compares what is less than a second. */
function secondsOf(path: string): number {
  return Math.floor((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1000)
}
