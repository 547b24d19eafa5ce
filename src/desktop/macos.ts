import { TransientError } from '../platform/errors.ts'
import type { RunProgram } from '../process/run-program.ts'
import type { Toast } from './toast.ts'

/**
 * Shows a toast by `osascript`. The texts are arguments of a script that never changes: nothing in them can become
 * AppleScript, and after the `-` nothing can become an option.
 */
export async function showOnMac(toast: Toast, context: { run: RunProgram }): Promise<{ handed_to: string }> {
  const sound = toast.soundfile === undefined ? '' : ' sound name (item 3 of argv)'
  const script = [
    'on run argv',
    `display notification (item 2 of argv) with title (item 1 of argv)${sound}`,
    'end run',
  ].join('\n')
  const args = ['-', toast.title, toast.message, ...(toast.soundfile === undefined ? [] : [toast.soundfile])]
  const { status, stderr } = await context.run('osascript', args, { stdin: script })
  if (status !== 0) throw new TransientError(`osascript: ${stderr.trim().split('\n')[0] || `exit status ${status}`}`)
  return { handed_to: 'osascript' }
}
