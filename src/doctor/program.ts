import { accessSync, constants, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { version } from '../platform/program.ts'
import { readRegularFile } from '../platform/regular-file.ts'
import type { Check, Finding } from './finding.ts'

/** The oldest Node that this runs on. */
const oldest = [20, 19] as const

/** The ntfy.sh client, a program in one file, has a tenth of this, in bytes. */
const largest = 256 * 1024 * 1024

/** This program, Node, and other programs of the same name. */
export const program: Check = () => [node(), named()]

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const ok = major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
  const todo = `install Node ${oldest.join('.')} or later`
  return { check: 'ntfy', ok, text: `${version} on Node ${process.versions.node}`, ...(!ok && { todo, broken: true }) }
}

/** Two other programs call themselves ntfy: the one that this succeeds, and the client of ntfy.sh. */
function named(): Finding {
  const found = findPrograms('ntfy')
  const own = realpath(process.argv[1] ?? '')
  const [first] = found
  if (first === undefined) {
    const todo = 'npm install -g adds it; the hooks use its full path'
    return { check: 'PATH', ok: true, text: 'no ntfy in PATH', todo }
  }
  const others = found.filter((path) => realpath(path) !== own)
  if (others.length === 0) return { check: 'PATH', ok: true, text: `${first} is this program` }
  const which = others.map((path) => `${path} (${describe(path)})`).join(', ')
  const hidden = realpath(first) === own
  return {
    check: 'PATH',
    ok: hidden,
    text: hidden ? `${first} is this program; also found: ${which}` : `ntfy is another program: ${which}`,
    ...(!hidden && { todo: 'call this one as ntfy-done, or put it first in PATH' }),
  }
}

function findPrograms(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  const paths = [...new Set(folders)].map((folder) => join(folder, name)).filter(isExecutable)
  return paths.filter((path, index) => paths.findIndex((other) => realpath(other) === realpath(path)) === index)
}

function describe(path: string): string {
  try {
    const start = readRegularFile(path, largest).subarray(0, 4096).toString('latin1')
    if (start.startsWith('\x7fELF')) return 'the client of ntfy.sh?'
    if (/python/.test(start)) return 'dschep/ntfy, whose configuration ntfy reads'
    return /ntfy/.test(start) && /node/.test(start) ? 'another installation of this one' : 'unknown'
  } catch {
    return 'cannot be read'
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function realpath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
