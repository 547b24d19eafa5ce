/*
 * The message bus: `address` says where it listens, `message` and `value` are its language, `connection` speaks it, and
 * `bus` is what the rest of the program sees.
 */

import { connect, Socket } from 'node:net'
import { ConfigError, codeOf, messageOf } from '../../platform/errors.ts'
import { sessionSockets, systemSockets } from './address.ts'
import { type Bus, type BusState, theBus, tooLate } from './bus.ts'
import { Connection } from './connection.ts'

export { type Bus, type BusState, DBusError, theBus } from './bus.ts'
export type { Call, Message } from './message.ts'

/**
 * Connects to the user's session bus. A client of our own: a library costs 40 ms to load, and libdbus starts a stray
 * bus, on which nobody listens, where there is none.
 *
 * @param signal ends the connection and every call on it
 * @param patience milliseconds after which they are ended at the latest
 * @throws ConfigError there is no session bus
 */
export function sessionBus(signal: AbortSignal, patience: number): Promise<Bus> {
  return connectToFirst('session', sessionSockets(), signal, patience)
}

/** Connects to the system's bus; as `sessionBus`. */
export function systemBus(signal: AbortSignal, patience: number): Promise<Bus> {
  return connectToFirst('system', systemSockets(), signal, patience)
}

/** Goes on with a connection to a bus that another process has handed over as a descriptor. */
export function adoptBus(descriptor: number, state: BusState): Bus {
  return new Connection(new Socket({ fd: descriptor, readable: true, writable: true }), state.guid, state)
}

async function connectToFirst(
  name: 'session' | 'system',
  sockets: string[],
  signal: AbortSignal,
  patience: number,
): Promise<Bus> {
  const end = performance.now() + patience
  const problems: string[] = []
  for (const path of sockets) {
    try {
      return await connectTo(path, signal, end)
    } catch (error) {
      if (signal.aborted || performance.now() >= end) throw tooLate()
      problems.push(`${path.replace('\0', '@')}: ${codeOf(error) ?? messageOf(error)}`)
    }
  }
  const variable = `DBUS_${name.toUpperCase()}_BUS_ADDRESS`
  throw new ConfigError(`no ${name} bus: ${problems.join(', ') || `${variable} names no unix socket`}`)
}

async function connectTo(path: string, signal: AbortSignal, end: number): Promise<Bus> {
  const socket = connect({ path })
  const abort = () => socket.destroy(tooLate())
  signal.addEventListener('abort', abort)
  // AbortSignal.any forgets a timeout that the garbage collector has found (Node 20).
  const limit = setTimeout(abort, end - performance.now())
  socket.once('close', () => {
    clearTimeout(limit)
    signal.removeEventListener('abort', abort)
  })
  if (signal.aborted) abort()
  try {
    const guid = await authenticate(socket)
    const connection = new Connection(socket, guid)
    const [name] = await connection.call({ ...theBus, member: 'Hello' })
    connection.name = String(name)
    return connection
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** https://dbus.freedesktop.org/doc/dbus-specification.html#auth-protocol */
function authenticate(socket: Socket): Promise<string> {
  const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
  return new Promise((resolve, reject) => {
    let line = ''
    const hear = (chunk: Buffer) => {
      line += chunk.toString('latin1')
      if (!line.includes('\r\n') && line.length < 4096) return
      socket.off('data', hear).off('error', reject).off('close', gone)
      const guid = /^OK (\w+)\r\n$/.exec(line)?.[1]
      if (guid === undefined) return reject(new ConfigError('refused this user'))
      socket.write('BEGIN\r\n')
      resolve(guid)
    }
    const gone = () => reject(new ConfigError('closed the connection'))
    socket.on('data', hear).on('error', reject).on('close', gone)
    socket.write(`\0AUTH EXTERNAL ${user}\r\n`)
  })
}
