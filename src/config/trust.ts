import { type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Document } from './read.ts'

/**
 * Why a configuration may not name programs to run, or nothing if it may: whoever can write it could run anything as
 * the user. A pipe comes from the caller himself.
 */
export function distrust({ path, stats }: Pick<Document, 'path' | 'stats'>): string | undefined {
  if (process.platform === 'win32' || !stats.isFile()) return undefined
  const problem = weakness(path, stats)
  if (problem !== undefined) return problem
  try {
    return weakness(dirname(path), statSync(dirname(path)))
  } catch {
    return undefined
  }
}

/** Can others read it? */
export function isReadableByOthers(stats: Stats): boolean {
  return process.platform !== 'win32' && stats.isFile() && (stats.mode & 0o044) !== 0
}

function weakness(name: string, { mode, uid }: Stats): string | undefined {
  if (uid !== 0 && uid !== process.getuid?.()) return `${name} belongs to another user (uid ${uid})`
  if ((mode & 0o022) === 0) return undefined
  return `others can write ${name} (mode ${(mode & 0o7777).toString(8).padStart(4, '0')}); chmod go-w ${name}`
}
