import type { TerminalReference } from '../notification/index.ts'
import { screenClients } from '../terminal/screen.ts'
import { askTmux, selectPane } from '../terminal/tmux.ts'
import { sceneOf } from './scene.ts'
import { paneOf } from './tmux.ts'
import type { Scene, View } from './view.ts'
import { windowsOf } from './x11.ts'
import { connectX } from './xserver.ts'

/** More multiplexers within each other than anybody has. */
const maxDepth = 5

/** Brings a terminal's pane, window and workspace before the user's eyes, as far as its programs let us. */
export async function bringToFront(terminal: TerminalReference, signal: AbortSignal): Promise<void> {
  if (terminal.tty !== undefined) await raise({ tty: terminal.tty, pid: terminal.shellPid }, signal, 0)
}

async function raise(view: View, signal: AbortSignal, depth: number): Promise<void> {
  const scene = await sceneOf(view, signal)
  const role = scene.host?.kind.role
  if (depth > maxDepth) return
  if (role === 'tmux') return raiseInTmux(scene, signal, depth)
  if (role === 'screen') {
    const views = screenClients().map(({ tty, parent }) => ({ tty, pid: parent }))
    await Promise.all(views.map((one) => raise(one, signal, depth + 1)))
    return
  }
  if (role === undefined) await raiseWindow(scene, signal)
}

/** In the client that shows the pane's session, else in the one that was used last. */
async function raiseInTmux(scene: Scene, signal: AbortSignal, depth: number): Promise<void> {
  const reference = paneOf(scene)
  const state = reference && (await askTmux(reference, signal))
  if (reference === undefined || state === undefined) return
  const clients = state.clients.toSorted((a, b) => b.activity - a.activity)
  const shows = ({ session }: { session: string }) => clients.some((client) => client.session === session)
  const pane = state.panes.find(shows) ?? state.panes[0]
  const client = clients.find(({ session }) => session === pane?.session) ?? clients[0]
  if (pane === undefined) return
  await selectPane(reference, pane, shows(pane) ? undefined : client, signal)
  if (client !== undefined) await raise({ tty: client.tty, pid: client.pid }, signal, depth + 1)
}

/** Of several windows of a process, which may be the terminal's, any is better than none. */
async function raiseWindow({ environment, pids }: Scene, signal: AbortSignal): Promise<void> {
  if (environment['DISPLAY'] === undefined) return
  const server = await connectX(environment['DISPLAY'], environment, signal)
  try {
    const { certain, possible } = await windowsOf(server, pids, Number(environment['WINDOWID'] ?? 0))
    const window = certain ?? possible[0]
    if (window !== undefined) await server.activate(window)
  } finally {
    server.close()
  }
}
