import { environmentOf } from '../terminal/environment.ts'
import { isAttached, isOnlyAttached, screenClients, shownWindow } from '../terminal/screen.ts'
import type { Source } from './view.ts'

/** A window of GNU screen is looked at where an attached client shows it, in a terminal with the focus. */
export const screen: Source = {
  name: 'screen',
  async ask({ host }, signal) {
    if (host?.kind.role !== 'screen') return undefined
    if (isAttached(host.pid) === false) return { answer: 'yes', because: 'the session is detached' }
    const own = environmentOf(host.child)['WINDOW']
    const shown = await shownWindow(host.pid, signal)
    if (own !== undefined && shown !== undefined && own !== shown) {
      return { answer: 'yes', because: `window ${own} is hidden by window ${shown}` }
    }
    const views = screenClients().map(({ tty, parent }) => ({ tty, pid: parent }))
    // With clients of several sessions there is no way to know which one shows this session.
    return { views, otherwise: undefined, ...(!isOnlyAttached(host.pid) && { perhaps: true }) }
  },
}
