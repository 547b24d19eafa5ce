import { programEnvironment, programFile } from '../platform/program.ts'
import { closeInherited } from '../process/launcher.ts'
import { abandonedJobs } from './abandoned.ts'

/**
 * Starts a process that looks after jobs whose ntfy is gone, if there are any: in a session of its own, with none of our
 * descriptors, in no folder that somebody might want to unmount.
 */
export function lookAfterJobs(): void {
  if (abandonedJobs().length === 0) return
  closeInherited()
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(process.execPath, [programFile(), 'jobs'], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: programEnvironment(),
  })
  child.on('error', () => {})
  child.unref()
}
