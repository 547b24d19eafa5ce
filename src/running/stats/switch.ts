import { join } from 'node:path'
import { largest } from '../../platform/largest.ts'
import { readOwn } from '../../platform/own-file.ts'
import { stateFolder } from '../../platform/paths.ts'

/** Does the configuration say `stats: false`? From what ntfy keeps of it: a run that sends nothing does not read it. */
export function areStatsOff(): boolean {
  const folder = stateFolder()
  const settings = folder === undefined ? undefined : readOwn(join(folder, 'hook-settings'), largest.settings)
  return settings?.split('\n').includes('stats=off') ?? false
}
