import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bus, DBusError, sessionBus, theBus } from '../dbus.ts'
import { ConfigError, codeOf, messageOf, TransientError } from '../errors.ts'
import { runtimeFolder } from '../paths.ts'
import { patience, type Toast, urgencies } from './toast.ts'

const service = 'org.freedesktop.Notifications'

/**
 * Shows a toast by D-Bus, as freedesktop.org's Desktop Notifications Specification 1.2 says.
 *
 * @throws ConfigError there is no session bus, or nobody on it shows notifications
 * @throws TransientError the desktop did not answer in time, or refused
 */
export async function showOnLinux(toast: Toast, signal: AbortSignal): Promise<{ id: number }> {
  const bus = await sessionBus(signal, patience)
  try {
    const server = await serverOn(bus)
    const [capabilities] = (await ask(bus, server, 'GetCapabilities')) as [string[]]
    const memory = memoryOf(toast, `${bus.guid} ${server}`)
    const replaces = await memory?.recall()
    const body = capabilities.includes('body-markup') ? escapeMarkup(toast.message) : toast.message
    const values = ['ntfy', replaces ?? 0, toast.icon ?? '', toast.title, body, [], hintsOf(toast), toast.timeout]
    const [id] = (await ask(bus, server, 'Notify', 'susssasa{sv}i', values)) as [number]
    await memory?.remember(id)
    return { id }
  } catch (error) {
    if (error instanceof DBusError) throw new TransientError(`the desktop: ${error.message}`)
    throw error
  } finally {
    bus.close()
  }
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

export function ask(bus: Bus, server: string, member: string, signature = '', body: unknown[] = []): Promise<unknown[]> {
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

interface Memory {
  recall(): Promise<number | undefined>
  remember(id: number): Promise<void>
}

/** Which notification a thread has on the screen. Ids begin anew with every server, so `server` must be the same. */
function memoryOf(toast: Toast, server: string): Memory | undefined {
  const folder = runtimeFolder()
  if (toast.thread === undefined || folder === undefined) return undefined
  const file = join(folder, 'desktop', `thread-${encodeURIComponent(toast.thread).slice(0, 200)}`)
  return {
    async recall() {
      const [, known, id] = /^(.+) (\d{1,10})\n$/.exec(await readFile(file, 'utf8').catch(() => '')) ?? []
      return known === server && Number(id) < 2 ** 32 ? Number(id) : undefined
    },
    async remember(id) {
      // Without it the next one does not replace this one: no reason to fail.
      try {
        await makeFolder(folder)
        await makeFolder(join(folder, 'desktop'))
        const draft = `${file}.${process.pid}`
        await writeFile(draft, `${server} ${id}\n`, { mode: 0o600 })
        await rename(draft, file)
      } catch {}
    },
  }
}

/** Not `recursive`: Node never returns from that in some file systems (/proc). */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })
}
