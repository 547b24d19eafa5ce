import { exchange } from './socket.ts'
import type { Source } from './view.ts'
import { judge } from './windows-of.ts'

/** https://wiki.hypr.land/IPC/ */
export const hyprland: Source = {
  name: 'Hyprland',
  async ask(scene, signal) {
    const instance = scene.environment['HYPRLAND_INSTANCE_SIGNATURE']
    if (instance === undefined || scene.host?.kind.role !== undefined) return undefined
    const folder = `${scene.environment['XDG_RUNTIME_DIR'] ?? '/tmp'}/hypr/${instance}`
    const ask = async (what: string) =>
      JSON.parse((await exchange(`${folder}/.socket.sock`, `j/${what}`, () => false, signal)).toString())
    const [clients, active] = (await Promise.all([ask('clients'), ask('activewindow')])) as [
      { address: string; pid: number }[],
      { address?: string },
    ]
    const windows = clients.map(({ address, pid }) => ({ pid, focused: address === active.address }))
    return judge(scene, windows)
  },
}
