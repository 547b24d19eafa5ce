import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

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

/** What outlives a reboot and is nobody's to edit: the outbox, the log, hook-settings. */
export function stateFolder(): string | undefined {
  if (process.platform === 'win32') return below(absolute('LOCALAPPDATA'), 'ntfy', 'state')
  return below(absolute('XDG_STATE_HOME') ?? below(home(), '.local', 'state'), 'ntfy')
}

/** Where installed shell scripts lie. */
export function dataFolder(): string | undefined {
  if (process.platform === 'win32') return below(absolute('LOCALAPPDATA'), 'ntfy')
  return below(absolute('XDG_DATA_HOME') ?? below(home(), '.local', 'share'), 'ntfy')
}

/** What lives as long as the user's session; nothing where there is none. */
export function runtimeFolder(): string | undefined {
  return below(absolute('XDG_RUNTIME_DIR'), 'ntfy')
}

/** `~/...` for a path below the home folder. */
export function abbreviateHome(path: string): string {
  const folder = home()
  if (folder === undefined || folder === '/') return path
  if (path === folder) return '~'
  return path.startsWith(`${folder}/`) ? `~${path.slice(folder.length)}` : path
}

/** The XDG base directory specification has relative values ignored. */
function absolute(variable: string): string | undefined {
  const value = process.env[variable]
  return value !== undefined && isAbsolute(value) ? value : undefined
}

function below(folder: string | undefined, ...names: string[]): string | undefined {
  return folder === undefined ? undefined : join(folder, ...names)
}
