import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './errors.ts'
import { ownershipProblem } from './ownership.ts'

/**
 * Makes a folder that only its owner can enter, and those above it that are missing. Not by mkdir's `recursive`, which
 * spins for ever where a parent can never be made (Node 20, `/proc/1/x/y`).
 *
 * @returns whether it was made just now
 * @throws the file system's error; an Error where another user could change what is there
 */
export function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 })
    return true
  } catch (error) {
    const code = codeOf(error)
    // Whether what is there is a folder shows when it is used.
    if (code === 'EEXIST') {
      closeToOthers(path)
      const problem = ownershipProblem(path, { ownGroup: true })
      if (problem !== undefined) throw new Error(problem)
      return false
    }
    const parent = dirname(path)
    if (code !== 'ENOENT' || parent === path) throw error
    makeFolder(parent)
  }
  try {
    mkdirSync(path, { mode: 0o700 })
    return true
  } catch (error) {
    // Another process may have been faster.
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Others could take away, or put something into, a folder of ours that is open to them. */
export function closeToOthers(path: string): void {
  try {
    const { mode, uid } = lstatSync(path)
    if ((mode & 0o077) !== 0 && uid === process.geteuid?.()) chmodSync(path, 0o700)
  } catch {}
}
