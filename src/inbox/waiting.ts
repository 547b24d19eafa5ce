import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { stateFolder } from '../platform/paths.ts'

/** The name of a call's file, and who has taken it. */
export const callName = /^([A-Za-z0-9-]{1,64})\.(?:call|claim-([A-Za-z0-9-]+))$/

/** Where calls are kept; nothing if there is no place for them. */
export function inboxFolder(): string | undefined {
  const folder = stateFolder()
  return folder === undefined ? undefined : join(folder, 'inbox')
}

/** May there be a call? A look at names alone, for the end of every run. */
export function mayHaveCalls(): boolean {
  const folder = inboxFolder()
  if (folder === undefined) return false
  try {
    return readdirSync(folder).some((name) => callName.test(name))
  } catch {
    return false
  }
}
