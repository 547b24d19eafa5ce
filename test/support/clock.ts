import { join } from 'node:path'
import { type RunOutcome, run } from './cli.ts'

const mainFile = join(import.meta.dirname, '../../dist/main.cjs')

/**
 * Runs the built ntfy at another time of day, by the program faketime.
 *
 * @param offset as faketime takes it: `+6m`, `-2d`
 */
export function ntfyAt(offset: string, args: string[], env: Record<string, string>): Promise<RunOutcome> {
  // What is measured by the monotonic clock, and the times of files, are as they are.
  const faked = { ...env, FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' }
  return run('faketime', ['-f', offset, process.execPath, mainFile, ...args], { env: faked })
}
