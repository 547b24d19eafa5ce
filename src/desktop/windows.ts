import { release } from 'node:os'
import { ConfigError, TransientError } from '../platform/errors.ts'
import { programFile } from '../platform/program.ts'
import { tool } from '../process/locate.ts'
import { loadNotifier } from './notifier.ts'
import { patience, type Toast } from './toast.ts'

/** Is this a Linux inside Windows (WSL), whose desktop is that of Windows? */
export function isInWindows(): boolean {
  return process.platform === 'linux' && /microsoft/i.test(release())
}

/**
 * Shows a toast by SnoreToast: one that is installed, else node-notifier's own. It calls back only when the toast is
 * dismissed, so no word within two seconds counts as shown.
 */
export async function showOnWindows(toast: Toast, signal: AbortSignal): Promise<{ handed_to: string }> {
  const { WindowsToaster } = await loadNotifier()
  const { title, message, icon, app_id: appID } = toast
  const notifier = new WindowsToaster({ customPath: await snoreToast() })
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(resolve, patience)
    const abort = () => reject(new TransientError('the desktop did not answer in time'))
    signal.addEventListener('abort', abort, { once: true })
    const settle = (error: Error | null, action?: string) => {
      clearTimeout(limit)
      signal.removeEventListener('abort', abort)
      if (error) reject(new TransientError(`the desktop: ${error.message}`))
      // node-notifier expects -1 of a failure, which arrives as 255 or 4294967295, and passes it as no error.
      else if (!action) reject(new TransientError('the desktop: SnoreToast ended without showing it'))
      else resolve()
    }
    // SnoreToast takes the texts as words only; Windows shows those to administrators and their owner alone. An empty
    // message is refused: a no-break space shows as nothing.
    const texts = { title, message: message || '\u00a0' }
    notifier.notify({ ...texts, ...(icon && { icon }), ...(appID && { appID }) }, settle)
  })
  return { handed_to: 'SnoreToast' }
}

/** Found here: of a program that cannot be started node-notifier says nothing. */
async function snoreToast(): Promise<string> {
  const installed = tool('snoretoast') ?? tool('snoretoast.exe')
  if (installed !== undefined) return installed
  const { createRequire } = process.getBuiltinModule('node:module')
  const folder = createRequire(programFile())
    .resolve('node-notifier/package.json')
    .replace(/package\.json$/, '')
  const vendored = `${folder}vendor/snoreToast/snoretoast-x${process.arch === 'x64' ? 64 : 86}.exe`
  // Inside Windows, Linux wants its permission, which the package does not give.
  if (tool(vendored) === undefined) throw new ConfigError(`${vendored} cannot be run (chmod +x, or install SnoreToast)`)
  return vendored
}
