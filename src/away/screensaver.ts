import type { Bus } from '../desktop/dbus/index.ts'
import { isYounger } from './scene.ts'
import type { Presence } from './view.ts'

/** What desktops report on the session bus about their screen savers, which lock the screen. */
export const screensaver: Presence = {
  name: 'the desktop',
  async ask(scene, idle, signal) {
    const bus = await (await import('../desktop/dbus/index.ts')).sessionBus(signal, patience)
    try {
      const names = await namesOn(bus)
      const active = savers.filter(([service]) => names.includes(service)).map((saver) => isActive(bus, saver))
      if ((await Promise.all(active)).includes(true)) return 'the screen saver is on'
      if (idle === undefined || !names.includes(idleMonitor)) return undefined
      const path = '/org/gnome/Mutter/IdleMonitor/Core'
      const call = { destination: idleMonitor, path, interface: idleMonitor, member: 'GetIdletime' }
      const time = Number((await bus.call(call))[0])
      return time > idle && isYounger(scene, time) ? `no input for ${Math.floor(time / 1000)} s` : undefined
    } finally {
      bus.close()
    }
  },
}

/** A desktop that does not answer within this time, milliseconds, is not queried again. */
const patience = 150
const idleMonitor = 'org.gnome.Mutter.IdleMonitor'

/** Services and their paths: KDE, LXQt and others; GNOME; MATE; Cinnamon; Xfce. */
const savers = [
  ['org.freedesktop.ScreenSaver', '/org/freedesktop/ScreenSaver'],
  ['org.gnome.ScreenSaver', '/org/gnome/ScreenSaver'],
  ['org.mate.ScreenSaver', '/org/mate/ScreenSaver'],
  ['org.cinnamon.ScreenSaver', '/org/cinnamon/ScreenSaver'],
  ['org.xfce.ScreenSaver', '/org/xfce/ScreenSaver'],
] as const

/** Those that are there: a call to one that is not would start it. */
async function namesOn(bus: Bus): Promise<string[]> {
  const { theBus } = await import('../desktop/dbus/index.ts')
  const [names] = await bus.call({ ...theBus, member: 'ListNames' })
  return names as string[]
}

async function isActive(bus: Bus, [service, path]: (typeof savers)[number]): Promise<boolean> {
  const ask = (at: string) => bus.call({ destination: service, path: at, interface: service, member: 'GetActive' })
  // KDE had it at /ScreenSaver for long.
  const [active] = await ask(path).catch(() => ask('/ScreenSaver').catch(() => [false]))
  return active === true
}
