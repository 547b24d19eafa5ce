import { accessSync, constants, existsSync, lstatSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { exitCode, messageOf, NtfyError } from '../platform/errors.ts'
import { foreignHome } from '../platform/ownership.ts'
import { abbreviateHome, dataFolder, home } from '../platform/paths.ts'
import { readRegular } from '../platform/regular-file.ts'
import type { CompletedShell } from './shells.ts'

/** Whatever the umask: what a shell runs is for nobody else to write. */
const [folderMode, fileMode] = [0o755, 0o644]

/** No completion is larger, in bytes. */
const largest = 1024 * 1024

/** What a shell finds by itself. */
export interface Installed {
  files: string[]
  /** Where nothing does: the line that the user has to add. */
  line?: string
}

/**
 * Puts a completion where its shell looks for it when it is needed, so that a shell start costs nothing. No rc file is
 * touched.
 *
 * @throws NtfyError a file cannot be written, or another program's is there
 */
export function installCompletion(shell: CompletedShell, script: string): Installed {
  const files = filesOf(shell)
  for (const file of files) {
    change(file, () => {
      mkdirSync(dirname(file), { recursive: true, mode: folderMode })
      // Anew: an old one may be a link, or have a mode of its own.
      rmSync(file, { force: true })
      writeFileSync(file, script, { mode: fileMode })
    })
  }
  const [file = ''] = files
  return shell === 'zsh' && dirname(file) === zshFolder() ? { files, line: lineFor(dirname(file)) } : { files }
}

/** @returns the files that were removed */
export function uninstallCompletion(shell: CompletedShell): string[] {
  const places = shell === 'zsh' ? [...new Set([...filesOf(shell), join(zshFolder(), '_ntfy')])] : filesOf(shell)
  return places.filter((file) => {
    if (!existsSync(file)) return false
    change(file, () => rmSync(file))
    return true
  })
}

/** bash and fish look for a file of each program's name. */
function filesOf(shell: CompletedShell): string[] {
  if (shell === 'zsh') return [join(folderOfFpath() ?? zshFolder(), '_ntfy')]
  const own = home()
  if (own === undefined) throw new NtfyError('no home folder to install the completion in', exitCode.io)
  if (shell === 'bash') {
    const user = process.env['BASH_COMPLETION_USER_DIR']
    const base = user || join(xdg('XDG_DATA_HOME') ?? join(own, '.local', 'share'), 'bash-completion')
    // It may name several, the first of which is looked at first (bash-completion 2.12).
    return ['ntfy', 'ntfy-done'].map((name) => join(base.split(':')[0] ?? base, 'completions', name))
  }
  const folder = join(xdg('XDG_CONFIG_HOME') ?? join(own, '.config'), 'fish', 'completions')
  return ['ntfy', 'ntfy-done'].map((name) => join(folder, `${name}.fish`))
}

function xdg(variable: string): string | undefined {
  const value = process.env[variable]
  return value !== undefined && isAbsolute(value) ? value : undefined
}

/** Ours, for those who have no folder of their own in fpath. */
function zshFolder(): string {
  const folder = dataFolder()
  if (folder === undefined) throw new NtfyError('no home folder to install the completion in', exitCode.io)
  return join(folder, 'zsh')
}

/** How long zsh may take to start, milliseconds. */
const patience = 10_000

/** The first folder of an interactive zsh's fpath that is the user's own, below the home, and no part of a clone. */
function folderOfFpath(): string | undefined {
  const own = home()
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const ask = 'print -rC1 -- "ntfy fpath" $fpath'
  const { stdout } = spawnSync('zsh', ['-ic', ask], {
    encoding: 'utf8',
    timeout: patience,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const lines = (stdout ?? '').split('\n')
  const folders = lines.slice(lines.lastIndexOf('ntfy fpath') + 1)
  return folders.find((folder) => own !== undefined && folder.startsWith(`${own}/`) && isUsers(folder, own))
}

function isUsers(folder: string, own: string): boolean {
  if (folder === zshFolder()) return false
  try {
    if (!statSync(folder).isDirectory() || statSync(folder).uid !== process.geteuid?.()) return false
    accessSync(folder, constants.W_OK)
  } catch {
    return false
  }
  for (let at = folder; at !== own && at !== '/'; at = dirname(at)) if (existsSync(join(at, '.git'))) return false
  return true
}

function lineFor(folder: string): string {
  const shown = abbreviateHome(folder)
  const word = /^~[\w./-]*$/.test(shown) ? shown : `'${folder.replaceAll("'", "'\\''")}'`
  return `fpath=(${word} $fpath)`
}

function change(path: string, work: () => void): void {
  const problem = foreignHome(path) ?? othersFile(path)
  if (problem !== undefined) throw new NtfyError(problem, exitCode.io)
  try {
    work()
  } catch (error) {
    throw new NtfyError(`${path}: ${messageOf(error)}`, exitCode.io)
  }
}

/** Other programs are called ntfy, too. */
function othersFile(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  if (/^# (bash|zsh|fish) completion for ntfy: /m.test(readRegular(path, largest) ?? '')) return undefined
  return `${path}: it is the completion of another ${basename(path).replace(/^_|\.fish$/g, '')}: remove it first`
}
