import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { codeOf } from '../platform/errors.ts'
import { readRegularFile } from '../platform/regular-file.ts'
import type { Shell } from './shells.ts'

/** No file that a shell reads at its start is larger, in bytes. */
const largest = 16 * 1024 * 1024

/** Whatever the umask: what a shell runs is for nobody else to write. */
export const fileMode = 0o644

/** Ends the one line that we put into somebody's file, and is how we find it again. */
const marker = '# ntfy shell-integration'

/** Stands behind it where the file had no newline at its end. */
const joined = ', on a line of its own'

/** Reads the hooks at the shell's start, if they are there. */
export function sourceLine(shell: Shell, path: string): string {
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

/** Appends a line, so that the file keeps its links, its mode and every byte. */
export function putIn(path: string, line: string): void {
  const text = read(path)
  const addition = text === '' || text.endsWith('\n') ? `${line}\n` : `\n${line}${joined}\n`
  writeFileSync(path, addition, { flag: 'a', mode: fileMode })
}

/** @returns whether our line was there */
export function takeOut(path: string): boolean {
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
export function read(path: string): string {
  try {
    return readRegularFile(path, largest).toString('latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}
