import { loadConfig } from '../config/index.ts'
import { type NotificationOptions, type Selected, selectTargets } from '../config/select.ts'
import { type Config, emptyConfig } from '../config/types.ts'
import { NtfyError } from '../platform/errors.ts'

/**
 * A configuration as a job's notification sees it: what is right in it is used. A target that is wrong gets a delivery
 * that waits until it is fixed; where no other is left, `default` gets one, too, with what is wrong.
 */
export interface Destinations {
  config: Config
  selected: Selected[]
  /** What is broken, for the message of `default`. */
  trouble: string | undefined
}

/** Reads the configuration and chooses the targets; where either is broken, `default` gets the notification, with what is broken. */
export async function destinationsFor(global: NotificationOptions): Promise<Destinations> {
  let problems: string[] = []
  try {
    const loaded = await loadConfig(global.config)
    const { config } = loaded
    problems = loaded.problems
    if (config.unreadable !== undefined) return fallback(problems.join('\n'))
    const selected = await selectTargets(config, global)
    const right = selected.filter(({ target }) => config.wrong[target.name] === undefined)
    // What is wrong with the file is for its owner's eyes, who may have no other way to learn of it.
    if (problems.length === 0 || right.some(({ target }) => target.backend !== 'default')) {
      return { config, selected, trouble: undefined }
    }
    const instead = await fallback(problems.join('\n'))
    return { ...instead, config, selected: right.length > 0 ? selected : [...selected, ...instead.selected] }
  } catch (error) {
    if (!(error instanceof NtfyError)) throw error
    return fallback(problems.length > 0 ? problems.join('\n') : error.message)
  }
}

async function fallback(trouble: string): Promise<Destinations> {
  const config = emptyConfig(undefined)
  return {
    config,
    selected: await selectTargets(config, { targets: [{ name: 'default', options: {} }], sharedOptions: {} }),
    trouble,
  }
}
