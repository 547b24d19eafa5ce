import { realpathSync, statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { closeToOthers } from './folder.ts'
import { foreignHome, ownershipProblem } from './ownership.ts'

/** The user's home folder, or nothing: a service or a container may have none. */
export function home(): string | undefined {
  const fromEnvironment = absolute('HOME')
  if (fromEnvironment !== undefined) return fromEnvironment
  try {
    const folder = homedir()
    return isAbsolute(folder) ? folder : undefined
  } catch {
    return undefined
  }
}

/** Where the user's own configuration files lie. */
export function configFolder(): string | undefined {
  if (process.platform === 'win32') return below(absolute('LOCALAPPDATA'), 'dschep')
  if (process.platform === 'darwin' && absolute('XDG_CONFIG_HOME') === undefined) {
    return below(home(), 'Library', 'Application Support', 'ntfy')
  }
  return below(absolute('XDG_CONFIG_HOME') ?? below(home(), '.config'), 'ntfy')
}

/** Folders of the site's configuration, the most important first. */
export function siteConfigFolders(): string[] {
  if (process.platform === 'win32') return []
  const listed = (process.env['XDG_CONFIG_DIRS'] ?? '').split(':').filter((folder) => isAbsolute(folder))
  return (listed.length > 0 ? listed : ['/etc/xdg']).map((folder) => join(folder, 'ntfy'))
}

/** Where ntfy keeps what outlives a reboot, or why there is no place for it. */
export interface StatePlace {
  folder?: string
  /** Why nothing can be kept. */
  problem?: string
  /** Why it is another folder than the environment says. */
  instead?: string
}

/** What outlives a reboot and is nobody's to edit: the outbox, the log, hook-settings. */
export function stateFolder(): string | undefined {
  return statePlace().folder
}

/** Where this run keeps its state, if not where the environment says: a warning to print once. */
export function stateNotice(): string | undefined {
  const place = [...statePlaces.values()].find(({ instead }) => instead !== undefined)
  return place && `${place.instead}: root's state is in ${place.folder}`
}

const statePlaces = new Map<string, StatePlace>()

/**
 * The folder of the environment, unless another user could put files of his own into it. In another user's home (sudo
 * -E, macOS's sudo, cron with HOME) root uses its own home, so that neither gets in the way of the other.
 */
export function statePlace(): StatePlace {
  if (process.platform === 'win32') return placeAt(below(absolute('LOCALAPPDATA'), 'ntfy', 'state'))
  const wanted = below(absolute('XDG_STATE_HOME') ?? below(home(), '.local', 'state'), 'ntfy')
  const known = statePlaces.get(wanted ?? '')
  if (known !== undefined) return known
  const place = ownPlace(wanted)
  statePlaces.set(wanted ?? '', place)
  return place
}

function ownPlace(wanted: string | undefined): StatePlace {
  const place = placeAt(wanted)
  if (place.problem === undefined || process.geteuid?.() !== 0) return place
  const own = placeAt(below(homeOfUser(), '.local', 'state', 'ntfy'))
  return own.folder === undefined ? place : { ...own, instead: place.problem }
}

function placeAt(folder: string | undefined): StatePlace {
  if (folder === undefined) return { problem: 'there is no home folder' }
  closeToOthers(folder)
  const problem = ownershipProblem(folder, { ownGroup: true })
  return problem === undefined ? { folder } : { problem }
}

/** Whatever HOME says: the home that the system has for this user. */
function homeOfUser(): string | undefined {
  try {
    return userInfo().homedir
  } catch {
    return undefined
  }
}

/** Where installed shell scripts lie. */
export function dataFolder(): string | undefined {
  if (process.platform === 'win32') return below(absolute('LOCALAPPDATA'), 'ntfy')
  return below(absolute('XDG_DATA_HOME') ?? below(home(), '.local', 'share'), 'ntfy')
}

/**
 * What can be made again; nothing on Windows, where nothing shows who else can write there, nor for root in another
 * user's home (sudo -E), who could not write to what root has made there.
 */
export function cachesFolder(): string | undefined {
  if (process.platform === 'win32') return undefined
  const folder = below(absolute('XDG_CACHE_HOME') ?? below(home(), '.cache'), 'ntfy')
  return folder === undefined || foreignHome(folder) !== undefined ? undefined : folder
}

/** What lives as long as the user's session; nothing where there is none, or it is another user's (sudo -E). */
export function runtimeFolder(): string | undefined {
  const session = absolute('XDG_RUNTIME_DIR')
  if (session === undefined || process.geteuid === undefined) return below(session, 'ntfy')
  const owner = statSync(session, { throwIfNoEntry: false })?.uid
  return owner === process.geteuid() ? below(session, 'ntfy') : undefined
}

/** `~/...` for a path below the home folder, whether HOME names it directly or by a link, as where /home is one. */
export function abbreviateHome(path: string): string {
  const named = home()
  if (named === undefined) return path
  const folder = [resolve(named), realPath(named)].find((one) => one !== '/' && isBelow(path, one))
  return folder === undefined ? path : `~${path.slice(folder.length)}`
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** The XDG base directory specification has relative values ignored. */
function absolute(variable: string): string | undefined {
  const value = process.env[variable]
  return value !== undefined && isAbsolute(value) ? value : undefined
}

function below(folder: string | undefined, ...names: string[]): string | undefined {
  return folder === undefined ? undefined : join(folder, ...names)
}
