import { sharesWindow } from './scene.ts'
import type { Finding, Source } from './view.ts'
import { connectX, type XServer } from './xserver.ts'

/** Compares the window that has the focus with the terminal's own (freedesktop.org's EWMH). */
export const x11: Source = {
  name: 'X11',
  async ask(scene, signal) {
    const { environment, host, pids } = scene
    // With the person at another machine, or the shell in a multiplexer, DISPLAY is not that of the terminal.
    if (environment['DISPLAY'] === undefined || scene.pid === undefined || host?.kind.role !== undefined)
      return undefined
    const server = await connectX(environment['DISPLAY'], environment, signal)
    try {
      const [active = 0] = await server.property(server.root, '_NET_ACTIVE_WINDOW')
      const { certain, possible } = await windowsOf(server, pids, Number(environment['WINDOWID'] ?? 0))
      if (certain === undefined && possible.length === 0) return undefined
      if (certain !== undefined ? certain !== active : !possible.includes(active)) return elsewhere
      if (!(await isShown(server, active))) return { answer: 'yes', because: 'the window is on another desktop' }
      // One process may have several windows and tabs: of this one only the absence of the focus is sure.
      if (certain === undefined || sharesWindow(scene)) return undefined
      return { answer: 'no', because: 'the window has the focus' }
    } finally {
      server.close()
    }
  },
}

const elsewhere: Finding = { answer: 'yes', because: 'the focus is on another window' }

/** Some window managers let a window keep the focus that is minimised, or on a desktop that was left. */
async function isShown(server: XServer, window: number): Promise<boolean> {
  const [states, [hidden], [desktop], [current]] = await Promise.all([
    server.property(window, '_NET_WM_STATE'),
    server.atoms(['_NET_WM_STATE_HIDDEN']),
    server.property(window, '_NET_WM_DESKTOP'),
    server.property(server.root, '_NET_CURRENT_DESKTOP'),
  ])
  if (hidden !== undefined && states.includes(hidden)) return false
  const everywhere = 0xffff_ffff
  return desktop === undefined || current === undefined || desktop === current || desktop === everywhere
}

/**
 * The terminal's window by WINDOWID, and all windows of its process. WINDOWID may be missing, 0, a pointer, or that of
 * the terminal in which this one was started: it counts if it leads to a window of the window manager's list that is
 * not known to be another process's.
 */
export async function windowsOf(server: XServer, pids: number[], windowId: number) {
  const clients = await server.property(server.root, '_NET_CLIENT_LIST')
  const owners = await Promise.all(
    clients.map(async (window) => {
      const [pid] = await server.property(window, '_NET_WM_PID')
      return { window, pid }
    }),
  )
  const possible = owners.filter(({ pid }) => pid !== undefined && pids.includes(pid)).map(({ window }) => window)
  const named = await clientAbove(server, clients, windowId)
  const isOurs =
    possible.length > 0 ? possible.includes(named ?? 0) : owners.some((it) => it.window === named && !it.pid)
  return { certain: isOurs ? named : undefined, possible }
}

/** The window itself, or the one around it, that the window manager manages. */
async function clientAbove(server: XServer, clients: number[], start: number): Promise<number | undefined> {
  let window: number | undefined = start
  // A window id has 29 bits.
  while (window !== undefined && Number.isInteger(window) && window > 1 && window < 2 ** 29) {
    if (clients.includes(window)) return window
    window = await server.parent(window)
  }
  return undefined
}
