import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { which } from './programs.ts'

const cache = join(import.meta.dirname, '../../node_modules/.cache/ntfy')

/** The versions that the tests were written for, each in a folder of its own, where later runs find it. */
const [nushell, xonsh] = [join(cache, 'nushell-0.108.0'), join(cache, 'xonsh-0.25.0')]

/** Longest installation, milliseconds. */
const patience = 600_000

/** A shell of which neither the machine nor Debian may have what is needed. */
export interface MoreShell {
  name: 'nushell' | 'elvish' | 'xonsh'
  /** How the name of its hooks ends. */
  extension: string
  /** The command line that has it read a file first. */
  command(rc: string): string[]
  /**
   * Installs it, unless it is there.
   *
   * @returns why it is not there, or nothing
   */
  install(): string | undefined
}

export const moreShells: MoreShell[] = [
  {
    name: 'nushell',
    extension: 'nu',
    command: (rc) => [join(nushell, 'node_modules/.bin/nu'), '--config', rc, '--env-config', '/dev/null'],
    install: () => into(nushell, (place) => [['npm', 'install', '--silent', '--prefix', place, 'nushell@0.108.0']]),
  },
  {
    name: 'elvish',
    extension: 'elv',
    command: (rc) => ['elvish', '-rc', rc],
    install: () => (which('elvish') === undefined ? 'elvish' : undefined),
  },
  {
    name: 'xonsh',
    extension: 'xsh',
    command: (rc) => [join(xonsh, 'bin/python'), '-m', 'xonsh', '--rc', rc, '--shell-type', 'readline', '-i'],
    install: () =>
      into(xonsh, (place) => [
        ['python3', '-m', 'venv', place],
        [join(place, 'bin/python'), '-m', 'pip', 'install', '-q', '--disable-pip-version-check', 'xonsh==0.25.0'],
      ]),
  },
]

function into(folder: string, commands: (place: string) => string[][]): string | undefined {
  if (existsSync(folder)) return undefined
  const place = `${folder}.${process.pid}`
  mkdirSync(place, { recursive: true })
  try {
    for (const [program = '', ...args] of commands(place)) {
      const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: patience })
      if (status !== 0) return `${program}: ${stderr?.trim().split('\n').at(-1) ?? error?.message}`
    }
    // Another run may have been faster.
    if (!existsSync(folder)) renameSync(place, folder)
    return undefined
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
