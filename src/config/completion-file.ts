import { statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { backends } from '../backends/index.ts'
import { makeFolder } from '../platform/folder.ts'
import { largest } from '../platform/largest.ts'
import { readOwn, replaceOwn } from '../platform/own-file.ts'
import { stateFolder } from '../platform/paths.ts'
import { oneLine } from '../platform/text.ts'
import type { Config } from './types.ts'

/**
 * Writes the names that a shell offers behind `-b`, if they have changed, so that TAB needs no Node. The first line says
 * which configuration they are from: where that is newer, the shell asks. A file that cannot be written is no reason to
 * say anything here.
 */
export function writeCompletionFile(config: Config): void {
  const folder = stateFolder()
  if (folder === undefined || config.path === undefined) return
  const file = join(folder, 'completion')
  const wanted = `\t${config.path}\n${targetRows(config)}`
  try {
    if (config.path !== oneLine(config.path) || wanted.length > largest.cache) return
    if (readOwn(file, largest.cache) !== wanted) {
      makeFolder(folder)
      replaceOwn(file, wanted)
    } else if (statSync(file).mtimeMs < statSync(config.path).mtimeMs) utimesSync(file, new Date(), new Date())
  } catch {}
}

/** A line for each name that `-b` accepts: the name, a tab, its backend or what it is. */
export function targetRows({ targets, groups }: Pick<Config, 'targets' | 'groups'>): string {
  const rows = new Map<string, string>(Object.keys(backends).map((name) => [name, 'backend']))
  for (const name of Object.keys(groups)) rows.set(name, 'group')
  for (const { name, backend } of Object.values(targets)) if (backend !== '') rows.set(name, backend)
  // A name with a tab or a newline is no name that anybody could type.
  const typable = [...rows].filter(([name]) => name !== '' && name === oneLine(name))
  return typable.map(([name, what]) => `${name}\t${oneLine(what)}\n`).join('')
}
