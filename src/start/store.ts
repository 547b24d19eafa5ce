import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../platform/folder.ts'
import { removeQuietly, replaceOwn } from '../platform/own-file.ts'
import { ownershipProblem } from '../platform/ownership.ts'

/** As many files stay, the newest: one for each way of being called, Node and installation. */
const mostFiles = 12

/** Writes a file of a cache, and removes the oldest others; where that cannot be done, nothing happens. */
export function store(folder: string, name: string, make: () => Buffer): void {
  try {
    makeFolder(folder)
    if (ownershipProblem(folder, { ownGroup: true }) !== undefined) return
    accessSync(folder, constants.W_OK)
    replaceOwn(join(folder, name), make())
    const files = readdirSync(folder).map((file) => join(folder, file))
    const times = new Map(files.map((file) => [file, statSync(file).mtimeMs]))
    files.sort((one, other) => (times.get(other) ?? 0) - (times.get(one) ?? 0))
    for (const file of files.slice(mostFiles)) removeQuietly(file)
  } catch {}
}
