import { connect, Socket } from 'node:net'
import { ConfigError, codeOf, messageOf, TransientError } from '../../platform/errors.ts'
import { sessionSockets, systemSockets } from './address.ts'
import { type Call, decodeMessage, encodeCall, type Message, messageLength, messageType } from './message.ts'

export type { Call, Message } from './message.ts'

/**
 * A connection to a message bus. It keeps the process alive until it is closed. Loading dbus-native or dbus-next takes 40
 * to 47 ms, this 4; and neither hands a connection over to another process.
 */
export interface Bus {
  /** The address that the bus gave us, `:1.42`. */
  name: string
  /** Which bus this is: another one after the next login. */
  guid: string
  /**
   * Calls a method.
   *
   * @returns the values of the reply
   * @throws DBusError the other side refused
   * @throws TransientError no answer in time, or the connection ended
   */
  call(call: Call): Promise<unknown[]>
  /** Hears every signal from now on that a match rule (AddMatch) lets through. */
  onSignal(listener: (signal: Message) => void): void
  /** Stops listening: another process goes on with a copy of the connection, by `adoptBus`. Close it then. */
  handOver(): { socket: Socket; state: BusState }
  /** When the connection has ended. */
  readonly ended: Promise<void>
  close(): void
}

/** What a process has to know that goes on with a connection. */
export interface BusState {
  name: string
  guid: string
  /** The number of the last call. */
  serial: number
  /** What was received and not looked at, base64. */
  received: string
}

/** Longest text of an error that is kept, in characters. */
const longestError = 1000

/** So many signals are kept for who listens later. */
const mostUnheard = 100

/** An error reply. */
export class DBusError extends Error {
  /** `org.freedesktop.DBus.Error.ServiceUnknown` */
  readonly code: string

  constructor(code: string, text: string) {
    super((text === '' ? code : text).slice(0, longestError))
    this.code = code
  }
}

/** The bus itself, for calls. */
export const theBus = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const

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

interface Waiting {
  resolve(values: unknown[]): void
  reject(error: Error): void
}

class Connection implements Bus {
  name = ''
  readonly guid: string
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners: ((signal: Message) => void)[] = []
  #received: Buffer = Buffer.alloc(0)
  /** Signals that came before anybody listened: another process may want them. */
  #unheard: Buffer[] = []
  #serial = 0

  readonly ended: Promise<void>

  constructor(socket: Socket, guid: string, state?: BusState) {
    this.#socket = socket
    this.guid = guid
    if (state) {
      this.name = state.name
      this.#serial = state.serial
      this.#received = Buffer.from(state.received, 'base64')
    }
    socket.on('data', (chunk) => this.#hear(chunk))
    socket.on('error', (error) => this.#end(error))
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        this.#end(new Error('the connection is closed'))
        resolve()
      })
    })
  }

  call(call: Call): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      const serial = ++this.#serial
      const bytes = encodeCall(call, serial)
      if (this.#socket.destroyed) return reject(new TransientError('the session bus has closed the connection'))
      this.#waiting.set(serial, { resolve, reject })
      this.#socket.write(bytes)
    })
  }

  onSignal(listener: (signal: Message) => void): void {
    this.#listeners.push(listener)
    const unheard = this.#unheard.splice(0)
    this.#received = Buffer.concat([...unheard, this.#received])
    setImmediate(() => this.#hear(Buffer.alloc(0)))
  }

  handOver(): { socket: Socket; state: BusState } {
    this.#socket.pause().removeAllListeners('data')
    const [name, guid, serial] = [this.name, this.guid, this.#serial]
    const received = Buffer.concat([...this.#unheard, this.#received]).toString('base64')
    return { socket: this.#socket, state: { name, guid, serial, received } }
  }

  close(): void {
    this.#socket.destroy()
  }

  #hear(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    try {
      for (;;) {
        const length = messageLength(this.#received)
        if (length === undefined || this.#received.length < length) return
        const bytes = this.#received.subarray(0, length)
        this.#received = this.#received.subarray(length)
        this.#take(decodeMessage(bytes), bytes)
      }
    } catch (error) {
      this.#socket.destroy(error as Error)
    }
  }

  #take(message: Message, bytes: Buffer): void {
    if (message.type === messageType.signal) {
      if (this.#listeners.length === 0 && this.#unheard.length < mostUnheard) this.#unheard.push(bytes)
      for (const listener of this.#listeners) listener(message)
      return
    }
    const waiting = this.#waiting.get(message.replySerial ?? 0)
    if (waiting === undefined) return
    this.#waiting.delete(message.replySerial ?? 0)
    if (message.type === messageType.reply) waiting.resolve(message.body)
    else waiting.reject(new DBusError(message.errorName ?? 'unknown error', String(message.body[0] ?? '')))
  }

  #end(error: Error): void {
    for (const { reject } of this.#waiting.values()) {
      reject(error instanceof TransientError ? error : new TransientError(`the session bus: ${error.message}`))
    }
    this.#waiting.clear()
  }
}

function tooLate(): TransientError {
  return new TransientError('no answer on the session bus in time')
}
