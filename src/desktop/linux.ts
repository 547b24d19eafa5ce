import { type Bus, DBusError, sessionBus, theBus } from '../dbus.ts'
import { ConfigError, messageOf, TransientError } from '../errors.ts'
import { memoryOf } from './memory.ts'
import { patience, type Toast, urgencies } from './toast.ts'

const service = 'org.freedesktop.Notifications'

/**
 * Shows a toast by D-Bus, as freedesktop.org's Desktop Notifications Specification 1.2 says.
 *
 * @throws ConfigError there is no session bus, or nobody on it shows notifications
 * @throws TransientError the desktop did not answer in time, or refused
 */
export async function showOnLinux(toast: Toast, signal: AbortSignal): Promise<{ id?: number; withdrawn?: true }> {
  const bus = await sessionBus(signal, patience)
  try {
    const server = await serverOn(bus)
    const [capabilities] = (await ask(bus, server, 'GetCapabilities')) as [string[]]
    const memory = memoryOf(toast.thread)
    const last = await memory?.recall()
    const replaces = last?.guid === bus.guid && last.server === server ? last.id : 0
    if (toast.isStale()) return { withdrawn: true }
    const body = capabilities.includes('body-markup') ? escapeMarkup(toast.message) : toast.message
    const values = ['ntfy', replaces, toast.icon ?? '', toast.title, body, [], hintsOf(toast), toast.timeout]
    const [id] = (await ask(bus, server, 'Notify', 'susssasa{sv}i', values)) as [number]
    await memory?.remember({ guid: bus.guid, server, id })
    // Who went on before it was remembered could not take it back.
    if (!toast.isStale()) return { id }
    await memory?.forget()
    await close(bus, server, id)
    return { id, withdrawn: true }
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

/** What is not there any more is closed. */
async function close(bus: Bus, server: string, id: number): Promise<void> {
  await ask(bus, server, 'CloseNotification', 'u', [id]).catch((error) => {
    if (!(error instanceof DBusError)) throw error
  })
}

/** The unique name of who shows notifications; started if the bus knows how to. */
export async function serverOn(bus: Bus): Promise<string> {
  const owner = async () => {
    const [name] = await bus.call({ ...theBus, member: 'GetNameOwner', signature: 's', body: [service] })
    return String(name)
  }
  try {
    return await owner()
  } catch (error) {
    if (!(error instanceof DBusError)) throw error
  }
  const [startable] = (await bus.call({ ...theBus, member: 'ListActivatableNames' })) as [string[]]
  if (!startable.includes(service)) throw new ConfigError('nobody shows notifications on the session bus')
  try {
    await bus.call({ ...theBus, member: 'StartServiceByName', signature: 'su', body: [service, 0] })
    return await owner()
  } catch (error) {
    if (!(error instanceof DBusError)) throw error
    throw new ConfigError(`the desktop's notification service does not start: ${messageOf(error)}`)
  }
}

export function ask(
  bus: Bus,
  server: string,
  member: string,
  signature = '',
  body: unknown[] = [],
): Promise<unknown[]> {
  const path = '/org/freedesktop/Notifications'
  return bus.call({ destination: server, path, interface: service, member, signature, body })
}

/** No `desktop-entry`: some desktops take a notification away when the sender of that application has left the bus. */
function hintsOf(toast: Toast): [string, [string, unknown]][] {
  const hints: [string, [string, unknown]][] = [['urgency', ['y', urgencies.indexOf(toast.urgency)]]]
  if (toast.transient !== undefined) hints.push(['transient', ['b', toast.transient]])
  if (toast.soundfile !== undefined) hints.push(['sound-file', ['s', toast.soundfile]])
  return hints
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
