import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { home } from '../platform/paths.ts'
import { shellScript } from '../platform/program.ts'
import { readRegular } from '../platform/regular-file.ts'
import { hooksFile, rcFiles } from '../shell/shell-files.ts'
import { extensions, shells as known, type Shell, shellOf } from '../shell/shells.ts'
import type { Check, Finding } from './finding.ts'

/** No file that a shell reads at its start is larger, in bytes. */
const largest = 16 * 1024 * 1024

/** What loads the hooks: `eval "$(ntfy shell-integration)"`, or the line that `--install` puts there. */
const loads = /^(?:# ntfy\.(?:nu|xsh) - |[^#\n]*(?:\bshell-integration\b|\bntfy\.(?:bash|zsh|fish|nu|elv|xsh|ps1)\b))/gm

/** Whether each shell loads the hooks, once and of this version, and whether another tool notifies too. */
export const shells: Check = () => {
  const login = shellOf(process.env['SHELL'])
  const found = known.filter((shell) => shell === login || rcFiles(shell).some((file) => existsSync(file)))
  const examined = found.map((shell) => examine(shell))
  return [...examined, ...others()]
}

/** Does a shell load the hooks when it starts? */
export function loadsHooks(shell: Shell): boolean {
  return rcFiles(shell).some((file) => countOf(file) > 0)
}

function examine(shell: Shell): Finding {
  const found = { check: 'shell', target: shell }
  const lines = rcFiles(shell).flatMap((file) => (read(file).match(loads) ?? []).map(() => file))
  const [rc] = lines
  if (rc === undefined) {
    const todo = `ntfy shell-integration -s ${shell} --install`
    return { ...found, ok: false, text: 'the hooks are not loaded', todo }
  }
  const gone = goneProgram(shell)
  if (gone !== undefined) {
    const todo = `ntfy shell-integration -s ${shell} --install`
    return { ...found, ok: false, broken: true, text: `the hooks call ${gone}, which is gone`, todo }
  }
  // The line that is installed names the file twice.
  const places = new Set(lines)
  if (places.size > 1 || countOf(rc) > 1) {
    const text = `the hooks are loaded twice: ${[...places].join(', ')}`
    return { ...found, ok: false, text, todo: 'remove one of the lines' }
  }
  if (isOutdated(shell)) {
    const todo = `ntfy shell-integration -s ${shell} --install`
    return { ...found, ok: false, text: `${hooksFile(shell)} is from another version`, todo }
  }
  return { ...found, ok: true, text: `the hooks are loaded by ${rc}` }
}

/** The program that the installed hooks call, if an update of Node or npm has removed it. */
function goneProgram(shell: Shell): string | undefined {
  const text = read(hooksFile(shell))
  const [, program] =
    /^(?:set -g NTFY_BIN |set-env NTFY_BIN |\$?(?:env[.:])?NTFY_BIN ?= ?)(?:r###)?'([^']+)'(?:###)?$/m.exec(text) ?? []
  return program === undefined || existsSync(program) ? undefined : program
}

function countOf(file: string): number {
  return read(file).match(loads)?.length ?? 0
}

/** Installed hooks are the script of the version that installed them, below some settings. */
function isOutdated(shell: Shell): boolean {
  const path = hooksFile(shell)
  return existsSync(path) && !read(path).endsWith(shellScript(extensions[shell]))
}

/** Others that notify when a command is done, where they are switched on. */
function others(): Finding[] {
  const config = process.env['XDG_CONFIG_HOME'] || join(home() ?? '/', '.config')
  const everyRc = known.flatMap((shell) => rcFiles(shell))
  const signs: [name: string, files: string[], sign: RegExp, todo: string][] = [
    [
      'kitty',
      [join(config, 'kitty/kitty.conf')],
      /^\s*notify_on_cmd_finish\s+(?!never)\S/m,
      'notify_on_cmd_finish never',
    ],
    [
      'Ghostty',
      [join(config, 'ghostty/config')],
      /^\s*notify-on-command-finish\s*=\s*(?!never)\S/m,
      'notify-on-command-finish = never',
    ],
    ['starship', [join(config, 'starship.toml')], /^\s*show_notifications\s*=\s*true/m, 'show_notifications = false'],
    ['undistract-me', everyRc, /^[^#\n]*undistract-me|notify_when_long_running_commands_finish_install/m, ''],
    ['zsh-auto-notify', everyRc, /^[^#\n]*(?:zsh-)?auto-notify/m, ''],
    ['zsh-notify', everyRc, /^[^#\n]*(?:marzocchi\/zsh-notify|notify\.plugin\.zsh)/m, ''],
    ['fish-done', [join(config, 'fish/conf.d/done.fish'), join(config, 'fish/fish_plugins')], /done/, ''],
    ['VTE', ['/etc/profile.d/vte.sh', '/etc/profile.d/vte-2.91.sh'], /777;notify/, ''],
    ['iTerm2', everyRc, /^[^#\n]*iterm2_shell_integration/m, 'its alerts are set in its profiles'],
  ]
  return signs.flatMap(([name, files, sign, todo]) => {
    const file = files.find((path) => sign.test(read(path)))
    if (file === undefined) return []
    const text = `${name} may notify too (${file})`
    return [{ check: 'shell', target: name, ok: false, text, todo: todo || `remove it from ${file}` }]
  })
}

function read(file: string): string {
  return readRegular(file, largest) ?? ''
}
