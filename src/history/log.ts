import { join } from 'node:path'
import type { Notification } from '../notification/index.ts'
import { appendLines, readLines } from '../platform/lines.ts'
import { stateFolder } from '../platform/paths.ts'
import { beginningOf } from './beginning.ts'

/** The log is put aside when it has this size, in bytes; the one before it is dropped. */
export const rotateAt = 1024 * 1024

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
  /** The first words of the message; nothing for what a digest speaks of, and in lines of older versions. */
  text?: string
  /** ISO 8601. */
  delivered: string
  /** Seconds between the event and its delivery. */
  late_s: number
  tries: number
  /** Its terminal could only ring. */
  bell_only?: true
}

/** What the log says of a call that nobody waited for, and of which no notification was made. */
export interface LostLine {
  id: string
  /** The command line, or the title of what it would have been. */
  title: string
  /** When it was called, ISO 8601. */
  time: string
  /** Why there is no notification. */
  error: string
}

/** What the log says of a question that somebody answered. */
export interface AnswerLine {
  id: string
  target: string
  backend: string
  /** The first words of the question. */
  title: string
  answer: string
  /** Who gave it, as far as the service tells. */
  by?: string
  /** When, ISO 8601. */
  answered: string
}

/** What was delivered, the oldest line first. */
export function readLog(): LogLine[] {
  return readWholeLog().filter((line): line is LogLine => 'delivered' in line)
}

/** The log, the oldest line first; lines that are damaged are left out. */
export function readWholeLog(): (LogLine | LostLine | AnswerLine)[] {
  const path = logFile()
  if (path === undefined) return []
  return (readLines(path) as (LogLine & LostLine & AnswerLine)[]).filter(
    (line) =>
      typeof line?.id === 'string' &&
      typeof line.title === 'string' &&
      (typeof line.delivered === 'string' || typeof line.error === 'string' || typeof line.answered === 'string'),
  )
}

/** Notes that a call came to nothing. */
export function noteLost(line: LostLine): void {
  const path = logFile()
  if (path !== undefined) appendLines(path, [line], rotateAt)
}

/** Does the log say that a delivery arrived? */
export function hasArrived(id: string): boolean {
  return readLog().some((line) => line.id === id)
}

/** A delivery as far as the log knows it. */
export interface Arrived {
  id: string
  target: string
  backend: string
  tries: number
  notification: Pick<Notification, 'time' | 'outcome'> & { title: string; message?: string }
  digest?: { id: string; title: string; time: string }[]
}

/** Notes that a delivery arrived, and with a digest all that it speaks of. */
export async function logDelivered(delivery: Arrived, now: Date, answer: Record<string, unknown> = {}): Promise<void> {
  const path = logFile()
  if (path === undefined) return
  const { id, target, backend, tries, notification, digest = [] } = delivery
  const own = { id, time: notification.time, ...(await beginningOf(notification)) }
  const lines = [own, ...digest.map((one) => ({ ...one, text: '' }))].map(
    (one): LogLine => ({
      id: one.id,
      target,
      backend,
      title: one.title,
      ...(one.text !== '' && { text: one.text }),
      delivered: now.toISOString(),
      late_s: Math.max(0, Math.round((now.getTime() - Date.parse(one.time)) / 1000)),
      tries,
      ...(answer['as'] === 'bell' && { bell_only: true }),
    }),
  )
  appendLines(path, lines, rotateAt)
}
