import { findConfig } from '../config/find.ts'
import { loadConfig } from '../config/index.ts'
import type { Check, Finding } from './finding.ts'

/** The configuration file, and all that is wrong with it. */
export const configuration: Check = async ({ config: named }) => {
  const place = findConfig(named)
  if (place === undefined) {
    const todo = 'create one with ntfy setup'
    return [{ check: 'config', ok: true, text: 'no configuration file; using defaults', todo }]
  }
  const { config, problems } = await loadConfig(named)
  const wrong = problems.map(
    (problem): Finding => ({ check: 'config', ok: false, text: problem, todo: 'fix this line', wrong: true }),
  )
  const warnings = config.warnings.map((text): Finding => ({ check: 'config', ok: false, text }))
  if (wrong.length > 0) return wrong
  const text = `${place.path} (${place.reason}), used by default: ${config.backends.join(', ')}`
  return [{ check: 'config', ok: true, text }, ...warnings]
}
