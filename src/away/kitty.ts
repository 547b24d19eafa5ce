import { exchange } from './socket.ts'
import type { Source } from './view.ts'

/** kitty's remote control, where the user has allowed it: https://sw.kovidgoyal.net/kitty/rc_protocol/ */
export const kitty: Source = {
  name: 'kitty',
  async ask(scene, signal) {
    const [, address] = /^unix:(.+)$/.exec(scene.environment['KITTY_LISTEN_ON'] ?? '') ?? []
    if (scene.host?.kind.name !== 'kitty' || address === undefined) return undefined
    const command = JSON.stringify({ cmd: 'ls', version: [0, 26, 0] })
    const isWhole = (bytes: Buffer) => bytes.subarray(-2).toString('latin1') === end
    const answer = await exchange(address.replace(/^@/, '\0'), `\x1bP@kitty-cmd${command}${end}`, isWhole, signal)
    const text = answer.toString()
    const { ok, data } = JSON.parse(text.slice(text.indexOf('{'), -2)) as { ok?: boolean; data?: string }
    if (ok !== true || data === undefined) return undefined
    const own = (JSON.parse(data) as OsWindow[])
      .flatMap((os) => os.tabs.flatMap((tab) => tab.windows.map((window) => ({ os, tab, window }))))
      // The variable may be that of another kitty.
      .find(({ window }) => scene.pids.includes(window.pid))
    if (own === undefined) return undefined
    if (!own.os.is_focused) return { answer: 'yes', because: 'the focus is on another window' }
    if (!own.tab.is_focused) return { answer: 'yes', because: 'the tab is hidden' }
    if (!own.window.is_focused) return { answer: 'yes', because: 'the pane is beside the active one' }
    return { answer: 'no', because: 'the window has the focus' }
  },
}

/** ST */
const end = '\x1b\\'

interface OsWindow {
  is_focused: boolean
  tabs: { is_focused: boolean; windows: { is_focused: boolean; pid: number }[] }[]
}
