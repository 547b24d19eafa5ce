import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A program that stands in for one that cannot run here, first in PATH. Its script is for sh; what it is called with
 * goes into a file, a line for each call.
 *
 * @returns the environment with it, and its calls
 */
export function standIn(
  { home, env }: { home: string; env: Record<string, string> },
  name: string,
  script: string,
): { env: Record<string, string>; calls: () => string[] } {
  const folder = join(home, 'stand-ins')
  const record = join(folder, `${name}.calls`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(record, '')
  writeFileSync(join(folder, name), `#!/bin/sh\nprintf '%s\\n' "$*" >>'${record}'\n${script}\n`, { mode: 0o755 })
  const PATH = env['PATH']?.startsWith(`${folder}:`) ? env['PATH'] : `${folder}:${env['PATH']}`
  return { env: { ...env, PATH }, calls: () => readFileSync(record, 'utf8').split('\n').filter(Boolean) }
}
