import type { Bus } from '../desktop/dbus/index.ts'
import type { Source } from './view.ts'

/** Konsole reports by D-Bus which of its windows and tabs is in front. */
export const konsole: Source = {
  name: 'Konsole',
  async ask({ environment, host, pids }, signal) {
    const { KONSOLE_DBUS_SERVICE: service, KONSOLE_DBUS_WINDOW: window, KONSOLE_DBUS_SESSION: session } = environment
    const number = /\/(\d+)$/.exec(window ?? '')?.[1]
    if (host?.kind.name !== 'Konsole' || !service || !window || !session || number === undefined) return undefined
    const bus = await (await import('../desktop/dbus/index.ts')).sessionBus(signal, patience)
    try {
      // The variables are handed on: they may be those of the Konsole in which this terminal was started.
      if (!pids.includes(await processOf(bus, service))) return undefined
      const active = bus.call({
        destination: service,
        path: `/konsole/MainWindow_${number}`,
        interface: 'org.freedesktop.DBus.Properties',
        member: 'Get',
        signature: 'ss',
        body: ['org.qtproject.Qt.QWidget', 'isActiveWindow'],
      })
      const inWindow = (member: string) =>
        bus.call({ destination: service, path: window, interface: 'org.kde.konsole.Window', member })
      const [[isActive], [sessions], [current]] = await Promise.all([
        active,
        inWindow('sessionList'),
        inWindow('currentSession'),
      ])
      const own = session.slice(session.lastIndexOf('/') + 1)
      // The tab has moved to another window.
      if (!(sessions as string[]).includes(own)) return undefined
      if (isActive !== true) return { answer: 'yes', because: 'the focus is on another window' }
      if (String(current) !== own) return { answer: 'yes', because: 'the tab is hidden' }
      return { answer: 'no', because: 'the tab has the focus' }
    } finally {
      bus.close()
    }
  },
}

/** A Konsole that does not answer within this time, milliseconds, is not queried again. */
const patience = 150

async function processOf(bus: Bus, service: string): Promise<number> {
  const { theBus } = await import('../desktop/dbus/index.ts')
  const call = { ...theBus, member: 'GetConnectionUnixProcessID', signature: 's', body: [service] }
  return Number((await bus.call(call))[0])
}
