import { lstatSync } from 'node:fs'
import { exitCode, NtfyError } from '../platform/errors.ts'
import { largest } from '../platform/largest.ts'
import { removeQuietly } from '../platform/own-file.ts'
import { type Entry, list, listFailed } from './spool.ts'

/** The outbox keeps no more, failures included: a service that is gone for good must not fill the disk. */
const most = { files: 50_000, bytes: 500 * 1024 * 1024 }

/** Failures make room for so much at a time that not every new delivery has to look for it. */
const spare = 0.9

/**
 * Sees to it that there is room for new deliveries: what has failed goes before they do, the oldest first.
 *
 * @throws NtfyError the outbox is full
 */
export function makeRoom(folder: string): void {
  const waiting = list(folder)
  const failed = listFailed(folder)
  // So few cannot be too large, and are not worth measuring.
  if (waiting.length + failed.length < most.bytes / largest.delivery) return
  const sizes = new Map([...waiting, ...failed].map((entry) => [entry, sizeOf(entry)]))
  let [files, bytes] = [sizes.size, [...sizes.values()].reduce((all, one) => all + one, 0)]
  if (files < most.files && bytes < most.bytes) return
  for (const entry of failed) {
    if (files < most.files * spare && bytes < most.bytes * spare) return
    removeQuietly(entry.path)
    files -= 1
    bytes -= sizes.get(entry) ?? 0
  }
  if (files < most.files && bytes < most.bytes) return
  const held = `${files} deliveries, ${Math.round(bytes / 1024 / 1024)} MB`
  throw new NtfyError(
    `it is full: ${held} (ntfy queue lists them, ntfy queue drop takes them out)`,
    exitCode.unavailable,
  )
}

function sizeOf({ path }: Entry): number {
  try {
    return lstatSync(path).size
  } catch {
    return 0
  }
}
