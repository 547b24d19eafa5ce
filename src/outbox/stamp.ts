import { statSync } from 'node:fs'

/** Which version of a configuration file this is: a parked delivery is tried again when it is another one. */
export function configStamp(path: string | undefined): string {
  if (path === undefined) return ''
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return [mtimeMs, size, ino].join('-')
  } catch {
    return ''
  }
}
