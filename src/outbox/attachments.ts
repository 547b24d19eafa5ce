import { lstatSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Attachment, Notification } from '../notification/index.ts'
import { codeOf, exitCode, NtfyError } from '../platform/errors.ts'
import { makeFolder } from '../platform/folder.ts'
import { removeQuietly } from '../platform/own-file.ts'
import { readRegularFile } from '../platform/regular-file.ts'
import { oneLine } from '../platform/text.ts'
import { list, listFailed, read } from './spool.ts'

/** All copies together, in bytes: files are no messages, and a service that is gone must not fill the disk. */
export const mostAttached = 200 * 1024 * 1024

/** A copy this young may belong to a delivery that is only being made, in milliseconds. */
const settled = 60_000

/** Where the copies lie. */
function attachmentsFolder(outbox: string): string {
  return join(outbox, 'attachments')
}

/**
 * Keeps copies of files for a notification, so that what is sent later is what was there now.
 *
 * @throws NtfyError there is no room, or the disk refuses them
 */
export function keepFiles(
  outbox: string,
  id: string,
  files: { name: string; path: string; content: Buffer }[],
): Attachment[] {
  const folder = attachmentsFolder(outbox)
  sweepAttachments(outbox)
  const wanted = files.reduce((all, { content }) => all + content.length, 0)
  if (sizeOfAll(folder) + wanted > mostAttached) {
    throw new NtfyError(
      `no room for the attachments: 200 MB are kept at most (ntfy queue lists what holds them, ntfy queue drop takes it out)`,
      exitCode.unavailable,
    )
  }
  const { closeSync, fsyncSync, openSync, writeFileSync } = process.getBuiltinModule('node:fs')
  try {
    makeFolder(folder)
    return files.map(({ name, path, content }, at) => {
      const kept = `${id}-${at}`
      const descriptor = openSync(join(folder, kept), 'wx', 0o600)
      try {
        writeFileSync(descriptor, content)
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
      return { name: oneLine(name), path, size: content.length, kept }
    })
  } catch (error) {
    throw new NtfyError(`the attachments cannot be kept: ${codeOf(error) ?? error}`, exitCode.unavailable)
  }
}

/** What a copy holds; nothing if it is gone. No other file is ever read: a delivery's file is not trusted. */
export function keptContent(outbox: string | undefined, { kept }: Attachment): Buffer | undefined {
  if (outbox === undefined || !/^[A-Za-z0-9-]{1,80}$/.test(kept)) return undefined
  const path = join(attachmentsFolder(outbox), kept)
  try {
    return lstatSync(path).isFile() ? readRegularFile(path, mostAttached) : undefined
  } catch {
    return undefined
  }
}

/**
 * Removes copies that no delivery needs any more.
 *
 * @param gone a notification whose delivery has just left, however young its copies are
 */
export function sweepAttachments(outbox: string, gone?: Pick<Notification, 'id' | 'attachments'>): void {
  const folder = attachmentsFolder(outbox)
  if (gone !== undefined && gone.attachments === undefined) return
  const files = namesIn(folder)
  if (files.length === 0) return
  const needed = new Set<string>()
  try {
    for (const entry of [...list(outbox), ...listFailed(outbox)]) {
      for (const { kept } of read(entry)?.notification.attachments ?? []) needed.add(kept)
    }
  } catch {
    return
  }
  const ofGone = new Set(gone?.attachments?.map(({ kept }) => kept))
  for (const name of files) {
    const path = join(folder, name)
    if (!needed.has(name) && (ofGone.has(name) || ageOf(path) > settled)) removeQuietly(path)
  }
}

function sizeOfAll(folder: string): number {
  return namesIn(folder).reduce((all, name) => all + (statOf(join(folder, basename(name)))?.size ?? 0), 0)
}

function ageOf(path: string): number {
  const stats = statOf(path)
  return stats === undefined ? 0 : Date.now() - stats.mtimeMs
}

function statOf(path: string) {
  return lstatSync(path, { throwIfNoEntry: false })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
