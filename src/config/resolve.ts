import { loadBackend } from '../backends/index.ts'
import { ConfigError, messageOf } from '../errors.ts'
import { readOption } from '../options.ts'
import { hideSecret } from '../output.ts'
import { fetchSecret, referenceOf } from './secrets.ts'
import type { Config, Target } from './types.ts'

/**
 * The values that a target's backend works with: those of the file, `-o` over them, secrets fetched, defaults filled in.
 *
 * @throws ConfigError one is missing, wrong, or a secret that cannot be had
 */
export async function resolveOptions(
  config: Pick<Config, 'path' | 'lasting'>,
  target: Target,
  overrides: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  if (target.backend === '') throw new ConfigError(`${target.name} names no backend (backend: ...)`)
  const { options } = await loadBackend(target.backend)
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(options)) {
    let value = overrides[name] ?? target.settings[name] ?? option.details.default
    const reference = referenceOf(value)
    if (reference !== undefined && overrides[name] === undefined) {
      value = await fetchSecret(reference, config.lasting ? config.path : undefined).catch((error: unknown) => {
        throw new ConfigError(`${target.name}.${name}: ${messageOf(error)}`)
      })
    }
    if (value === undefined || value === null) {
      if (option.details.required) {
        throw new ConfigError(`${target.name}: ${name} is missing: ${option.details.description}`)
      }
      values[name] = undefined
      continue
    }
    if (option.details.secret) hideSecret(String(value))
    const result = readOption(option, value)
    if ('problem' in result) throw new ConfigError(`${target.name}.${name}: ${result.problem}`)
    values[name] = result.value
  }
  return values
}
