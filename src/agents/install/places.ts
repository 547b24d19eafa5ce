import { isAbsolute, join } from 'node:path'
import { exitCode, NtfyError } from '../../platform/errors.ts'
import { home } from '../../platform/paths.ts'

/** A path below the home folder, or below what a variable names instead of its first part. */
export function below(variable: string | undefined, ...names: string[]): string {
  const named = variable === undefined ? undefined : process.env[variable]
  if (named !== undefined && isAbsolute(named)) return join(named, ...names.slice(1))
  const folder = home()
  if (folder === undefined) throw new NtfyError('no home folder to install hooks in', exitCode.io)
  return join(folder, ...names)
}
