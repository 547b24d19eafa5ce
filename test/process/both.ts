import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { temporaryHome } from '../support/home.ts'
import { minutes } from '../support/wait.ts'

/** The built program. */
export const ntfy = join(import.meta.dirname, '../../dist/ntfy')

/** What stands in front of a command to run it through us, with nothing to tell at its end. */
export const wrapper = [ntfy, 'done', '-L', '1h', '--']

/** Runs a bash script in which $W stands for nothing, or for the wrapper. */
export function runScript(
  script: string,
  wrapped: boolean,
  extra: Record<string, string> = {},
  words = wrapper,
): SpawnSyncReturns<string> & { home: string } {
  const { home, env } = temporaryHome({ ...extra, W: wrapped ? words.join(' ') : '' })
  const result = spawnSync('bash', ['--norc', '-c', script], {
    env,
    cwd: home,
    encoding: 'latin1',
    timeout: minutes,
    maxBuffer: 64 * 1024 * 1024,
  })
  return { ...result, home }
}

/** Expects that a script prints and ends the same with and without the wrapper; returns what it printed. */
export function expectSame(script: string, extra: Record<string, string> = {}, words = wrapper): string {
  const [bare, wrapped] = [false, true].map((which) => {
    const { stdout, stderr, status, signal, home } = runScript(script, which, extra, words)
    const plain = (text: string) => text.replaceAll(home, 'HOME').replaceAll(words.join(' '), '')
    return { stdout: plain(stdout), stderr: plain(stderr), status, signal }
  })
  expect(wrapped).toEqual(bare)
  return bare?.stdout ?? ''
}
