import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder, temporaryHome } from './home.ts'
import { which } from './programs.ts'
import { openTerminal, type Terminal } from './pty.ts'
import { waitFor } from './wait.ts'

/** A program name of the process table that nobody knows as a terminal's. */
export const unknownEmulator = 'st'

/**
 * A shell on a pseudo-terminal whose nearest known ancestor, itself, is called `name`: to whoever asks the process
 * table it runs in that terminal emulator, whatever this test runs in.
 */
export async function openEmulator(
  name: string,
  script = 'sleep 600; :',
  env: Record<string, string> = {},
): Promise<Terminal> {
  const program = join(temporaryFolder(), name)
  symlinkSync(which('sh') ?? '/bin/sh', program)
  const term = env['TERM'] ?? 'xterm-256color'
  const terminal = openTerminal(program, ['-c', script], { ...temporaryHome({ TERM: term, ...env }), name: term })
  await waitFor(name, () => readFileSync(`/proc/${terminal.pid}/comm`, 'utf8').trim() === name.slice(0, 15))
  return terminal
}
