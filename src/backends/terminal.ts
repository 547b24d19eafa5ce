import { PermanentError } from '../platform/errors.ts'
import { DetachedTmux, findPlace } from '../terminal/place.ts'
import { showAsText, showByTerminal, showInTmux, showOnAttach } from '../terminal/show.ts'
import { defineBackend } from './contract/backend.ts'
import { boolean, choice } from './contract/options.ts'

/** A terminal that was there a minute ago may be another one by now, milliseconds. */
const longestWait = 60_000

export default defineBackend({
  name: 'terminal',
  title: "The terminal's own notification",
  homepage: 'https://sw.kovidgoyal.net/kitty/desktop-notifications/',
  setup: ['Nothing: `ntfy doctor` says what your terminal can show.'],
  options: {
    sequence: choice(['auto', 'osc9', 'osc99', 'osc777', 'osc1337', 'none'], {
      description: 'the escape sequence by which the terminal shows notifications; none: a line and a bell',
      default: 'auto',
    }),
    progress: boolean({ description: 'show while `ntfy done` runs a command that it runs, where the terminal can' }),
  },
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 1000, unit: 'codepoints' } },
  local: true,
  keepFor: longestWait,
  async send(notification, { sequence }, { signal, foreground, now, isStale }) {
    if (now().getTime() - Date.parse(notification.time) > longestWait) {
      throw new PermanentError('too late for the terminal that it is about')
    }
    const place = await findPlace(notification.terminal, signal).catch((error: unknown) => {
      if (error instanceof DetachedTmux) return error
      throw error
    })
    if (isStale()) return { withdrawn: true }
    if (place instanceof DetachedTmux) return { ...(await showOnAttach(notification, place, signal)) }
    const protocol = sequence === 'auto' ? place.kind.protocol : sequence
    if (protocol !== undefined && protocol !== 'none') {
      return { ...(await showByTerminal(notification, place, protocol, signal)) }
    }
    if (notification.source === 'hook') return { ...(await showInTmux(notification, place, signal)) }
    return { ...(await showAsText(notification, !foreground, signal)) }
  },
})
