import { ConfigError, messageOf, TransientError } from '../platform/errors.ts'
import { patience, type Toast } from './toast.ts'

/**
 * Shows a toast by node-notifier's SnoreToast. It calls back only when the toast is dismissed, so no complaint within
 * two seconds counts as shown.
 */
export async function showOnWindows(toast: Toast, signal: AbortSignal): Promise<{ handed_to: string }> {
  const notifier = await loadNotifier()
  const { title, message, icon } = toast
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(resolve, patience)
    const abort = () => reject(new TransientError('the desktop did not answer in time'))
    signal.addEventListener('abort', abort, { once: true })
    const settle = (error: Error | null) => {
      clearTimeout(limit)
      signal.removeEventListener('abort', abort)
      if (error) reject(new TransientError(`the desktop: ${error.message}`))
      else resolve()
    }
    // SnoreToast takes the texts as words only; Windows shows those to administrators and their owner alone. An empty
    // message is refused: a no-break space shows as nothing.
    notifier.notify({ title, message: message || '\u00a0', ...(icon === undefined ? {} : { icon }) }, settle)
  })
  return { handed_to: 'SnoreToast' }
}

async function loadNotifier() {
  try {
    const { default: notifier } = await import('node-notifier')
    return notifier
  } catch (error) {
    throw new ConfigError(`the optional package node-notifier is missing: ${messageOf(error).split('\n')[0]}`)
  }
}
