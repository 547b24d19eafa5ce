import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { exitCode, messageOf, NtfyError } from '../platform/errors.ts'
import { foreignHome } from '../platform/ownership.ts'
import { fileMode, putIn, read, sourceLine, takeOut } from './rc-line.ts'
import { hooksFile, rcFile } from './shell-files.ts'
import type { Shell } from './shells.ts'

const folderMode = 0o755

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

function change(path: string, work: () => void): void {
  const problem = foreignHome(path)
  if (problem !== undefined) throw new NtfyError(problem, exitCode.io)
  try {
    work()
  } catch (error) {
    throw new NtfyError(`${path}: ${messageOf(error)}`, exitCode.io)
  }
}
