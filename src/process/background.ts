import type { ChildProcess, StdioOptions } from 'node:child_process'
import { programEnvironment, programFile } from '../platform/program.ts'
import { closeInherited } from './launcher.ts'

/**
 * Starts ntfy in a process of its own: in a session of its own, with none of our descriptors, in no folder that somebody
 * might want to unmount. One that cannot be started is no failure of ours: a later run of ntfy does its work.
 *
 * @param words the command line
 * @param options.node options of Node's own
 */
export function startInBackground(
  words: string[],
  { stdio = 'ignore', node = [] }: { stdio?: StdioOptions; node?: string[] } = {},
): ChildProcess {
  closeInherited()
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(process.execPath, [...node, programFile(), ...words], {
    detached: true,
    stdio,
    cwd: '/',
    env: programEnvironment(),
  })
  child.on('error', () => {})
  child.unref()
  return child
}
