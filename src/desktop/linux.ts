import { TransientError } from '../platform/errors.ts'
import { DBusError, sessionBus } from './dbus/index.ts'
import { memoryOf } from './memory.ts'
import { close, serverOn, showOn } from './server.ts'
import { patience, type Toast } from './toast.ts'

/** What became of a toast: its number on the desktop, and whether it was taken back. */
export type Shown = {
  id?: number
  withdrawn?: true
}

/**
 * Shows a toast by D-Bus, as freedesktop.org's Desktop Notifications Specification 1.2 says.
 *
 * @throws ConfigError there is no session bus, or nobody on it shows notifications
 * @throws TransientError the desktop did not answer in time, or refused
 */
export async function showOnLinux(toast: Toast, signal: AbortSignal): Promise<Shown> {
  if (toast.isStale()) return { withdrawn: true }
  const id = (await showByListener(toast, signal)) ?? (await showHere(toast, signal))
  // Who went on before it was remembered could not take it back.
  if (!toast.isStale()) return { id }
  if (toast.thread !== undefined) await withdrawOnLinux(toast.thread, signal)
  return { id, withdrawn: true }
}

/** By the process that waits for clicks in this session, if there is one: the desktop tells of them who has sent it. */
async function showByListener(toast: Toast, signal: AbortSignal): Promise<number | undefined> {
  if (toast.origin === undefined) return undefined
  const { askListener } = await import('./listener.ts')
  return askListener(toast, signal)
}

async function showHere(toast: Toast, signal: AbortSignal): Promise<number> {
  const bus = await sessionBus(signal, patience)
  try {
    const server = await serverOn(bus)
    const { id, clickable } = await showOn(bus, server, toast)
    if (clickable && toast.origin) {
      const { startListener } = await import('./listener.ts')
      startListener(bus, { server, id, toast })
    }
    return id
  } catch (error) {
    if (error instanceof DBusError) throw new TransientError(`the desktop: ${error.message}`)
    throw error
  } finally {
    bus.close()
  }
}

/** Takes back what a thread has on the screen, if anything. */
export async function withdrawOnLinux(thread: string, signal: AbortSignal): Promise<void> {
  const memory = memoryOf(thread)
  const last = await memory?.recall()
  await memory?.forget()
  if (last === undefined) return
  const bus = await sessionBus(signal, patience)
  try {
    if (bus.guid === last.guid) await close(bus, last.server, last.id)
  } finally {
    bus.close()
  }
}
