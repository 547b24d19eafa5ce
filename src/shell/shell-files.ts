import { join } from 'node:path'
import { exitCode, NtfyError } from '../platform/errors.ts'
import { dataFolder, home } from '../platform/paths.ts'
import { extensions, type Shell } from './shells.ts'

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

/** The file that `install` puts its line into. */
export function rcFile(shell: Shell): string {
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
