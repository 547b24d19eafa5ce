import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Found, processesOf } from './processes.ts'
import { waitFor } from './wait.ts'

/**
 * Has everything that the tests of this run make lie in one folder, which their processes name in their environment,
 * command line or working directory.
 *
 * @returns what ends the run: it removes the folder, and throws if a test left a process or a file behind
 */
export function openRunFolder(): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ntfy-'))
  // Servers that give up root have to get into it.
  chmodSync(folder, 0o755)
  process.env['TMPDIR'] = folder
  const cache = mkdtempSync(`${folder}-cache-`)
  process.env['XDG_CACHE_HOME'] = cache
  return async () => {
    const left = await leftIn(folder)
    for (const { pid } of processesLeft(folder)) process.kill(pid, 'SIGKILL')
    for (const one of [folder, cache]) rmSync(one, { recursive: true, force: true })
    if (left.length > 0) throw new Error(`the tests left behind:\n${left.join('\n')}`)
  }
}

/** What is still there when all have had time to end: signals and removals take a moment on a busy machine. */
async function leftIn(folder: string): Promise<string[]> {
  const left = () => [
    ...processesLeft(folder).map(({ pid, command }) => `process ${pid}: ${command}`),
    ...readdirSync(folder).map((name) => `folder ${name}`),
  ]
  await waitFor('nothing to be left', () => left().length === 0, 10_000).catch(() => {})
  return left()
}

/** What was started with the environment of the tests names it, as the processes that run the tests do. */
function processesLeft(folder: string): Found[] {
  return processesOf(folder).filter(({ command }) => !command.includes('vitest'))
}
