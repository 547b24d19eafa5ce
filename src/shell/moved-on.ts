import { join } from 'node:path'
import type { Notification } from '../notification/index.ts'
import { largest } from '../platform/largest.ts'
import { ownFileTime, readOwn } from '../platform/own-file.ts'
import { stateFolder } from '../platform/paths.ts'

/**
 * Whether a shell has started its first command after the one that a notification is about. The hooks leave a file with
 * the shell's number when a command starts after one that notified: it holds how many have notified until then.
 */
export function hasMovedOn({ terminal, time }: Pick<Notification, 'terminal' | 'time'>): boolean {
  const [folder, shellPid] = [shellsFolder(), terminal?.shellPid]
  if (folder === undefined || shellPid === undefined) return false
  const file = join(folder, String(shellPid))
  if (terminal?.turn === undefined) return (ownFileTime(file) ?? 0) >= Date.parse(time)
  return Number.parseInt(readOwn(file, largest.mark) ?? '', 10) >= terminal.turn
}

/** Where shells leave word; nothing if there is no place for it. */
export function shellsFolder(): string | undefined {
  const folder = stateFolder()
  return folder === undefined ? undefined : join(folder, 'shells')
}
