import { on } from 'node:events'
import type { MqttClient, Packet } from 'mqtt'
import { openSocket } from '../../http/connect.ts'
import { startTls } from '../../http/tls.ts'
import { TransientError } from '../../platform/errors.ts'

/** Protocol levels: 4 is MQTT 3.1.1 (§3.1.2.2 of either specification). */
export type Level = 4 | 5

export interface Broker {
  host: string
  port: number
  /** Authorities for TLS, as PEM; nothing for the usual ones. */
  tls: { ca: string | undefined } | undefined
  clientId: string
  user: string | undefined
  password: string | undefined
  /** The levels to try, the best first. */
  levels: readonly Level[]
}

/** A packet of a kind. */
export type PacketOf<K extends Packet['cmd']> = Extract<Packet, { cmd: K }>

/** A connection that has sent its CONNECT. */
export interface Session {
  level: Level
  server: string
  client: MqttClient
  /**
   * The broker's next packet, which is of one of these kinds: the library itself takes PUBCOMP for PUBACK.
   *
   * @throws TransientError it is not, or it is damaged
   */
  next<K extends Packet['cmd']>(...kinds: K[]): Promise<PacketOf<K>>
  close(): void
}

/** Longer than any attempt, which has a deadline of its own, milliseconds. */
const noLimit = 2 ** 31 - 1

/** The one packet identifier that a connection with one message needs. */
export const identifier = 1
const oneIdentifier = {
  allocate: () => identifier,
  getLastAllocated: () => identifier,
  register: () => true,
  deallocate: () => {},
  clear: () => {},
}

/** No answer to a client that only publishes is longer, in bytes. */
const mostBytes = 256 * 1024

export async function openSession(broker: Broker, level: Level, server: string, signal: AbortSignal): Promise<Session> {
  const { host, port, tls, clientId, user, password } = broker
  const { default: library } = await import('mqtt/lib/client')
  const plain = await openSocket(host, port, signal)
  plain.on('error', () => {})
  const socket = tls === undefined ? plain : await startTls(plain, { name: host, ca: tls.ca })
  socket.on('data', () => {
    if (socket.bytesRead > mostBytes) socket.destroy(nonsense(server))
  })
  const client = new library.default(() => socket, {
    ...{ protocolId: 'MQTT', protocolVersion: level, clean: true, keepalive: 60, timerVariant: 'native' },
    ...{ reconnectPeriod: 0, connectTimeout: noLimit, clientId, messageIdProvider: oneIdentifier },
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
  })
  client.on('error', () => {})
  const packets = on(client as unknown as NodeJS.EventEmitter, 'packetreceive', { close: ['close'] })
  return {
    level,
    server,
    client,
    async next(...kinds) {
      const { value, done } = await packets.next().catch((error: { code?: unknown }) => {
        // The parser's errors have no code.
        throw typeof error.code === 'string' ? error : nonsense(server)
      })
      if (done) throw Object.assign(new Error('the connection broke off'), { code: 'ECONNRESET' })
      const [packet] = value as [Packet]
      if (!(kinds as string[]).includes(packet.cmd) || !isWhole(packet, level)) throw nonsense(server)
      return packet as never
    },
    close() {
      client.end()
      // What was written last still goes out.
      socket.destroySoon()
    },
  }
}

/** The library reads what a packet is too short for in the next one. Acknowledgements of 3.1.1 have no more (§3.4.1). */
function isWhole({ cmd, length = 0 }: Packet, level: Level): boolean {
  if (cmd === 'pingresp' || cmd === 'disconnect') return true
  return level === 4 ? length === 2 : length >= 2
}

export function nonsense(server: string): Error {
  return new TransientError(`${server}: what answers there does not speak MQTT`)
}
