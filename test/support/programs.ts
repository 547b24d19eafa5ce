import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { describe } from 'vitest'

/** The full path of a program on PATH, or of what lies at an absolute path; or nothing. */
export function which(program: string): string | undefined {
  const folders = isAbsolute(program) ? [''] : (process.env['PATH'] ?? '').split(delimiter)
  for (const folder of folders) {
    const path = join(folder, program)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {}
  }
  return undefined
}

/**
 * `describe` for tests that need programs. Where one is missing the suite is skipped under a name that says which;
 * with CI=true it is a failure, so that a machine that lost a program cannot pass by skipping.
 */
export function describeWith(programs: string[], name: string, body: () => void): void {
  const missing = programs.filter((program) => !which(program))
  if (missing.length === 0) describe(name, body)
  else if (process.env['CI'] === 'true') throw new Error(`${name}: missing program ${missing.join(', ')}`)
  else describe.skip(`${name} (missing: ${missing.join(', ')})`, body)
}

/** Whether this process may change what is mounted where, in a namespace of its own: root may, but not in every container. */
export const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
