import { exchange } from './socket.ts'
import type { Source } from './view.ts'
import { judge } from './windows-of.ts'

/** https://yalter.github.io/niri/niri_ipc/ */
export const niri: Source = {
  name: 'niri',
  async ask(scene, signal) {
    const path = scene.environment['NIRI_SOCKET']
    if (path === undefined || scene.host?.kind.role !== undefined) return undefined
    const answer = await exchange(path, '"Windows"\n', (bytes) => bytes.includes(10), signal)
    const { Ok } = JSON.parse(answer.toString()) as {
      Ok?: { Windows?: { pid?: number | null; is_focused?: boolean }[] }
    }
    const windows = (Ok?.Windows ?? []).map(({ pid, is_focused }) => ({ pid: pid ?? 0, focused: is_focused === true }))
    return judge(scene, windows)
  },
}
