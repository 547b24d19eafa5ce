/*
 * How long commands usually take: the last successes of each key, a folder of projects with a program and its
 * subcommand. What else stood on the command line is not kept.
 */

import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from '../../platform/folder.ts'
import { hashOf } from '../../platform/hash.ts'
import { asObject } from '../../platform/json.ts'
import { largest } from '../../platform/largest.ts'
import { readOwn, replaceOwn } from '../../platform/own-file.ts'
import { stateFolder } from '../../platform/paths.ts'
import { isPlain } from '../../redact/sign.ts'

/** So many successes of a key are kept. */
const mostRuns = 20
/** From so many on a duration is usual. */
const leastRuns = 5
/** No more keys are kept. */
const mostKeys = 2000

export interface StatsKey {
  folder: string
  /** A program and its subcommand: `cargo test`. */
  command: string
}

export interface Run {
  durationMs: number
  /** Bytes, where they were measured. */
  peak?: number | undefined
}

export interface Usual {
  runs: number
  medianMs: number
  p90Ms: number
}

/** The key of a command; nothing for an empty one. */
export function statsKey(words: string[], cwd: string): StatsKey | undefined {
  const [program = '', subcommand = ''] = words
  const name = basename(program)
  if (!/^[\w.+@-]{1,64}$/.test(name)) return undefined
  // A word like this is no path, no option and no token.
  const isSubcommand = /^[a-z][a-z:-]{1,19}$/.test(subcommand) && isPlain(`${name} ${subcommand}`)
  return { folder: projectOf(cwd), command: isSubcommand ? `${name} ${subcommand}` : name }
}

/** The nearest folder with a .git in it, else the folder itself. */
function projectOf(cwd: string): string {
  for (let at = cwd; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return cwd
  }
}

/** How long a command usually takes; nothing before it has succeeded often enough. */
export function usualDuration(key: StatsKey): Usual | undefined {
  const path = fileOf(key)
  const runs = path === undefined ? [] : (readStats(path, key)?.runs ?? [])
  return runs.length < leastRuns ? undefined : summary(runs)
}

export function summary(runs: Run[]): Usual {
  const sorted = runs.map(({ durationMs }) => durationMs).sort((one, other) => one - other)
  const at = (index: number) => sorted[index] ?? 0
  const middle = (sorted.length - 1) / 2
  return {
    runs: sorted.length,
    medianMs: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    p90Ms: at(Math.ceil(sorted.length * 0.9) - 1),
  }
}

/** Keeps a success. Where that is not possible nothing is said: it is only a number. */
export function recordRun(key: StatsKey, { durationMs, peak }: Run): void {
  const path = fileOf(key)
  if (path === undefined) return
  try {
    const known = readStats(path, key)
    if (known === undefined) {
      makeFolder(dirname(path))
      if (readdirSync(dirname(path)).length >= mostKeys) return
    }
    const run: Run = { durationMs: Math.round(durationMs), ...(peak !== undefined && { peak }) }
    const content = { version: 1, ...key, runs: [...(known?.runs ?? []), run].slice(-mostRuns) }
    replaceOwn(path, `${JSON.stringify(content)}\n`)
  } catch {}
}

export interface Stats extends StatsKey {
  runs: Run[]
}

/** Every key with its successes. */
export function allStats(): Stats[] {
  const folder = statsFolder()
  if (folder === undefined) return []
  try {
    return readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? (readStats(join(folder, name)) ?? []) : []))
  } catch {
    return []
  }
}

function statsFolder(): string | undefined {
  const folder = stateFolder()
  return folder === undefined ? undefined : join(folder, 'stats')
}

function fileOf({ folder, command }: StatsKey): string | undefined {
  const place = statsFolder()
  return place === undefined ? undefined : join(place, `${hashOf(`${folder}\0${command}`)}.json`)
}

function readStats(path: string, key?: StatsKey): Stats | undefined {
  try {
    const value = asObject(JSON.parse(readOwn(path, largest.settings) ?? ''))
    const { folder, command, runs } = value ?? {}
    if (typeof folder !== 'string' || typeof command !== 'string' || !Array.isArray(runs)) return undefined
    if (key !== undefined && (key.folder !== folder || key.command !== command)) return undefined
    return { folder, command, runs: runs.filter((run) => Number.isFinite(asObject(run)?.['durationMs'])) }
  } catch {
    return undefined
  }
}
