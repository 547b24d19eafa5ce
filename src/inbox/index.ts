/*
 * Calls that nobody waited for, `ntfy send --no-wait` and `ntfy hook`, on disk until Node has made notifications of
 * them:
 *
 *   call, variables       what a file says: the words, stdin, the working directory and some of the environment
 *   index                 the steps of a file: store, take, remove or give back
 *   again, earlier        a call that is handled twice, or before those that were made before it
 *   left-over             the files whose own process was killed: in order, once
 *   waiting, start        the end of every run: is there one, and the process that looks after it
 *
 * The launcher writes most of these files (shell/spool.sh). What a call means is for the commands to say.
 */

import { lstatSync, readdirSync, renameSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { holderOf, ownClaim } from '../platform/claim.ts'
import { remove, renameQuietly } from '../platform/durable.ts'
import { codeOf } from '../platform/errors.ts'
import { makeFolder } from '../platform/folder.ts'
import { isOwn, readOwnBytes, removeQuietly, replaceOwn } from '../platform/own-file.ts'
import { randomUuid } from '../platform/uuid.ts'
import { statLines } from '../process/proc.ts'
import { type Call, type CallDetails, parseCall, serializeCall } from './call.ts'
import { callName } from './waiting.ts'

/** Words and stdin have 1 MB each at most; what is larger than both and the variables, in bytes, is none of ours. */
const largest = 3 * 1024 * 1024

/** A file that was begun so long ago was left by a launcher that was killed, in milliseconds. */
const keepDrafts = 60 * 60_000

/** A call's file. */
export interface Stored {
  /** The call's own name: a UUID where the system makes one. */
  id: string
  path: string
  /** When the call was made, milliseconds since 1970. */
  time: number
}

/** A call that this process has taken. */
export interface Taken extends Stored {
  /** Nothing if the file is damaged. */
  call: Call | undefined
}

/**
 * Puts a call into the inbox, as the launcher does.
 *
 * @throws the file system's error
 */
export function storeCall(folder: string, call: Omit<CallDetails, 'ancestors'>): string {
  makeFolder(folder)
  const path = join(folder, `${randomUuid()}.call`)
  replaceOwn(path, serializeCall(call, statLines('self')), { durable: true })
  return path
}

/** What nobody is working on, the oldest call first. */
export function waitingCalls(folder: string): Stored[] {
  return namesIn(folder)
    .flatMap((name) => {
      const path = join(folder, name)
      const stats = statsOf(path)
      const [, id, claim] = callName.exec(name) ?? []
      if (id === undefined || stats === undefined || !isOwn(stats)) return []
      const isFree = claim === undefined || holderOf(claim, stats.ctimeMs).state === 'gone'
      return isFree ? [{ id, path, time: stats.mtimeMs }] : []
    })
    .sort((one, other) => one.time - other.time)
}

/** Takes a call for this process, so that no other does; nothing if another was faster. */
export function takeCall(path: string): Taken | undefined {
  const [, id] = callName.exec(basename(path)) ?? []
  const stats = statsOf(path)
  if (id === undefined || stats === undefined || !isOwn(stats)) return undefined
  const claimed = join(dirname(path), `${id}.claim-${ownClaim()}`)
  try {
    renameSync(path, claimed)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const bytes = readCall(claimed)
  const call = bytes && parseCall(bytes, { id, time: new Date(stats.mtimeMs) })
  return { id, path: claimed, time: stats.mtimeMs, call }
}

/** The bytes of a call's file; nothing if it is none of ours. */
export function readCall(path: string): Buffer | undefined {
  return readOwnBytes(path, largest)
}

/** What came of it is in the outbox, or written down. */
export function removeCall({ path }: Taken): void {
  remove(path)
}

/** A later run is to try. */
export function giveBackCall({ id, path }: Taken): void {
  renameQuietly(path, join(dirname(path), `${id}.call`))
}

/** Removes what killed launchers have not finished writing. */
export function removeDrafts(folder: string): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name)
    if (/^\..*\.tmp$/.test(name) && Date.now() - (statsOf(path)?.mtimeMs ?? Date.now()) > keepDrafts)
      removeQuietly(path)
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}
