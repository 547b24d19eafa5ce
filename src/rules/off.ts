import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder } from '../platform/folder.ts'
import { largest } from '../platform/largest.ts'
import { readOwn, replaceOwn } from '../platform/own-file.ts'
import { statePlace } from '../platform/paths.ts'
import { readStat } from '../process/proc.ts'

/** The hooks were turned off. */
export interface Off {
  /** This shell alone, or all. */
  where: 'here' | 'everywhere'
  /** Until when; nothing if until `ntfy on`. */
  until: Date | undefined
}

/** Are the hooks of a shell to be silent now? */
export function offNow(shellPid: number | undefined): Off | undefined {
  const here = shellPid === undefined ? undefined : read(fileOf(shellPid), 'here')
  return here ?? read(fileOf(undefined), 'everywhere')
}

/**
 * Makes the hooks silent: of one shell, or of all.
 *
 * @throws the file system's error; an Error where there is no place for it
 */
export function switchOff(shellPid: number | undefined, until: Date | undefined): void {
  const file = fileOf(shellPid)
  if (file === undefined) throw new Error(statePlace().problem)
  makeFolder(dirname(file))
  if (shellPid !== undefined) forgetGoneShells(dirname(file))
  replaceOwn(file, until === undefined ? '' : `${until.toISOString()}\n`)
}

/**
 * Ends the silence of one shell, or of all.
 *
 * @throws the file system's error
 */
export function switchOn(shellPid: number | undefined): void {
  const file = fileOf(shellPid)
  if (file !== undefined) rmSync(file, { force: true })
}

/** A shell's file is named after its number and its start time, which no later process of that number has. */
function fileOf(shellPid: number | undefined): string | undefined {
  const { folder } = statePlace()
  if (folder === undefined) return undefined
  return shellPid === undefined ? join(folder, 'off') : join(folder, 'off-here', nameOf(shellPid))
}

function nameOf(shellPid: number): string {
  return `${shellPid}-${readStat(shellPid)?.startTicks ?? 0}`
}

function read(file: string | undefined, where: Off['where']): Off | undefined {
  const text = file === undefined ? undefined : readOwn(file, largest.mark)?.trim()
  if (text === undefined) return undefined
  if (text === '') return { where, until: undefined }
  const until = new Date(text)
  // A file that nobody can read is no reason to be silent for ever.
  return until.getTime() > Date.now() ? { where, until } : undefined
}

function forgetGoneShells(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (nameOf(Number.parseInt(name, 10)) !== name) rmSync(join(folder, name), { force: true })
  }
}
