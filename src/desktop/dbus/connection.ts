import type { Socket } from 'node:net'
import { TransientError } from '../../platform/errors.ts'
import { type Call, decodeMessage, encodeCall, type Message, messageLength, messageType } from './message.ts'

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

/** An error reply. */
export class DBusError extends Error {
  /** `org.freedesktop.DBus.Error.ServiceUnknown` */
  readonly code: string

  constructor(code: string, text: string) {
    super((text === '' ? code : text).slice(0, longestError))
    this.code = code
  }
}

interface Waiting {
  resolve(values: unknown[]): void
  reject(error: Error): void
}

/** A bus on a socket that it has let in, or that another process has handed over. */
export class Connection implements Bus {
  name = ''
  readonly guid: string
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners: ((signal: Message) => void)[] = []
  #received: Buffer = Buffer.alloc(0)
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
  }

  handOver(): { socket: Socket; state: BusState } {
    this.#socket.pause().removeAllListeners('data')
    const [name, guid, serial] = [this.name, this.guid, this.#serial]
    return { socket: this.#socket, state: { name, guid, serial, received: this.#received.toString('base64') } }
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
        const message = decodeMessage(this.#received.subarray(0, length))
        this.#received = this.#received.subarray(length)
        this.#take(message)
      }
    } catch (error) {
      this.#socket.destroy(error as Error)
    }
  }

  #take(message: Message): void {
    if (message.type === messageType.signal) {
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
