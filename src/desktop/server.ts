import { sessionBus } from '../dbus.ts'
import { ask, serverOn } from './linux.ts'

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
