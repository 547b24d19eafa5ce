import { TransientError } from '../platform/errors.ts'
import { DBusError, sessionBus } from './dbus/index.ts'
import { memoryOf } from './memory.ts'
import { close, hearOf, serverOn, showOn } from './server.ts'
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
  const id = await show(toast, signal)
  // Who went on before it was remembered could not take it back.
  if (!toast.isStale()) return { id }
  if (toast.thread !== undefined) await withdrawOnLinux(toast.thread, signal)
  return { id, withdrawn: true }
}

/**
 * By the process that waits for clicks in this session, as the desktop reports them to whoever sent the toast; one is
 * started if there is none.
 */
async function show(toast: Toast, signal: AbortSignal): Promise<number> {
  if (toast.origin === undefined && toast.actions === undefined) return showHere(toast, signal, false)
  const { askListener } = await import('./listener.ts')
  const { beginStart, endStart, startOfOther } = await import('./starting.ts')
  const ask = () => askListener(toast, signal)
  const shown = await ask()
  if (shown !== undefined) return shown
  if (!beginStart()) {
    await startOfOther(signal)
    return (await ask()) ?? showHere(toast, signal, false)
  }
  try {
    // Another one may have been faster with all of it.
    const id = await ask()
    if (id === undefined) return await showHere(toast, signal, true)
    endStart()
    return id
  } catch (error) {
    endStart()
    throw error
  }
}

/** @param listens whether a process is to be started that waits for clicks; it says itself when it is there */
async function showHere(toast: Toast, signal: AbortSignal, listens: boolean): Promise<number> {
  const bus = await sessionBus(signal, patience)
  try {
    const server = await serverOn(bus)
    // Whoever waits for clicks is to hear of all that happens to the toast from its first moment on.
    if (listens) hearOf(bus, server)
    const { id, clickable } = await showOn(bus, server, toast)
    if (!listens) return id
    const { endStart, passStartOn } = await import('./starting.ts')
    const { startListener } = await import('./listener.ts')
    const pid = clickable ? startListener(bus, { server, id, toast }) : undefined
    if (pid === undefined) endStart()
    else passStartOn(pid)
    return id
  } catch (error) {
    if (error instanceof DBusError) throw new TransientError(`the desktop: ${error.message}`)
    throw error
  } finally {
    bus.close()
  }
}

/** Nobody waits for what is taken back, and what stays misleads: a busy desktop gets this time, milliseconds. */
const patienceToWithdraw = 10_000

/** Takes back what a thread has on the screen, if anything. */
export async function withdrawOnLinux(thread: string, signal: AbortSignal): Promise<void> {
  const memory = memoryOf(thread)
  const last = await memory?.recall()
  await memory?.forget()
  if (last === undefined) return
  const bus = await sessionBus(signal, patienceToWithdraw)
  try {
    if (bus.guid === last.guid) await close(bus, last.server, last.id)
  } finally {
    bus.close()
  }
}
