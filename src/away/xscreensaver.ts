import { isYounger } from './scene.ts'
import type { Presence } from './view.ts'
import { connectX } from './xserver.ts'

/** The X server's screen saver, which also knows the time of the last input (MIT-SCREEN-SAVER). */
export const xscreensaver: Presence = {
  name: 'X11',
  async ask(scene, idle, signal) {
    const { DISPLAY, WAYLAND_DISPLAY } = scene.environment
    // Under Wayland it sees only what goes to the windows of X programs.
    if (DISPLAY === undefined || WAYLAND_DISPLAY !== undefined) return undefined
    const server = await connectX(DISPLAY, scene.environment, signal)
    try {
      const saver = await server.saver()
      // One that was on before the shell began did not keep anybody from using it.
      if (saver?.on !== undefined && isYounger(scene, saver.on)) return 'the screen saver is on'
      if (!saver || idle === undefined || saver.idle <= idle || !isYounger(scene, saver.idle)) return undefined
      return `no input for ${Math.floor(saver.idle / 1000)} s`
    } finally {
      server.close()
    }
  },
}
