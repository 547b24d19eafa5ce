import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { waitFor } from './wait.ts'

/** A folder of its own for the test that asks, removed when that test has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ntfy-test-'))
  onTestFinished(async () => {
    // A process in the background may still be writing into it.
    await waitFor('the folder to be removed', () => {
      try {
        rmSync(folder, { recursive: true, force: true })
        return true
      } catch {
        return false
      }
    })
  })
  return folder
}

/**
 * A HOME of its own for the test that asks, and the whole environment to run with: nothing of the caller's but PATH
 * and the language, so that no test depends on, or reaches, the desktop and settings of whoever runs it.
 */
export function temporaryHome(extra: Record<string, string> = {}): { home: string; env: Record<string, string> } {
  const home = temporaryFolder()
  const runtime = join(home, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  return {
    home,
    env: { HOME: home, PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', XDG_RUNTIME_DIR: runtime, ...extra },
  }
}
