import { messageOf, TransientError } from '../platform/errors.ts'
import { excerpt } from '../platform/masking.ts'
import { tool } from '../process/locate.ts'
import type { RunProgram } from '../process/run-program.ts'
import { loadNotifier } from './notifier.ts'
import type { Toast } from './toast.ts'

/** It never changes: nothing in the texts, which are read as JSON, can become a part of it. */
const script = [
  "ObjC.import('Foundation')",
  'const input = $.NSFileHandle.fileHandleWithStandardInput.readDataToEndOfFile',
  'const { message, ...more } = JSON.parse($.NSString.alloc.initWithDataEncoding(input, $.NSUTF8StringEncoding).js)',
  'const app = Application.currentApplication()',
  'app.includeStandardAdditions = true',
  'app.displayNotification(message, more)',
].join('\n')

/**
 * Shows a toast by terminal-notifier if that is installed, which replaces the last one of a thread, else by
 * `osascript`.
 */
export async function showOnMac(
  toast: Toast,
  context: { run: RunProgram; signal: AbortSignal },
): Promise<{ handed_to: string }> {
  const notifier = tool('terminal-notifier')
  if (notifier !== undefined) return showByNotifier(notifier, toast, context.signal)
  return showByScript(toast, context)
}

/** By node-notifier, whose own terminal-notifier macOS runs no more. */
async function showByNotifier(program: string, toast: Toast, signal: AbortSignal): Promise<{ handed_to: string }> {
  const { NotificationCenter } = await loadNotifier()
  const { title, message, icon, soundfile, thread } = toast
  const center = new NotificationCenter({ customPath: program })
  await new Promise<void>((resolve, reject) => {
    const abort = () => reject(new TransientError('terminal-notifier did not end in time'))
    signal.addEventListener('abort', abort, { once: true })
    const texts = { title, message: message || '\u00a0', timeout: false as const }
    const more = { ...(icon && { contentImage: icon }), ...(soundfile && { sound: soundfile }) }
    center.notify({ ...texts, ...more, ...(thread && { group: thread }) } as object, (error) => {
      signal.removeEventListener('abort', abort)
      if (error) reject(new TransientError(`terminal-notifier: ${excerpt(messageOf(error))}`))
      else resolve()
    })
  })
  return { handed_to: 'terminal-notifier' }
}

/** The texts come by stdin: everybody on the machine can see the words of a process. */
async function showByScript(toast: Toast, context: { run: RunProgram }): Promise<{ handed_to: string }> {
  const { title, message, soundfile } = toast
  const texts = { message, withTitle: title, ...(soundfile !== undefined && { soundName: soundfile }) }
  const words = ['-l', 'JavaScript', '-e', script]
  const { status, stderr } = await context.run('osascript', words, { stdin: JSON.stringify(texts) })
  if (status !== 0) throw new TransientError(`osascript: ${excerpt(stderr) || `exit status ${status}`}`)
  return { handed_to: 'osascript' }
}
