import type { Socket } from 'node:net'
import { TransientError } from '../../platform/errors.ts'
import type { Call, Message } from './message.ts'

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

/** The bus itself, for calls. */
export const theBus = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const

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

export function tooLate(): TransientError {
  return new TransientError('no answer on the session bus in time')
}
