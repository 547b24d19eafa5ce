import { setTimeout as pause } from 'node:timers/promises'
import type { TerminalReference } from '../notification/index.ts'
import { environmentOf } from '../terminal/environment.ts'
import { lineage } from '../terminal/lineage.ts'
import { hostIn } from '../terminal/place.ts'
import { askTmux, noteAsked, type PaneReference, type TmuxClient, type TmuxState } from '../terminal/tmux.ts'
import { writeToTerminal } from '../terminal/tty.ts'
import { sceneOf } from './scene.ts'
import type { Finding, Scene, Source } from './view.ts'

/** A pane is looked at where a client shows it: its session's window, the window's pane, in a terminal with the focus. */
export const tmux: Source = {
  name: 'tmux',
  async ask(scene, signal) {
    const reference = paneOf(scene)
    const state = reference && (await askTmux(reference, signal))
    if (reference === undefined || state === undefined) return undefined
    const watching = watchers(state)
    const hidden = hiddenBecause(state, watching)
    if (hidden !== undefined) return { answer: 'yes', because: hidden }
    const fresh = await askForReports(reference, watching, signal)
    const clients = fresh ? watchers((await askTmux(reference, signal)) ?? state) : watching
    // Only a terminal's report takes the flag away, but without reports it is always there (tmux 3.3 and later).
    const maybe = clients.filter(({ flags }) => flags.length === 0 || flags.includes('focused'))
    const pane = `pane ${state.panes[0]?.id}`
    if (maybe.length === 0) return { answer: 'yes', because: `${pane}, whose client has lost the focus` }
    const reported = maybe.some((client) => fresh || isReported(client))
    const otherwise: Finding = { answer: 'no', because: `${pane} of the focused client` }
    return { views: maybe, otherwise: reported ? otherwise : undefined }
  },
}

/** Has the terminals of tmux's clients report their focus from now on, for later queries. */
export async function askForFocus(terminal: TerminalReference | undefined, signal: AbortSignal): Promise<void> {
  if (terminal?.tty === undefined) return
  const reference = paneOf(await sceneOf({ tty: terminal.tty, pid: terminal.shellPid }, signal))
  const state = reference && (await askTmux(reference, signal))
  if (reference && state) await askForReports(reference, state.clients, signal)
}

export function paneOf({ tty, host }: Scene): PaneReference | undefined {
  if (host?.kind.role !== 'tmux') return undefined
  return { tty, tmux: environmentOf(host.child)['TMUX'], server: host.pid }
}

/** The clients that show the pane. */
function watchers({ panes, clients }: TmuxState): TmuxClient[] {
  const showing = new Set(panes.filter(({ shown }) => shown).map(({ session }) => session))
  return clients.filter(({ session }) => showing.has(session))
}

function hiddenBecause({ panes, clients }: TmuxState, watching: TmuxClient[]): string | undefined {
  if (watching.length > 0) return undefined
  const attached = panes.filter(({ session }) => clients.some((client) => client.session === session))
  const pane = `pane ${panes[0]?.id}`
  if (attached.length === 0) return `${pane} is of a detached session`
  return attached.some(({ inFront }) => inFront) ? `${pane} is beside the active one` : `${pane} is in a hidden window`
}

/**
 * Reports flow from the moment at which they were requested. Whether it had the focus then is sure if
 * something was typed there since, because whatever came after that was reported.
 */
function isReported({ flags, focusEvents, askedAt, activity }: TmuxClient): boolean {
  return flags.includes('focused') && (focusEvents || (askedAt !== undefined && activity >= askedAt))
}

/** How long a terminal may take to report how its focus is, milliseconds: VTE looks every 10. */
const reportPatience = 40

/**
 * Asks those terminals for reports that were not requested yet. tmux consumes the reports: they do not disturb typing.
 *
 * @returns whether all of them say at once how their focus is
 */
async function askForReports(pane: PaneReference, clients: TmuxClient[], signal: AbortSignal): Promise<boolean> {
  const pending = clients.filter(({ focusEvents, askedAt }) => !focusEvents && askedAt === undefined)
  if (pending.length === 0) return false
  const now = Math.ceil(Date.now() / 1000)
  const asked = await Promise.all(
    pending.map(async (client) => {
      const host = hostIn(await lineage(client.pid, signal))
      const written = await writeToTerminal(client.tty, '\x1b[?1004h', signal).then(
        () => true,
        () => false,
      )
      return { ...client, ...(written && { askedAt: now }), answers: written && host?.kind.reportsFocus === true }
    }),
  )
  await noteAsked(pane, [...clients.filter((client) => !pending.includes(client)), ...asked], signal)
  if (pending.length < clients.length || asked.some(({ answers }) => !answers)) return false
  await pause(reportPatience, undefined, { signal })
  return true
}
