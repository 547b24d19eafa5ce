import { sharesWindow } from './scene.ts'
import type { Finding, Scene } from './view.ts'

/** A window as a desktop lists it. */
export interface DesktopWindow {
  pid: number
  focused: boolean
}

/**
 * What a complete list of windows says of a terminal: without the focus on any window of its process it is not looked
 * at. With it, that is sure only if there is one window with one shell.
 */
export function judge(scene: Scene, windows: DesktopWindow[]): Finding | undefined {
  const own = windows.filter(({ pid }) => scene.pids.includes(pid))
  if (own.length === 0) return undefined
  if (!own.some(({ focused }) => focused)) return { answer: 'yes', because: 'the focus is on another window' }
  if (own.length > 1 || sharesWindow(scene)) return undefined
  return { answer: 'no', because: 'the window has the focus' }
}
