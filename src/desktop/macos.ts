import { TransientError } from '../platform/errors.ts'
import { excerpt } from '../platform/output.ts'
import type { RunProgram } from '../process/run-program.ts'
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

/** Shows a toast by `osascript`. The texts come by stdin: everybody on the machine can see the words of a process. */
export async function showOnMac(toast: Toast, context: { run: RunProgram }): Promise<{ handed_to: string }> {
  const { title, message, soundfile } = toast
  const texts = { message, withTitle: title, ...(soundfile !== undefined && { soundName: soundfile }) }
  const words = ['-l', 'JavaScript', '-e', script]
  const { status, stderr } = await context.run('osascript', words, { stdin: JSON.stringify(texts) })
  if (status !== 0) throw new TransientError(`osascript: ${excerpt(stderr) || `exit status ${status}`}`)
  return { handed_to: 'osascript' }
}
