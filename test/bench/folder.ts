import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A temporary folder for as long as `use` runs; what still writes into it afterwards gets a little time. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ntfy-bench-'))
  try {
    return await use(folder)
  } finally {
    for (let attempt = 0; attempt < 100 && !removed(folder); attempt++) await sleep(50)
  }
}

function removed(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true })
    return true
  } catch {
    return false
  }
}
