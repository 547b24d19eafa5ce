import { normalKey } from '../backends/contract/read-option.ts'
import { parseDuration } from '../platform/duration.ts'
import { didYouMean } from '../platform/suggest.ts'
import { isMapping } from './shapes.ts'
import type { Config } from './types.ts'

const modes = ['always', 'auto', 'never'] as const

/** Reads `away`: a mode, or a mapping with a mode and the time without input after which the user is away. */
export function readAway(value: unknown, config: Config): string | undefined {
  if (!isMapping(value)) return readMode(value, config) && 'expected always, auto, never or {mode: auto, idle: 120}'
  for (const [key, setting] of Object.entries(value)) {
    const reader = readers[normalKey(key)]
    if (reader === undefined) return `${key}: unknown word${didYouMean(key, ['mode', 'idle'])} (known: mode, idle)`
    const problem = reader(setting, config)
    if (problem !== undefined) return `${key}: ${problem}`
  }
  return undefined
}

const readers: Record<string, (value: unknown, config: Config) => string | undefined> = {
  mode: readMode,
  idle(value, config) {
    const isTime = typeof value === 'number' || typeof value === 'string'
    const idle = isTime ? parseDuration(String(value)) : undefined
    if (idle === undefined && value !== false) return 'expected seconds, a duration (90, 5m) or false'
    config.away.idle = idle
    return undefined
  },
}

function readMode(value: unknown, config: Config): string | undefined {
  const mode = modes.find((known) => known === value)
  if (mode === undefined) return 'expected always, auto or never'
  config.away.mode = mode
  return undefined
}
