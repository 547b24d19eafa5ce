import type { Bus } from '../desktop/dbus/index.ts'
import { isYounger } from './scene.ts'
import type { Presence, Scene } from './view.ts'

/** systemd-logind, where most desktops note that they are locked: org.freedesktop.login1(5). */
export const logind: Presence = {
  name: 'logind',
  async ask(scene, idle, signal) {
    if (process.platform !== 'linux') return undefined
    const bus = await (await import('../desktop/dbus/index.ts')).systemBus(signal, patience)
    try {
      const sessions = await sessionsOf(bus, scene)
      if (sessions.length === 0) return undefined
      const reasons = sessions.map((session) => reasonIn(session, scene, idle))
      // Several sessions of one person, as on two seats: one that is in use is enough.
      return reasons.includes(undefined) ? undefined : reasons[0]
    } finally {
      bus.close()
    }
  },
}

/** A logind that does not answer within this time, milliseconds, is not queried again. */
const patience = 150
const service = 'org.freedesktop.login1'
type Properties = Map<string, unknown>

function reasonIn(session: Properties, scene: Scene, idle: number | undefined): string | undefined {
  if (session.get('LockedHint') === true) return 'the session is locked'
  if (session.get('IdleHint') !== true || idle === undefined) return undefined
  // Microseconds since 1970.
  const time = Date.now() - Number(session.get('IdleSinceHint') ?? 0) / 1000
  return time > idle && isYounger(scene, time) ? `no input for ${Math.floor(time / 1000)} s` : undefined
}

/** The session of the terminal; else all of this user's that are on a screen of this machine. */
async function sessionsOf(bus: Bus, { environment }: Scene): Promise<Properties[]> {
  const manager = { destination: service, path: '/org/freedesktop/login1', interface: `${service}.Manager` }
  const [rows] = (await bus.call({ ...manager, member: 'ListSessions' })) as [
    [string, number, string, string, string][],
  ]
  const own = rows.filter(([, user]) => user === process.getuid?.())
  const sessions = await Promise.all(
    own.map(async ([id, , , , path]) => {
      const properties = { destination: service, path, interface: 'org.freedesktop.DBus.Properties', member: 'GetAll' }
      const [all] = await bus.call({ ...properties, signature: 's', body: [`${service}.Session`] })
      return { id, values: new Map(all as [string, unknown][]) }
    }),
  )
  const named = sessions.filter(({ id }) => id === environment['XDG_SESSION_ID'])
  return (named.length > 0 ? named : sessions).map(({ values }) => values).filter(isOnScreen)
}

function isOnScreen(session: Properties): boolean {
  if (session.get('Remote') === true || session.get('Type') === 'tty') return false
  return !/^(greeter|manager|background|lock-screen)/.test(String(session.get('Class') ?? ''))
}
