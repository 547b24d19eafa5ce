import { environmentOf } from '../terminal/environment.ts'
import { lineage } from '../terminal/lineage.ts'
import { hostOf } from '../terminal/place.ts'
import type { Source, View } from './view.ts'
import { connectX, type XServer } from './xserver.ts'

/** Compares the window that has the focus with the terminal's own (freedesktop.org's EWMH). */
export const x11: Source = {
  name: 'X11',
  async ask(view, signal) {
    const environment = environmentOf(view.pid)
    const pids = await terminalPids(view, signal)
    if (environment['DISPLAY'] === undefined || pids === undefined) return 'unknown'
    const server = await connectX(environment['DISPLAY'], environment, signal)
    try {
      const [active = 0] = await server.property(server.root, '_NET_ACTIVE_WINDOW')
      const windows = await windowsOf(server, pids, Number(environment['WINDOWID'] ?? 0))
      if (windows.certain !== undefined) return windows.certain === active ? 'no' : 'yes'
      if (windows.possible.length === 0) return 'unknown'
      // One process may have several windows and tabs: of this one only the absence of the focus is sure.
      return windows.possible.includes(active) ? 'unknown' : 'yes'
    } finally {
      server.close()
    }
  },
}

/**
 * The terminal emulator and what is between it and the shell; nothing where the person is at another machine, or the
 * shell in a multiplexer: then DISPLAY, if there is one, is not that of the terminal.
 */
async function terminalPids(view: View, signal: AbortSignal): Promise<number[] | undefined> {
  if (view.pid === undefined) return undefined
  const host = await hostOf(view.pid, signal)
  if (host?.kind.role !== undefined) return undefined
  const pids = (await lineage(view.pid, signal)).map(({ pid }) => pid)
  return host === undefined ? pids : pids.slice(0, pids.indexOf(host.pid) + 1)
}

/**
 * The terminal's window by WINDOWID, and all windows of its process. WINDOWID may be missing, 0, a pointer, or that of
 * the terminal in which this one was started: it counts if it leads to a window of the window manager's list that is
 * not known to be another process's.
 */
async function windowsOf(server: XServer, pids: number[], windowId: number) {
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
