import { defineCommand } from '../cli/command.ts'
import { UsageError } from '../platform/errors.ts'
import { callingShell } from '../process/proc.ts'
import { hookedShells } from '../shell/hooked.ts'

export default defineCommand({
  name: 'fg',
  words: '[JOB]',
  summary: 'after Ctrl-Z: resume the job, and notify when it ends',
  group: 'scripts',
  examples: [['ntfy fg %2', 'the job of that number']],
  flags: {},
  takes: [],
  /** Where there is a suspended job, the hooks serve this word themselves: no program can resume a job of its caller. */
  async run() {
    if (hookedShells().some(({ pid }) => pid === callingShell())) {
      throw new UsageError('fg: no job is suspended in this shell (Ctrl-Z suspends what runs)')
    }
    throw new UsageError(
      'fg: only a shell can resume its jobs, and this one has no hooks of ntfy (ntfy shell-integration --install, or: bg; ntfy done --pid PID)',
    )
  },
})
