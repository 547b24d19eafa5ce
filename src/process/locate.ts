import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { delimiter } from 'node:path'

/** Where a command is, or why it cannot be run: the sentence begins with its name. */
export type Located = { path: string } | { kind: 'not-found' | 'not-executable'; message: string }

/** Looks a command up as execvp does: a name with a slash is a path, else the first executable file of PATH. */
export function locate(name: string, path = '/bin:/usr/bin'): Located {
  if (name === '') return { kind: 'not-found', message: "'': command not found" }
  const candidates = name.includes('/')
    ? [name]
    : path.split(delimiter).map((folder) => (folder === '' ? `./${name}` : `${folder}/${name}`))
  let refusal: string | undefined
  for (const candidate of candidates) {
    const reason = whyNot(candidate)
    if (reason === undefined) return missingInterpreter(name, candidate) ?? { path: candidate }
    if (reason !== 'ENOENT') refusal ??= reason
  }
  if (refusal) return { kind: 'not-executable', message: `${name}: ${refusal}` }
  return { kind: 'not-found', message: `${name}: ${name.includes('/') ? 'no such file' : 'command not found'}` }
}

/** A program of the system; the caller's PATH may lack its folders. */
export function tool(name: string): string | undefined {
  const located = locate(name, `${process.env['PATH'] ?? ''}:/usr/bin:/bin`)
  return 'path' in located ? located.path : undefined
}

function whyNot(file: string): string | undefined {
  try {
    const stat = statSync(file, { throwIfNoEntry: false })
    if (!stat) return 'ENOENT'
    if (stat.isDirectory()) return 'is a directory'
    accessSync(file, constants.X_OK)
    return undefined
  } catch (error) {
    return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? String((error as NodeJS.ErrnoException).code)
  }
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  ENOTDIR: 'not a directory',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
}

/** The kernel says ENOENT for a script whose interpreter is missing, as if the script itself were. */
function missingInterpreter(name: string, file: string): Located | undefined {
  const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(firstBytes(file))?.[1]
  if (!interpreter || statSync(interpreter, { throwIfNoEntry: false })) return undefined
  return { kind: 'not-found', message: `${name}: its interpreter ${interpreter} is missing` }
}

function firstBytes(file: string): string {
  const bytes = Buffer.alloc(256)
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const length = readSync(descriptor, bytes)
    closeSync(descriptor)
    return bytes.toString('latin1', 0, length)
  } catch {
    return ''
  }
}
