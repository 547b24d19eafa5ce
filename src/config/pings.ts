import type { Options } from '../backends/contract/options.ts'
import { normalKey } from '../backends/contract/read-option.ts'
import { pingOptions } from '../backends/ping/index.ts'
import { type Reading, readSetting } from './section.ts'
import { isMapping } from './shapes.ts'
import type { Target } from './types.ts'

/** Reads the heartbeats: names, each with an address and the service that it belongs to. */
export async function readPings(key: string, value: unknown, reading: Reading): Promise<void> {
  const { config, problems } = reading
  if (value === null) return
  if (!isMapping(value)) {
    problems.push({ at: [key], what: 'expected names, each with an address ({backup: {url: https://...}})' })
    return
  }
  for (const [name, section] of Object.entries(value)) {
    const at = [key, name]
    if (!isMapping(section)) {
      problems.push({ at, what: 'expected an address ({url: https://...})' })
      continue
    }
    const target: Target = { name, backend: 'ping', settings: {}, at }
    config.pings[name] = target
    const options: Options = pingOptions
    for (const [word, setting] of Object.entries(section)) {
      await readSetting({ key: word, setting, at: [...at, word] }, options, target, reading)
    }
    if (!Object.keys(section).some((word) => normalKey(word) === 'url')) {
      problems.push({ at, what: 'url is missing: its address' })
    }
  }
}
