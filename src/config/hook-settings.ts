import { lutimesSync } from 'node:fs'
import { join } from 'node:path'
import { patternWords } from '../command-line/command-pattern.ts'
import { makeFolder } from '../platform/folder.ts'
import { largest } from '../platform/largest.ts'
import { ownFileTime, readOwn, replaceOwn } from '../platform/own-file.ts'
import { stateFolder } from '../platform/paths.ts'
import type { Config } from './types.ts'

/**
 * Writes what the shells' hooks need of the configuration, if it has changed: `key=value` lines that a shell reads
 * without evaluating them. No file means defaults. A file that cannot be written is no reason to say anything here.
 *
 * @param config nothing if it is broken: then what is there stays
 * @param time its `configTime`, from before it was read: the file's own, by which a hook sees whether it is out of date
 */
export function writeHookSettings(
  config: Pick<Config, 'longerThan' | 'private' | 'always' | 'stats'> | undefined,
  time: number | undefined,
): void {
  const folder = stateFolder()
  if (folder === undefined) return
  const file = join(folder, 'hook-settings')
  const now = current(file)
  const wanted = config ? settingsOf(config) : (now ?? '')
  if (now === undefined && wanted === '' && time === undefined) return
  try {
    if (now !== wanted) {
      makeFolder(folder)
      replaceOwn(file, wanted)
    }
    if (time !== undefined && ownFileTime(file) !== time) lutimesSync(file, time / 1000, time / 1000)
  } catch {}
}

function settingsOf({
  longerThan,
  private: hidden,
  always,
  stats,
}: Pick<Config, 'longerThan' | 'private' | 'always' | 'stats'>): string {
  const lines: string[] = []
  if (longerThan !== undefined) lines.push(`longer_than_ms=${longerThan}`)
  if (hidden === 'hide') lines.push('private=hide')
  if (always.length > 0) lines.push(`always=${alwaysWords(always)}`)
  if (!stats) lines.push('stats=off')
  return lines.map((line) => `${line}\n`).join('')
}

/**
 * What a hook looks for in a command that was short: `failure`, and the first words of the patterns, between spaces; `*`
 * for whatever it cannot decide itself, a regular expression first of all. The program decides the rest.
 */
function alwaysWords(patterns: string[]): string {
  const words = patterns.map((pattern) => patternWords(pattern)?.[0] ?? '*')
  const text = words.join(' ')
  return words.every((word) => /^[\w.+-]+$/.test(word)) && text.length <= longestLine ? text : '*'
}

/** A hook reads no longer value, in characters. */
const longestLine = 200

function current(file: string): string | undefined {
  return readOwn(file, largest.settings)
}
