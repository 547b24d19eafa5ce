import { environmentOf } from '../terminal/environment.ts'
import { hostOf } from '../terminal/place.ts'
import { askTmux } from '../terminal/tmux.ts'
import type { Source } from './view.ts'

/** A pane is looked at where a client shows it: its session's window, the window's pane, in a terminal with the focus. */
export const tmux: Source = {
  name: 'tmux',
  async ask(view, signal) {
    const host = await hostOf(view.pid, signal)
    if (host?.kind.role !== 'tmux') return 'unknown'
    const tmux = environmentOf(host.child)['TMUX']
    const state = await askTmux({ tty: view.tty, tmux, server: host.pid }, signal)
    if (state === undefined) return 'unknown'
    const showing = new Set(state.panes.filter(({ shown }) => shown).map(({ session }) => session))
    const clients = state.clients.filter(({ session }) => showing.has(session))
    // Only a terminal's report takes the flag away, but without reports it is always there (tmux 3.3 and later).
    const maybe = clients.filter(({ flags }) => flags.length === 0 || flags.includes('focused'))
    if (maybe.length === 0) return 'yes'
    const reported = maybe.some(({ flags, focusEvents }) => focusEvents && flags.includes('focused'))
    return { views: maybe, otherwise: reported ? 'no' : 'unknown' }
  },
}
