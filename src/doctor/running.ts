import { readFileSync } from 'node:fs'
import type { Check } from './finding.ts'

/** What `done` can see of a command that runs. */
export const running: Check = () => {
  const blind = whyBlind()
  if (blind === undefined) return [{ check: 'done', ok: true, text: 'sees when a running command waits for an answer' }]
  const text = `cannot see whether a running command waits for an answer, or stands still: ${blind}`
  return [{ check: 'done', ok: false, text }]
}

function whyBlind(): string | undefined {
  if (process.platform !== 'linux') return `only Linux tells, and this is ${process.platform}`
  try {
    readFileSync(`/proc/${process.ppid}/stat`)
    readFileSync('/proc/self/syscall')
    return undefined
  } catch {
    return '/proc does not show it (hidepid, a container, or another pid namespace)'
  }
}
