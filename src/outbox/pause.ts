import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../platform/durable.ts'
import { makeFolder } from '../platform/folder.ts'
import { largest } from '../platform/largest.ts'
import { readOwn } from '../platform/own-file.ts'
import { longestWait } from './backoff.ts'
import { configStamp } from './stamp.ts'

/** Until when a target is left alone, after a Retry-After, or after a program that printed no secret. */
export interface Pause {
  /** ISO 8601. */
  until: string
  kind: 'transient' | 'config'
  error: string
  /** The version of the configuration that it holds for. */
  stamp: string
}

/** Leaves a target alone for a while. A pause that cannot be written is only a request too many. */
export function pauseTarget(folder: string, target: string, pause: Pause): void {
  const file = fileOf(folder, target)
  try {
    makeFolder(join(folder, 'pauses'))
    writeDurably(file, pause, largest.pause, { durable: false })
  } catch {}
}

/** The pause of a target, if it still holds. */
export function pauseOf(folder: string, target: string, config: string | undefined): Pause | undefined {
  try {
    const pause = JSON.parse(readOwn(fileOf(folder, target), largest.pause) ?? '') as Pause
    const left = Date.parse(pause.until) - Date.now()
    // No service is left alone for longer: where it seems so, the clock was set back.
    const holds = left > 0 && left <= longestWait && pause.stamp === configStamp(config)
    return holds && typeof pause.error === 'string' ? pause : undefined
  } catch {
    return undefined
  }
}

/** The service answers again. */
export function endPause(folder: string, target: string): void {
  try {
    unlinkSync(fileOf(folder, target))
  } catch {}
}

function fileOf(folder: string, target: string): string {
  return join(folder, 'pauses', encodeURIComponent(target.toWellFormed()).slice(0, 200))
}
