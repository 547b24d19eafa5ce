import { readFileSync } from 'node:fs'

/**
 * The environment that a process was started with. Of a process that cannot be looked at (another user's, or none of
 * Linux's) it is ours: the sender's variables come from the shell whose command it was.
 */
export function environmentOf(pid: number | undefined): Record<string, string | undefined> {
  if (pid === undefined) return process.env
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return Object.fromEntries(entries.map((entry) => /^([^=]*)=?([\s\S]*)$/.exec(entry)?.slice(1) ?? []))
  } catch {
    return process.env
  }
}
