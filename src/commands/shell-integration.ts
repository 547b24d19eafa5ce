import { isatty } from 'node:tty'
import { defineCommand } from '../cli/command.ts'
import { parseDuration } from '../platform/duration.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { print, say } from '../platform/output.ts'
import { shellScript } from '../platform/program.ts'
import { shellFrom } from '../shell/detect.ts'
import { extensions, type Shell, shells } from '../shell/shells.ts'

const list = new Intl.ListFormat('en', { type: 'disjunction', style: 'narrow' }).format(shells)

export default defineCommand({
  name: 'shell-integration',
  words: '',
  summary: 'print or install the shell hooks',
  group: 'everyday',
  examples: [
    ['eval "$(ntfy shell-integration)"', 'in this shell only'],
    ['ntfy shell-integration --install', 'in every new shell'],
  ],
  flags: {
    shell: { kind: 'text', short: 's', value: 'SHELL', description: `${list} (default: the calling shell)` },
    'longer-than': {
      kind: 'text',
      short: 'L',
      value: 'N',
      description: 'notify of commands that take at least N seconds',
    },
    'foreground-too': { kind: 'boolean', short: 'f', description: 'notify even while you are looking at the terminal' },
    install: { kind: 'boolean', description: "write the hooks to a file, and a line to the shell's rc file" },
    uninstall: { kind: 'boolean', description: 'remove both' },
  },
  maxWords: 0,
  takes: [],
  async run({ flags }) {
    const shell = shellFrom(flags.shell, shells, 'shell-integration', '-s SHELL')
    if (flags.install && flags.uninstall) throw new UsageError('shell-integration: --install or --uninstall, not both')
    if (flags.uninstall) {
      const { uninstall } = await import('../shell/install.ts')
      const removed = uninstall(shell)
      for (const path of removed) say.warning(`${path}: hooks removed`)
      if (removed.length === 0 && isatty(2)) say.warning(`no hooks are installed for ${shell}`)
      return exitCode.ok
    }
    const script = hooksScript(shell, flags['longer-than'], flags['foreground-too'])
    if (!flags.install) {
      print(script)
      return exitCode.ok
    }
    const { install } = await import('../shell/install.ts')
    const rc = install(shell, script)
    say.warning(`${rc}: hooks installed: new ${shell} shells notify you of long commands`)
    return exitCode.ok
  },
})

/** The hooks with their settings in front: what `--install` writes. */
export function hooksScript(shell: Shell, longerThan?: string, foregroundToo = false): string {
  return settings(shell, longerThan, foregroundToo) + shellScript(extensions[shell])
}

/** Assignments in front of the script: which program to call, and the settings of the command line. */
function settings(shell: Shell, longerThan: string | undefined, foregroundToo: boolean): string {
  const program = process.argv[1] ?? 'ntfy'
  if (/\/(node_modules\/\.bin|_npx)\//.test(program)) {
    say.warning(
      `${program} is a temporary installation: install ntfy with npm install -g, then run shell-integration again`,
    )
  }
  const assigned: [string, string][] = [
    ['NTFY_BIN', program],
    ['NTFY_NODE', process.execPath],
  ]
  if (longerThan !== undefined) {
    const milliseconds = parseDuration(longerThan)
    if (milliseconds === undefined) {
      throw new UsageError(`-L ${longerThan}: expected seconds or a duration (90, 5m, 1h30m)`)
    }
    assigned.push(['AUTO_NTFY_DONE_LONGER_THAN', `-L${milliseconds / 1000}`])
  }
  if (foregroundToo) assigned.push(['NTFY_FOREGROUND_TOO', '1'])
  return assigned.map(([name, value]) => assignment(shell, name, value)).join('')
}

/** In the quotes of fish and xonsh a backslash escapes; in those of the others nothing does. */
function assignment(shell: Shell, name: string, value: string): string {
  const escaped = `'${value.replace(/[\\']/g, '\\$&')}'`
  const doubled = `'${value.replaceAll("'", "''")}'`
  if (shell === 'fish') return `set -g ${name} ${escaped}\n`
  if (shell === 'nushell') return `$env.${name} = r###'${value}'###\n`
  if (shell === 'elvish') return `set-env ${name} ${doubled}\n`
  if (shell === 'xonsh') return `$${name} = ${escaped}\n`
  if (shell === 'powershell') return `$env:${name} = ${doubled}\n`
  return `${name}='${value.replaceAll("'", "'\\''")}'\n`
}
