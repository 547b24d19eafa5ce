import { join } from 'node:path'
import { type RunOutcome, run } from './cli.ts'

const mainFile = join(import.meta.dirname, '../../dist/main.cjs')

/**
 * Runs the built ntfy at another time of day, by the program faketime.
 *
 * @param time as faketime takes it: `+6m`, `-2d`, `@2026-11-30 23:00:00`
 */
export function ntfyAt(time: string, args: string[], env: Record<string, string>): Promise<RunOutcome> {
  // What is measured by the monotonic clock, and the times of files, are as they are.
  const faked = { ...env, FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' }
  return run('faketime', ['-f', time, process.execPath, mainFile, ...args], { env: faked })
}
