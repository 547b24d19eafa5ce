import { statSync } from 'node:fs'
import { join } from 'node:path'
import { stateFolder } from '../paths.ts'

/**
 * When a shell started its first command after one that was told about, milliseconds since 1970: the hooks leave a file
 * with the shell's number, empty, whose time says it. Nothing if there is none.
 */
export function movedOnAt(shellPid: number): number | undefined {
  const file = movedOnFile(shellPid)
  try {
    return file === undefined ? undefined : statSync(file).mtimeMs
  } catch {
    return undefined
  }
}

/** The file that a shell's hooks write; nothing if there is no place for one. */
export function movedOnFile(shellPid: number): string | undefined {
  const folder = stateFolder()
  return folder === undefined ? undefined : join(folder, 'shells', String(shellPid))
}
