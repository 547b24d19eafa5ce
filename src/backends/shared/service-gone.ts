import { ConfigError } from '../../platform/errors.ts'

/** A service that has ended: what it was, and what may take its place. */
export function serviceGone(service: string, instead: string): ConfigError {
  return new ConfigError(`${service} has shut down: expected ${instead}`)
}
