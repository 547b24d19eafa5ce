import { isatty } from 'node:tty'
import { localTime } from '../platform/local-time.ts'
import { printLine } from '../platform/output.ts'
import { offNow } from '../rules/off.ts'

/** Tells whoever sits there what the hooks do from now on. */
export function sayHooks(shellPid: number | undefined): void {
  if (isatty(1)) printLine(hooksNow(shellPid))
}

/** Whether the hooks of a shell notify now: `hooks are off until 15:59`. */
export function hooksNow(shellPid: number | undefined): string {
  const off = offNow(shellPid)
  if (off === undefined) return 'hooks are on'
  const where = off.where === 'here' ? ' in this shell' : ''
  const until = off.until === undefined ? ' until ntfy on' : ` until ${localTime(off.until.toISOString())}`
  return `hooks are off${where}${until}`
}
