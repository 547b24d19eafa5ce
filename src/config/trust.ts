import type { Stats } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Option } from '../backends/contract/options.ts'
import { opened } from '../backends/contract/read-option.ts'
import { ownershipProblem, problemOf } from '../platform/ownership.ts'
import type { Document } from './read.ts'
import { pathFrom, type Reference } from './secrets.ts'

/**
 * Why a configuration may name neither programs nor modules nor files, or nothing if it may: whoever can change it, or a
 * folder on its way, could run anything as the user, and send what he alone can read. A pipe comes from the caller
 * himself.
 */
export function distrust({ path, stats }: Pick<Document, 'path' | 'stats'>): string | undefined {
  if (process.platform === 'win32' || !stats.isFile()) return undefined
  return problemOf(path, stats) ?? ownershipProblem(path)
}

/** Can others read it? */
export function isReadableByOthers(stats: Stats): boolean {
  return process.platform !== 'win32' && stats.isFile() && (stats.mode & 0o044) !== 0
}

/** A setting, and who says it. */
export interface Saying {
  option: Option
  value: unknown
  /** Where its value is to be had, if it is not the value itself. */
  references: Reference[]
  /** Why its file may not name programs and files, if it may not. */
  distrust: string | undefined
  /** The file; nothing for a pipe. */
  file: string | undefined
}

/** Why a setting must not be followed: the one place that decides what a configuration can make ntfy open. */
export function refusal(saying: Saying): string | undefined {
  const { option, value, references, distrust: reason, file } = saying
  for (const reference of references) {
    const what = referenceRefusal(reference, saying)
    if (what !== undefined) return what
  }
  const what = references.length > 0 ? openedLater(option) : opened(option, value)
  if (what !== undefined && reason !== undefined) return `may not name a ${what}: ${reason}`
  return what === 'program' && references.length === 0 ? programRefusal(value, file) : undefined
}

/** What a value can make us open. An option that may hold a key itself counts as a secret first. */
function openedLater({ kind, content, details }: Option): 'program' | 'file' | undefined {
  return details.names ?? (kind === 'path' && content === undefined ? 'file' : undefined)
}

function referenceRefusal(reference: Reference, { option, distrust: reason, file }: Saying): string | undefined {
  if ('env' in reference) return undefined
  const [kind] = Object.keys(reference)
  if (reason !== undefined) return `may not use {${kind}:}: ${reason}`
  if ('command' in reference) return programRefusal(reference.command, file)
  if (option.details.secret || option.kind === 'path') return undefined
  return 'may not use {file:}: only secrets and certificates are read from files'
}

/** Why a program, or a module, must not be run, wherever it is named: others could change it. A bare name is looked up in PATH. */
export function programRefusal(value: unknown, file: string | undefined): string | undefined {
  const program = String(Array.isArray(value) ? value[0] : value)
  if (!program.includes('/') || (file === undefined && !isAbsolute(program))) return undefined
  const problem = ownershipProblem(pathFrom(program, file))
  return problem && `may not run it: ${problem}`
}
