import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileToEdit, writeConfig } from '../../config/edit.ts'
import { loadConfig } from '../../config/index.ts'
import { exitCode, NtfyError } from '../../platform/errors.ts'
import { printLine } from '../../platform/output.ts'
import { style } from '../../platform/style.ts'

/** Where a file begins that is not there yet. */
const beginning = '# ntfy: man ntfy.yml, or ntfy setup\n'

/**
 * `config edit`: opens the file in the user's editor, and says what is wrong with it afterwards.
 *
 * @throws NtfyError there is no editor, or it failed
 */
export async function edit(named: string | undefined): Promise<number> {
  const { path } = fileToEdit(named)
  if (!existsSync(path)) writeConfig(path, beginning)
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi'
  // As git does: the variable may hold options, and is a line of the shell.
  const { status, signal } = spawnSync('sh', ['-c', `${editor} "$@"`, editor, path], { stdio: 'inherit' })
  if (status !== 0) {
    const why = signal ?? `status ${status}`
    throw new NtfyError(`config edit: ${editor}: ${why} (VISUAL or EDITOR names the editor)`, exitCode.unavailable)
  }
  const { problems } = await loadConfig(path, { thorough: true })
  for (const problem of problems) printLine(problem, style.stdout.bad)
  if (problems.length === 0) printLine(`${path}: no problems`)
  return problems.length > 0 ? exitCode.config : exitCode.ok
}
