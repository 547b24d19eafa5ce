import type { TerminalReference } from '../notification.ts'
import { readStat } from './proc.ts'

/** The controlling terminal of this process and the shell that started it. */
export function terminalOfCaller(): TerminalReference {
  const tty = terminalDevice(readStat('self')?.tty ?? 0)
  return tty === undefined ? { shellPid: process.ppid } : { tty, shellPid: process.ppid }
}

/** The device of a terminal's number: minor in bits 0 to 7 and 20 to 31, major in 8 to 19 (proc(5), devices.txt). */
function terminalDevice(number: number): string | undefined {
  const major = (number >> 8) & 0xfff
  const minor = (number & 0xff) | ((number >> 12) & 0xfff00)
  if (major >= 136 && major <= 143) return `/dev/pts/${minor + (major - 136) * 256}`
  if (major === 4 && minor > 0) return minor < 64 ? `/dev/tty${minor}` : `/dev/ttyS${minor - 64}`
  return undefined
}
