import { type ChildProcess, spawn } from 'node:child_process'
import { connect } from 'node:net'
import { waitFor } from './wait.ts'

/** A server of the test's own, in the foreground. */
export interface Daemon {
  /** Everything that it has said on stdout and stderr. */
  said(): string
  /** Ends it and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts a server and waits until all of its ports answer. Whoever starts it stops it. */
export async function startDaemon(
  program: string,
  args: string[],
  { ports = [], env = process.env }: { ports?: number[]; env?: NodeJS.ProcessEnv } = {},
): Promise<Daemon> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (said += piece))
  child.on('error', (error) => (said += error.message))
  try {
    for (const port of ports) {
      await waitFor(`${program} on port ${port}`, () => {
        if (child.exitCode !== null) throw new Error(`${program} has ended: ${said}`)
        return isOpen(port)
      })
    }
  } catch (error) {
    await ended(child, 'SIGKILL')
    throw error
  }
  return { said: () => said, stop: (signal = 'SIGTERM') => ended(child, signal) }
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve()
    child.on('exit', () => resolve())
    child.kill(signal)
  })
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
