import type { Socket } from 'node:net'
import { TransientError } from '../../platform/errors.ts'
import { type Bus, type BusState, DBusError } from './bus.ts'
import { type Call, decodeMessage, encodeCall, type Message, messageLength, messageType } from './message.ts'

/** So many signals are kept for who listens later. */
const mostUnheard = 100

/** A bus over a socket on which the bus has accepted us. */
export class Connection implements Bus {
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

interface Waiting {
  resolve(values: unknown[]): void
  reject(error: Error): void
}
