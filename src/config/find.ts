import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'
import { configFolder, home, siteConfigFolders } from '../platform/paths.ts'

/** A place where a configuration may lie. */
export interface Place {
  path: string
  /** Who says so: `-c`, `NTFY_CONFIG`, or whose configuration it is. */
  reason: string
  /** Named by the user: it has to be there. */
  named: boolean
}

/** Of a configuration's file, those that are looked for first first. */
const endings = ['.yml', '.yaml', '.json']

/**
 * The places in the order in which they are looked at; the first that is there wins. Never the current directory: a
 * cloned repository must not be able to redirect notifications.
 */
export function configPlaces(named: string | undefined): Place[] {
  if (named !== undefined) return [{ path: named, reason: '-c', named: true }]
  const fromEnvironment = process.env['NTFY_CONFIG']
  if (fromEnvironment) return [{ path: fromEnvironment, reason: 'NTFY_CONFIG', named: true }]
  const places: Place[] = []
  const add = (folder: string | undefined, name: string, reason: string) => {
    if (folder === undefined) return
    for (const ending of endings) places.push({ path: join(folder, name + ending), reason, named: false })
  }
  add(configFolder(), 'ntfy', 'yours')
  add(home(), '.ntfy', 'yours, the old place')
  for (const folder of siteConfigFolders()) add(folder, 'ntfy', "the site's")
  return places
}

/** The place that wins, or nothing if there is no configuration. A file that cannot be read wins too, and is an error. */
export function findConfig(named: string | undefined): Place | undefined {
  return configPlaces(named).find((place) => place.named || exists(place.path))
}

/**
 * When the newest of these places was changed, or a folder in which one may appear: milliseconds since 1970, rounded up
 * so that nothing of then is newer; nothing if there is none of them.
 */
export function configTime(): number | undefined {
  const own = configFolder()
  // Where the hooks look, on macOS too.
  const folders = [own, join(home() ?? '/', '.config', 'ntfy')]
  const times = [...folders, ...configPlaces(undefined).map(({ path }) => path)].map((path) => timeOf(path) ?? 0)
  const newest = Math.max(...times)
  return newest === 0 ? undefined : Math.floor(newest) + 1
}

function timeOf(path: string | undefined): number | undefined {
  try {
    return path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.mtimeMs
  } catch {
    return undefined
  }
}

/** Is there anything at a place, readable or not? */
export function exists(path: string): boolean {
  try {
    accessSync(path, constants.F_OK)
    return true
  } catch {
    return false
  }
}
