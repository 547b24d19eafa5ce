import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './errors.ts'
import { ownershipProblem } from './ownership.ts'

const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_RDONLY } = constants

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
  let descriptor: number | undefined
  try {
    // Not by its name, in whose place there may be a link a moment later.
    descriptor = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    const { mode, uid } = fstatSync(descriptor)
    if ((mode & 0o077) !== 0 && uid === process.geteuid?.()) fchmodSync(descriptor, 0o700)
  } catch {
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
