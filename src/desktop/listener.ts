import { connect } from 'node:net'
import { join } from 'node:path'
import { runtimeFolder } from '../platform/paths.ts'
import { programEnvironment, programFile } from '../platform/program.ts'
import { sessionSockets } from './dbus/address.ts'
import type { Bus, BusState } from './dbus/index.ts'
import type { Toast } from './toast.ts'

/** A toast that is on the screen. */
export interface OnScreen {
  server: string
  id: number
  toast: Toast
}

/** What a process gets that is to wait for clicks. */
export interface Start {
  state: BusState
  shown: OnScreen
}

/** A process that waits for clicks answers within this time, milliseconds, or not at all. */
const answerTime = 4000

/**
 * Has the process that waits for clicks in this session show a toast.
 *
 * @returns its number; nothing if there is no such process, or it cannot
 */
export function askListener(toast: Toast, signal: AbortSignal): Promise<number | undefined> {
  const path = socketPath()
  if (path === undefined) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const socket = connect({ path })
    let text = ''
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      socket.destroy()
      resolve(/^\d+\n$/.test(text) ? Number(text) : undefined)
    }
    const timer = setTimeout(end, answerTime)
    signal.addEventListener('abort', end)
    socket.on('data', (chunk) => {
      text += chunk
      if (text.endsWith('\n')) end()
    })
    socket.on('error', end).on('close', end)
    socket.write(`${JSON.stringify({ bus: sessionSockets(), toast })}\n`)
  })
}

/**
 * Starts the process that waits for clicks. It inherits our connection to the bus: desktops report a click to whoever has
 * sent the notification, and some nobody else.
 *
 * @returns its number
 */
export function startListener(bus: Bus, shown: OnScreen): number | undefined {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const { socket, state } = bus.handOver()
  const child = spawn(process.execPath, [programFile(), 'clicks'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', socket],
    cwd: '/',
    env: programEnvironment(),
  })
  child.on('error', () => {})
  child.stdin?.on('error', () => {})
  child.stdin?.end(JSON.stringify({ state, shown } satisfies Start))
  child.unref()
  return child.pid
}

/** Where the process that waits for clicks is asked; nothing where there is no session. */
export function socketPath(): string | undefined {
  const folder = runtimeFolder()
  return folder === undefined ? undefined : join(folder, 'clicks')
}
