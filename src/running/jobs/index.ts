/*
 * Commands that `done` runs, on disk while they run, so that one whose ntfy never came back does not stay unnoticed:
 *
 *   index      what a file says; written before the command runs, removed once the notification of its end is stored
 *   abandoned  the files whose process is gone, by their names alone, for the end of every run
 *   start      the process that looks after those
 *   verdict    what has become of such a job
 */

import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { uptime } from 'node:os'
import { join, resolve } from 'node:path'
import type { NotificationOptions } from '../../config/select.ts'
import { originHere } from '../../notification/create.ts'
import type { Notification, TerminalReference } from '../../notification/index.ts'
import { ownClaim, whereWeRun } from '../../platform/claim.ts'
import { codeOf } from '../../platform/errors.ts'
import { makeFolder } from '../../platform/folder.ts'
import { largest } from '../../platform/largest.ts'
import { removeQuietly } from '../../platform/own-file.ts'
import { stateFolder } from '../../platform/paths.ts'
import { randomUuid } from '../../platform/uuid.ts'
import { readStat, terminalOfCaller } from '../../process/proc.ts'
import type { NotifyWhen } from '../../rules/notify-when.ts'
import { machineId } from './machine.ts'

/** A command that runs, as its file says it. */
export interface JobRecord {
  version: 1
  /** The id of the notification's first delivery, too: who finds that in the outbox or the log need not notify again. */
  id: string
  /** Without its secrets; nothing where it is not to be shown. */
  command?: string
  /** ISO 8601. */
  began: string
  /** The same in seconds since the boot, a clock that nobody sets. */
  uptime: number
  /** Boot and pid namespace. */
  place: string
  origin: Notification['origin']
  terminal?: TerminalReference
  /** NTFY_BACKENDS, where it was set. */
  backends?: string
  options: Pick<NotificationOptions, 'config' | 'targets' | 'sharedOptions' | 'title' | 'emoji'>
  when: Pick<NotifyWhen, 'longerThan' | 'on' | 'hideCommand'>
}

/** A process, told from a later one of the same number by when it started, in ticks since the boot. */
export interface ProcessReference {
  pid: number
  start: number
}

/** The record of this process's own job. */
export interface Job {
  id: string
  /** Notes the process of the command, which is there only after the record. */
  began(pid: number): void
  /** The notification of its end is stored, or there is none. */
  end(): void
}

/** Where records are; nothing if there is no place for them. */
export function jobsFolder(): string | undefined {
  const folder = stateFolder()
  return folder === undefined ? undefined : join(folder, 'jobs')
}

/** The name of a record's file: the job's id, the machine, and who is responsible for it, as in claims of the outbox. */
export function jobFile(folder: string, id: string): string {
  return join(folder, `${id}.${machineId()}-${ownClaim()}`)
}

/**
 * Writes the record of a command that is about to run. Not durably: a second of the disk would be one of the command.
 *
 * @returns nothing where it cannot be written: the command runs all the same
 */
export function recordJob(
  command: string | undefined,
  options: NotificationOptions,
  when: NotifyWhen,
): Job | undefined {
  const folder = jobsFolder()
  if (folder === undefined) return undefined
  const id = randomUuid()
  const path = jobFile(folder, id)
  let descriptor: number | undefined
  try {
    descriptor = create(folder, path)
    const line = `${JSON.stringify(describe(id, command, options, when))}\n`
    if (line.length > largest.job) throw new Error('too large')
    writeSync(descriptor, line)
    return makeJob(id, path, descriptor)
  } catch {
    if (descriptor !== undefined) closeSync(descriptor)
    removeQuietly(path)
    return undefined
  }
}

function create(folder: string, path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    makeFolder(folder)
    return openSync(path, 'wx', 0o600)
  }
}

function describe(
  id: string,
  command: string | undefined,
  { config = process.env['NTFY_CONFIG'], targets, sharedOptions, title, emoji }: NotificationOptions,
  { longerThan, on, hideCommand }: NotifyWhen,
): JobRecord {
  const terminal = terminalOfCaller()
  const backends = process.env['NTFY_BACKENDS']
  return {
    version: 1,
    id,
    ...(command !== undefined && { command }),
    began: new Date().toISOString(),
    uptime: uptime(),
    place: whereWeRun(),
    origin: originHere(),
    ...(terminal && { terminal }),
    ...(backends && { backends }),
    options: { config: config && resolve(config), targets, sharedOptions, title, emoji },
    when: { longerThan, on, hideCommand },
  }
}

function makeJob(id: string, path: string, descriptor: number): Job {
  const close = () => {
    try {
      closeSync(descriptor)
    } catch {}
  }
  return {
    id,
    began(pid) {
      try {
        writeSync(descriptor, `${JSON.stringify({ pid, start: readStat(pid)?.startTicks ?? 0 })}\n`)
      } catch {}
      close()
    },
    end() {
      try {
        unlinkSync(path)
      } catch {}
    },
  }
}
