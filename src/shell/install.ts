import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf, exitCode, messageOf, NtfyError } from '../platform/errors.ts'
import { foreignHome } from '../platform/ownership.ts'
import { dataFolder, home } from '../platform/paths.ts'
import { readRegularFile } from '../platform/regular-file.ts'
import { extensions, type Shell } from './shells.ts'

/** No file that a shell reads at its start is larger, in bytes. */
const largest = 16 * 1024 * 1024

/** Whatever the umask: what a shell runs is for nobody else to write. */
const [folderMode, fileMode] = [0o755, 0o644]

/** Ends the one line that we put into somebody's file, and is how we find it again. */
const marker = '# ntfy shell-integration'

/** Stands behind it where the file had no newline at its end. */
const joined = ', on a line of its own'

/**
 * Puts a shell's hooks into the data folder and a line that reads them into its rc file, so that a shell starts
 * without Node.
 *
 * @returns the rc file
 * @throws NtfyError a file cannot be written
 */
export function install(shell: Shell, script: string): string {
  const hooks = hooksFile(shell)
  const rc = rcFile(shell)
  const before = existsSync(hooks) ? readFileSync(hooks) : undefined
  let made: string | undefined
  change(hooks, () => {
    made = mkdirSync(dirname(hooks), { recursive: true, mode: folderMode })
    replace(hooks, script)
  })
  if (rc === hooks) return hooks
  try {
    change(rc, () => {
      mkdirSync(dirname(rc), { recursive: true, mode: folderMode })
      takeOut(rc)
      putIn(rc, sourceLine(shell, hooks))
    })
  } catch (error) {
    if (before !== undefined) replace(hooks, before)
    else rmSync(made ?? hooks, { recursive: true, force: true })
    throw new NtfyError(`${messageOf(error)} (${byHand(shell)})`, exitCode.io)
  }
  return rc
}

/** Anew: an old one may have a mode of its own. */
function replace(path: string, content: string | Buffer): void {
  rmSync(path, { force: true })
  writeFileSync(path, content, { mode: fileMode })
}

/** What to do where a file is kept elsewhere, or by another program. */
function byHand(shell: Shell): string {
  const print = `ntfy shell-integration -s ${shell}`
  const lines: Partial<Record<Shell, string>> = {
    fish: `${print} | source`,
    elvish: `eval (${print} | slurp)`,
    powershell: `Invoke-Expression (${print} | Out-String)`,
  }
  const line = lines[shell] ?? `eval "$(${print})"`
  return `nothing was installed; add this line to it yourself: ${line}`
}

/**
 * Takes both away again.
 *
 * @returns the files that were changed
 */
export function uninstall(shell: Shell): string[] {
  const hooks = hooksFile(shell)
  const rc = rcFile(shell)
  const changed: string[] = []
  if (rc !== hooks)
    change(rc, () => {
      if (takeOut(rc)) changed.push(rc)
      // fish reads every file of the folder: this one is ours alone.
      if (shell === 'fish' && read(rc) === '' && existsSync(rc)) rmSync(rc)
    })
  change(hooks, () => {
    if (existsSync(hooks)) changed.push(hooks)
    rmSync(hooks, { force: true })
  })
  return changed
}

/** Where `install` puts the hooks. */
export function hooksFile(shell: Shell): string {
  const folder = folderReadBy(shell) ?? dataFolder()
  if (folder === undefined) throw new NtfyError('no home folder to install the hooks in', exitCode.io)
  return join(folder, `ntfy.${extensions[shell]}`)
}

/** The folder of which a shell reads every file: there no line is needed that does so. */
function folderReadBy(shell: Shell): string | undefined {
  const own = home()
  if (own === undefined) return undefined
  if (shell === 'xonsh') return join(configOf(own), 'xonsh', 'rc.d')
  if (shell !== 'nushell') return undefined
  const isMac = process.platform === 'darwin' && !process.env['XDG_DATA_HOME']
  const data = isMac ? join(own, 'Library', 'Application Support') : process.env['XDG_DATA_HOME']
  return join(data || join(own, '.local', 'share'), 'nushell', 'vendor', 'autoload')
}

function configOf(own: string): string {
  return process.env['XDG_CONFIG_HOME'] || join(own, '.config')
}

/** The files that a shell reads at its start, and those in which others have it read more. */
export function rcFiles(shell: Shell): string[] {
  const own = home() ?? '/'
  if (shell === 'bash') return ['.bashrc', '.bash_profile', '.profile'].map((name) => join(own, name))
  if (shell === 'zsh') return ['.zshrc', '.zprofile'].map((name) => join(zshFolder() ?? own, name))
  const config = configOf(own)
  if (shell === 'fish') return [join(config, 'fish', 'config.fish'), rcFile(shell)]
  if (shell === 'nushell')
    return ['config.nu', 'env.nu'].map((name) => join(config, 'nushell', name)).concat(rcFile(shell))
  if (shell === 'xonsh') return [join(own, '.xonshrc'), join(config, 'xonsh', 'rc.xsh'), rcFile(shell)]
  return [rcFile(shell)]
}

function rcFile(shell: Shell): string {
  const own = home() ?? '/'
  if (shell === 'bash') return join(own, '.bashrc')
  if (shell === 'zsh') return join(zshFolder() ?? own, '.zshrc')
  if (shell === 'fish') return join(configOf(own), 'fish', 'conf.d', 'ntfy.fish')
  if (shell === 'elvish') return join(configOf(own), 'elvish', 'rc.elv')
  if (shell !== 'powershell') return hooksFile(shell)
  const folder = process.platform === 'win32' ? join(own, 'Documents', 'PowerShell') : join(configOf(own), 'powershell')
  return join(folder, 'Microsoft.PowerShell_profile.ps1')
}

let knownZshFolder: string | undefined

/** ZDOTDIR, which zsh itself has to be asked for: many set it in ~/.zshenv without exporting it. */
function zshFolder(): string | undefined {
  if (knownZshFolder === undefined) {
    const { spawnSync } = process.getBuiltinModule('node:child_process')
    const print = 'builtin printf "\\0%s" "${ZDOTDIR-}"'
    const asked = spawnSync('zsh', ['-c', print], { stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 })
    const answer = asked.status === 0 ? asked.stdout.toString().split('\0').at(-1) : undefined
    knownZshFolder = answer ?? process.env['ZDOTDIR'] ?? ''
  }
  return knownZshFolder || undefined
}

function sourceLine(shell: Shell, path: string): string {
  if (shell === 'fish') {
    const quoted = `'${path.replace(/[\\']/g, '\\$&')}'`
    return `test -r ${quoted}; and source ${quoted} ${marker}`
  }
  const doubled = `'${path.replaceAll("'", "''")}'`
  if (shell === 'elvish') return `use path; if (path:is-regular ${doubled}) { eval (slurp < ${doubled}) } ${marker}`
  if (shell === 'powershell') return `if (Test-Path -LiteralPath ${doubled}) { . ${doubled} } ${marker}`
  const quoted = `'${path.replaceAll("'", "'\\''")}'`
  return `if [ -r ${quoted} ]; then . ${quoted}; fi ${marker}`
}

/** Appended, so that the file keeps its links, its mode and every byte. */
function putIn(path: string, line: string): void {
  const text = read(path)
  const addition = text === '' || text.endsWith('\n') ? `${line}\n` : `\n${line}${joined}\n`
  writeFileSync(path, addition, { flag: 'a', mode: fileMode })
}

/** @returns whether the line was there */
function takeOut(path: string): boolean {
  const text = read(path)
  const kept = withoutLine(text)
  if (kept === text) return false
  const descriptor = openSync(path, 'r+')
  try {
    const bytes = Buffer.from(kept, 'latin1')
    writeSync(descriptor, bytes, 0, bytes.length, 0)
    ftruncateSync(descriptor, bytes.length)
  } finally {
    closeSync(descriptor)
  }
  return true
}

/** Without our line, but with what another program appended to it because it had no newline at its end. */
function withoutLine(text: string): string {
  const lines = text.split('\n')
  let unended = false
  const kept = lines.flatMap((line, index) => {
    const at = line.indexOf(marker)
    const rest = line.slice(at + marker.length)
    const isOurs =
      at >= 0 &&
      (/^(if \[ -r|test -r|use path; if \(path:is-regular|if \(Test-Path -LiteralPath) '/.test(line) || rest === '')
    if (!isOurs) return [line]
    unended ||= rest.startsWith(joined) && index === lines.length - 2 && lines.at(-1) === ''
    const appended = rest.startsWith(joined) ? rest.slice(joined.length) : rest
    return appended === '' ? [] : [appended]
  })
  return unended ? kept.slice(0, -1).join('\n') : kept.join('\n')
}

/** As Latin-1, which keeps every byte whatever the encoding. */
function read(path: string): string {
  try {
    return readRegularFile(path, largest).toString('latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}

function change(path: string, work: () => void): void {
  const problem = foreignHome(path)
  if (problem !== undefined) throw new NtfyError(problem, exitCode.io)
  try {
    work()
  } catch (error) {
    throw new NtfyError(`${path}: ${messageOf(error)}`, exitCode.io)
  }
}
