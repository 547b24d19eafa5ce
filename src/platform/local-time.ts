/** A time of day for people: `14:02`, with the date if it is not today's. */
export function localTime(iso: string): string {
  const time = new Date(iso)
  const two = (number: number) => String(number).padStart(2, '0')
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return time.toDateString() === new Date().toDateString() ? clock : `${day} ${clock}`
}
