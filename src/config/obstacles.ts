import { accessSync, constants } from 'node:fs'
import type { Option } from '../backends/contract/options.ts'
import { isPath } from '../backends/contract/read-option.ts'
import { loadBackend } from '../backends/index.ts'
import { readCertificates } from '../http/certificates.ts'
import { codeOf, messageOf } from '../platform/errors.ts'
import { placeOf } from './lines.ts'
import type { Problem } from './read.ts'
import { fetchSecret, pathFrom, referenceOf } from './secrets.ts'
import type { Config } from './types.ts'

/**
 * What would keep the targets of a file that is right from sending, as far as can be known without sending: files that
 * are missing. Another target's messages go all the same, so that these are no problems of the file as such.
 */
export async function obstacles({ targets, pings, path, lasting }: Config): Promise<Problem[]> {
  const file = lasting ? path : undefined
  const found: Problem[] = []
  for (const target of [...Object.values(targets), ...Object.values(pings)].filter(({ backend }) => backend !== '')) {
    // Somebody's own backend may be missing: that has been said.
    const { options = {} } = (await loadBackend(target.backend).catch(() => undefined)) ?? {}
    for (const [name, value] of Object.entries(target.settings)) {
      const option = options[name]
      const what = option && (await obstacleIn(option, value, file))
      if (what !== undefined) found.push({ at: placeOf(target, name), what })
    }
  }
  return found
}

/** Programs are not run for it, and variables may be set elsewhere: only files are looked at. */
async function obstacleIn(option: Option, value: unknown, file: string | undefined): Promise<string | undefined> {
  try {
    const reference = referenceOf(value)
    if (reference !== undefined && 'file' in reference) await fetchSecret(reference, file, { whole: true })
    if (reference !== undefined) return undefined
    if (option.details.names === 'program') return checkProgram(value, file)
    if (!isPath(option, value)) return undefined
    if (option.details.certificates) readCertificates(pathFrom(value, file))
    else accessSync(pathFrom(value, file), constants.R_OK)
    return undefined
  } catch (error) {
    const reasons: Record<string, string> = { ENOENT: 'no such file', EACCES: 'may not be read' }
    const place = isPath(option, value) && codeOf(error) !== undefined ? `${value}: ` : ''
    return `${place}${reasons[codeOf(error) ?? ''] ?? messageOf(error).replace(/^ca: /, '')}`
  }
}

/** A bare name is looked up in the PATH of whoever sends. */
function checkProgram(value: unknown, file: string | undefined): string | undefined {
  const program = String(Array.isArray(value) ? value[0] : value)
  if (!/^(?:\/|\.\.?\/|~\/)/.test(program) || /\s/.test(program)) return undefined
  try {
    accessSync(pathFrom(program, file), constants.X_OK)
    return undefined
  } catch (error) {
    return `${program}: ${codeOf(error) === 'EACCES' ? 'cannot be run (permission denied)' : 'no such program'}`
  }
}
