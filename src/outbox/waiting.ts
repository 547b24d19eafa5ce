import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { stateFolder } from '../platform/paths.ts'

/** May something lie in the outbox? A look at names alone, for a run that has nothing to send and must not take long. */
export function mayWait(): boolean {
  const folder = stateFolder()
  if (folder === undefined) return false
  try {
    return readdirSync(join(folder, 'outbox')).some((name) => /^\d{14}-/.test(name))
  } catch {
    return false
  }
}
