import { parseDuration } from '../../platform/duration.ts'
import { UsageError } from '../../platform/errors.ts'

/** Nobody remembers a message for longer, in milliseconds. */
const longestWait = 20 * 366 * 24 * 60 * 60_000

/**
 * When a message is to be sent; nothing for now.
 *
 * @param now when the command was typed
 * @throws UsageError
 */
export function sendingTime(
  flags: { in: string | undefined; at: string | undefined; 'no-queue': boolean },
  now: Date,
): Date | undefined {
  const { in: delay, at } = flags
  if (delay === undefined && at === undefined) return undefined
  if (delay !== undefined && at !== undefined) throw new UsageError('send: --in and --at exclude each other')
  if (flags['no-queue']) throw new UsageError('send --no-queue: what is not kept cannot be sent later')
  const time = delay === undefined ? timeOf(at ?? '', now) : timeAfter(delay, now)
  if (time.getTime() - now.getTime() > longestWait) throw new UsageError('send: expected a time within 20 years')
  return time
}

function timeAfter(delay: string, now: Date): Date {
  const span = parseDuration(delay)
  if (span === undefined) throw new UsageError(`send --in ${delay}: expected seconds or a duration (90, 10m, 1h30m)`)
  return new Date(now.getTime() + Math.min(span, longestWait * 2))
}

function timeOf(text: string, now: Date): Date {
  return timeOfDay(text, now) ?? dateAndTime(text, now)
}

/** The next time that the clock shows it. */
function timeOfDay(text: string, now: Date): Date | undefined {
  const match = /^\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$/.exec(text)
  if (match === null) return undefined
  const [hour = 0, minute = 0, second = 0] = match.slice(1).map((part) => Number(part ?? 0))
  if (minute > 59 || second > 59 || hour > 24 || (hour === 24 && minute + second > 0)) return undefined
  const time = new Date(now)
  time.setHours(hour % 24, minute, second, 0)
  if (time <= now) time.setDate(time.getDate() + 1)
  return time
}

function dateAndTime(text: string, now: Date): Date {
  const isDate = /^\s*\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?\s*$/.test(text)
  const time = new Date(
    isDate
      ? text
          .trim()
          .replace(/[ T](\d):/, 'T0$1:')
          .replace(' ', 'T')
          .replace(' ', '')
      : Number.NaN,
  )
  const [year, month, day] = text.trim().split(/[- T]/).map(Number)
  const isReal = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)).getUTCDate() === day
  if (Number.isNaN(time.getTime()) || !isReal) {
    throw new UsageError(`send --at ${text}: expected a time of day (18:00) or a date and a time (2030-01-31 18:00)`)
  }
  if (time <= now) throw new UsageError(`send --at ${text}: that time is past`)
  return time
}
