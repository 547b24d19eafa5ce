import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { which } from './programs.ts'

const cache = join(import.meta.dirname, '../../node_modules/.cache/ntfy')

/** Longest installation, milliseconds. */
const patience = 900_000

/** The Python of an environment that `installPython` made. */
export function pythonOf(name: string): string {
  return join(cache, name, 'bin/python')
}

/**
 * Installs a package of PyPI into a virtual environment of its own, unless an earlier run has.
 *
 * @returns why it is not there, or nothing
 */
export function installPython(name: string, requirement: string): string | undefined {
  const installation = join(cache, name)
  if (existsSync(installation)) return undefined
  if (which('python3') === undefined) return 'python3'
  const place = `${installation}.${process.pid}`
  mkdirSync(cache, { recursive: true })
  // What pip leaves when it is ended goes with the place.
  const env = { ...process.env, TMPDIR: join(place, 'tmp') }
  mkdirSync(env.TMPDIR, { recursive: true })
  const run = (program: string, args: string[]) =>
    spawnSync(program, args, { encoding: 'utf8', env, timeout: patience, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    const made = run('python3', ['-m', 'venv', place])
    if (made.status !== 0) return `python3-venv: ${made.stderr.trim().split('\n').at(-1)}`
    const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', requirement]
    const filled = run(join(place, 'bin/python'), pip)
    if (filled.status !== 0) return `${requirement}: ${filled.stderr.trim().split('\n').at(-1)}`
    // Another run may have been faster.
    if (!existsSync(installation)) renameSync(place, installation)
    return undefined
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
