import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { removeFolder } from './remove-folder.ts'

/** A folder of its own for the test that asks, removed with the processes that name it when that test has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ntfy-test-'))
  onTestFinished(() => removeFolder(folder))
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
    env: {
      HOME: home,
      PATH: process.env['PATH'] ?? '',
      LANG: 'C.UTF-8',
      XDG_RUNTIME_DIR: runtime,
      // What the program caches is the same for all.
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? '',
      ...extra,
    },
  }
}

/** A Node of that home with options of its own: ntfy keeps NODE_OPTIONS for the command. For NTFY_NODE. */
export function nodeWith(home: string, options: string): string {
  const node = join(home, 'node')
  writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' ${options} "$@"\n`, { mode: 0o755 })
  return node
}
