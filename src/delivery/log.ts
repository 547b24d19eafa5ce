import { appendFileSync, readFileSync, renameSync, statSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder } from '../folder.ts'
import { stateFolder } from '../paths.ts'
import type { Delivery } from './delivery.ts'

/** The log is put aside when it has this size, in bytes; the one before it is dropped. */
const rotateAt = 1024 * 1024

/** The log of what was delivered; nothing if there is no place for one. */
export function logFile(): string | undefined {
  const folder = stateFolder()
  return folder === undefined ? undefined : join(folder, 'log')
}

/** What the log says of a delivery. */
export interface LogLine {
  id: string
  target: string
  backend: string
  title: string
  /** ISO 8601. */
  delivered: string
  /** Seconds between the event and its delivery. */
  late_s: number
  tries: number
}

/** The log, the oldest line first; lines that are damaged are left out. */
export function readLog(): LogLine[] {
  const path = logFile()
  if (path === undefined) return []
  return [`${path}.1`, path].flatMap((file) => linesOf(file))
}

/** Notes that a delivery arrived. A log that cannot be written is no reason to say anything: the delivery is done. */
export function logDelivered(delivery: Delivery, now: Date): void {
  const path = logFile()
  if (path === undefined) return
  const { id, target, backend, tries, notification, digest = [] } = delivery
  const lines = [{ id, title: notification.title, time: notification.time }, ...digest].map(
    (one): LogLine => ({
      id: one.id,
      target,
      backend,
      title: one.title,
      delivered: now.toISOString(),
      late_s: Math.max(0, Math.round((now.getTime() - Date.parse(one.time)) / 1000)),
      tries,
    }),
  )
  try {
    makeFolder(dirname(path))
    if (isFull(path)) rotate(path)
    appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 })
  } catch {}
}

function linesOf(file: string): LogLine[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => {
    try {
      const value = JSON.parse(line) as LogLine
      return typeof value.id === 'string' && typeof value.title === 'string' ? [value] : []
    } catch {
      return []
    }
  })
}

function isFull(path: string): boolean {
  try {
    return statSync(path).size > rotateAt
  } catch {
    return false
  }
}

/** Two processes may find it full at the same time: the later one would put the new log in the place of the old one. */
function rotate(path: string): void {
  const mine = `${path}.${process.pid}`
  renameSync(path, mine)
  if (isFull(mine)) {
    renameSync(mine, `${path}.1`)
  } else {
    appendFileSync(path, readFileSync(mine), { mode: 0o600 })
    unlinkSync(mine)
  }
}
