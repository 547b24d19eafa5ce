import { withActionLines } from '../notification/actions.ts'
import { ConfigError, messageOf, PermanentError } from '../platform/errors.ts'
import { showable } from '../platform/text.ts'
import { type Bus, DBusError, sessionBus, theBus } from './dbus/index.ts'
import { memoryOf } from './memory.ts'
import { type Toast, urgencies } from './toast.ts'

/** Begins the key of a button that opens an address; its number follows. */
export const openKey = 'open-'

export const service = 'org.freedesktop.Notifications'

/** Who shows notifications on the session bus. */
export interface DesktopServer {
  name: string
  version: string
  /** What it can do: `body`, `actions`, `body-markup`. */
  capabilities: string[]
}

/**
 * Asks the desktop's notification service for its name, as freedesktop.org's specification has it.
 *
 * @throws ConfigError there is no session bus, or nobody on it shows notifications
 */
export async function desktopServer(signal: AbortSignal, patience: number): Promise<DesktopServer> {
  const bus = await sessionBus(signal, patience)
  try {
    const server = await serverOn(bus)
    const [name, , version] = (await ask(bus, server, 'GetServerInformation')) as string[]
    const [capabilities] = (await ask(bus, server, 'GetCapabilities')) as [string[]]
    return { name: name ?? '?', version: version ?? '', capabilities }
  } finally {
    bus.close()
  }
}

/**
 * Shows a toast, replacing the last one of its thread.
 *
 * @returns its number, and whether the desktop will report clicks on it
 */
export async function showOn(bus: Bus, server: string, toast: Toast): Promise<{ id: number; clickable: boolean }> {
  const [capabilities] = (await ask(bus, server, 'GetCapabilities')) as [string[]]
  const memory = memoryOf(toast.thread)
  const last = await memory?.recall()
  const replaces = last?.guid === bus.guid && last.server === server ? last.id : 0
  const hasButtons = capabilities.includes('actions')
  const text = showable(hasButtons ? toast.message : withActionLines(toast).message)
  const body = capabilities.includes('body-markup') ? escapeMarkup(text) : text
  const clickable = hasButtons && (toast.origin !== undefined || toast.actions !== undefined)
  // The action of this name is what a click on the whole notification means; its label is hardly ever shown.
  const actions = toast.origin && clickable ? ['default', 'Show the terminal'] : []
  if (hasButtons) toast.actions?.forEach(({ label }, at) => void actions.push(`${openKey}${at}`, showable(label)))
  const values = [
    'ntfy',
    replaces,
    toast.icon ?? '',
    showable(toast.title),
    body,
    actions,
    hintsOf(toast),
    toast.timeout,
  ]
  const [id] = (await ask(bus, server, 'Notify', 'susssasa{sv}i', values)) as [number]
  await memory?.remember({ guid: bus.guid, server, id })
  return { id, clickable }
}

/**
 * Shows a question with a button for each answer, for as long as nobody closes it.
 *
 * @param buttons keys, each with its label
 * @throws PermanentError the desktop shows no buttons
 */
export async function showQuestion(
  bus: Bus,
  server: string,
  { title, text, buttons }: { title: string; text: string; buttons: string[] },
): Promise<number> {
  const [capabilities] = (await ask(bus, server, 'GetCapabilities')) as [string[]]
  if (!capabilities.includes('actions')) throw new PermanentError('the desktop shows no buttons')
  const shown = showable(text)
  const body = capabilities.includes('body-markup') ? escapeMarkup(shown) : shown
  const hints = [['urgency', ['y', urgencies.indexOf('critical')]]]
  const values = ['ntfy', 0, '', showable(title), body, buttons, hints, 0]
  const [id] = (await ask(bus, server, 'Notify', 'susssasa{sv}i', values)) as [number]
  return id
}

/** What is not there any more is closed. */
export async function close(bus: Bus, server: string, id: number): Promise<void> {
  await ask(bus, server, 'CloseNotification', 'u', [id]).catch((error) => {
    if (!(error instanceof DBusError)) throw error
  })
}

/** From now on the bus passes on what happens to the toasts of a service, and that it ends. */
export function hearOf(bus: Bus, server: string): void {
  const match = (rule: string) => bus.call({ ...theBus, member: 'AddMatch', signature: 's', body: [rule] })
  match(`type='signal',interface='${service}',sender='${server}'`).catch(() => {})
  match(`type='signal',interface='${theBus.interface}',member='NameOwnerChanged',arg0='${server}'`).catch(() => {})
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
  if (!startable.includes(service)) throw new ConfigError('no notification service on the session bus')
  try {
    await bus.call({ ...theBus, member: 'StartServiceByName', signature: 'su', body: [service, 0] })
    return await owner()
  } catch (error) {
    if (!(error instanceof DBusError)) throw error
    throw new ConfigError(`the desktop's notification service does not start: ${messageOf(error)}`)
  }
}

function ask(bus: Bus, server: string, member: string, signature = '', body: unknown[] = []): Promise<unknown[]> {
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
