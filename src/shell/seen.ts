import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../platform/folder.ts'
import { ownFileTime, replaceOwn } from '../platform/own-file.ts'
import { stateFolder } from '../platform/paths.ts'

/** Longer than anything waits for somebody, milliseconds. */
const keptFor = 7 * 24 * 60 * 60_000

/** Notes that somebody has clicked on a notification, or closed it. */
export function noteSeen(notification: string): void {
  const file = fileOf(notification)
  if (file === undefined) return
  try {
    const folder = join(file, '..')
    makeFolder(folder)
    for (const name of readdirSync(folder)) {
      if (lstatSync(join(folder, name)).mtimeMs < Date.now() - keptFor) rmSync(join(folder, name), { force: true })
    }
    replaceOwn(file, '')
  } catch {}
}

/** Whether somebody has clicked on a notification or closed it, as far as anybody was there to hear of it. */
export function wasSeen(notification: string): boolean {
  const file = fileOf(notification)
  return file !== undefined && ownFileTime(file) !== undefined
}

function fileOf(notification: string): string | undefined {
  const folder = stateFolder()
  return folder === undefined || !/^[\w-]+$/.test(notification) ? undefined : join(folder, 'seen', notification)
}
