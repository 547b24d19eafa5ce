/** A time of the day, from one minute after midnight to another; the end is outside. Over midnight if it ends earlier. */
export interface Hours {
  from: number
  to: number
}

/**
 * Reads `22:00-07:00`.
 *
 * @throws Error with what is wrong with the text
 */
export function parseHours(text: string): Hours {
  const match = /^\s*(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})\s*$/.exec(text)
  const [, fromHour, fromMinute, toHour, toMinute] = (match ?? []).map(Number)
  const from = minuteOf(fromHour, fromMinute)
  const to = minuteOf(toHour, toMinute)
  if (from === undefined || to === undefined) throw new Error('expected hours (22:00-07:00)')
  if (from === to) throw new Error('hours that begin and end at the same time never apply')
  return { from, to }
}

/** Is it within these hours, by the local clock? */
export function isWithin({ from, to }: Hours, time: Date): boolean {
  const now = minuteOfDay(time)
  return from < to ? now >= from && now < to : now >= from || now < to
}

/** When these hours, which contain `time`, end: found by the minute, as the clock shows some twice and others never. */
export function endOf(hours: Hours, time: Date): Date {
  const end = new Date(Math.floor(time.getTime() / minute) * minute)
  do end.setTime(end.getTime() + minute)
  while (isWithin(hours, end) && minuteOfDay(end) !== hours.to % (24 * 60))
  return end
}

function minuteOfDay(time: Date): number {
  return time.getHours() * 60 + time.getMinutes()
}

const minute = 60_000

/** Minutes after midnight; 24:00 is the end of a day. */
function minuteOf(hour: number | undefined, minute: number | undefined): number | undefined {
  if (hour === undefined || minute === undefined || Number.isNaN(hour) || minute > 59) return undefined
  return hour < 24 || (hour === 24 && minute === 0) ? hour * 60 + minute : undefined
}
