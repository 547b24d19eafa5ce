import { exchange } from './socket.ts'
import type { Source } from './view.ts'
import { type DesktopWindow, judge } from './windows-of.ts'

/** sway and i3: https://i3wm.org/docs/ipc.html */
export const sway: Source = {
  name: 'sway',
  async ask(scene, signal) {
    const path = scene.environment['SWAYSOCK'] ?? scene.environment['I3SOCK']
    if (path === undefined || scene.host?.kind.role !== undefined) return undefined
    const answer = await exchange(path, message(4), (bytes) => bytes.length >= lengthOf(bytes), signal)
    return judge(scene, windowsIn(JSON.parse(answer.subarray(14).toString())))
  },
}

/** GET_TREE is 4. */
function message(type: number): Buffer {
  const bytes = Buffer.alloc(14)
  bytes.write('i3-ipc')
  bytes.writeUInt32LE(type, 10)
  return bytes
}

function lengthOf(bytes: Buffer): number {
  return bytes.length < 14 ? 14 : 14 + bytes.readUInt32LE(6)
}

interface Node {
  pid?: number
  focused?: boolean
  nodes?: Node[]
  floating_nodes?: Node[]
}

/** i3 before 4.21 names no processes: then nothing is known. */
function windowsIn(node: Node): DesktopWindow[] {
  const inside = [...(node.nodes ?? []), ...(node.floating_nodes ?? [])].flatMap(windowsIn)
  return node.pid === undefined ? inside : [{ pid: node.pid, focused: node.focused === true }, ...inside]
}
