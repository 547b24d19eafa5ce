import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../folder.ts'
import { stateFolder } from '../paths.ts'
import type { Config } from './types.ts'

/**
 * Writes what the shells' hooks need of the configuration, if it has changed: `key=value` lines that a shell reads
 * without evaluating them. No file means defaults. A file that cannot be written is no reason to say anything here.
 */
export function writeHookSettings(config: Pick<Config, 'longerThan' | 'private'>): void {
  const folder = stateFolder()
  if (folder === undefined) return
  const file = join(folder, 'hook-settings')
  const threshold = config.longerThan === undefined ? '' : `longer_than_ms=${config.longerThan}\n`
  const wanted = `${threshold}${config.private === 'hide' ? 'private=hide\n' : ''}`
  try {
    if (current(file) === wanted) return
    makeFolder(folder)
    const temporary = `${file}.${process.pid}`
    writeFileSync(temporary, wanted, { mode: 0o600 })
    renameSync(temporary, file)
  } catch {}
}

function current(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
