import type { Socket } from 'node:net'
import { openSocket } from '../../http/connect.ts'
import { connectionFailure } from '../../http/failure.ts'
import { type Inbox, openInbox } from '../../http/inbox.ts'
import { startTls } from '../../http/tls.ts'
import { ConfigError, PermanentError, TransientError } from '../../platform/errors.ts'
import {
  encodePacket,
  encodeText,
  type Packet,
  type Properties,
  packetParser,
  packetType,
  property,
  readProperties,
  twoBytes,
  variableInteger,
} from './packet.ts'
import { reasonCode, refusal, unsupportedVersion } from './reason.ts'

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

export interface Message {
  topic: string
  payload: string
  contentType: string
  qos: 0 | 1 | 2
  retain: boolean
}

/** What became of a message that the broker took. */
export interface Published {
  level: Level
  qos: number
  /** Is it known that nobody listens? Only MQTT 5 says so. */
  unheard: boolean
}

/**
 * Publishes one message and waits until the broker has it. With a `message` of nothing it only logs in.
 *
 * @throws ConfigError a wrong password, a topic that is not allowed, a certificate, a version
 * @throws PermanentError a message that the broker does not take
 * @throws TransientError anything that may pass
 */
export async function publish(broker: Broker, message: Message | undefined, signal: AbortSignal): Promise<Published> {
  const server = `${broker.host}:${broker.port}`
  for (const [index, level] of broker.levels.entries()) {
    let connection: Connection | undefined
    try {
      connection = await connect(broker, level, server, signal)
      const properties = await connected(connection, index + 1 < broker.levels.length)
      if (properties === undefined) continue
      const published = message === undefined ? undefined : await deliver(connection, message, properties)
      connection.socket.end(encodePacket(packetType.disconnect, 0))
      return published ?? { level, qos: 0, unheard: false }
    } catch (error) {
      throw connectionFailure(error, server, signal)
    } finally {
      // What was written last still goes out.
      connection?.socket.destroySoon()
    }
  }
  throw new ConfigError(
    `${server}: it does not speak MQTT ${broker.levels.map((level) => (level === 4 ? '3.1.1' : level)).join(' or ')}`,
  )
}

interface Connection {
  level: Level
  server: string
  socket: Socket
  inbox: Inbox<Packet>
}

async function connect(broker: Broker, level: Level, server: string, signal: AbortSignal): Promise<Connection> {
  const { host, port, tls, clientId, user, password } = broker
  const plain = await openSocket(host, port, signal)
  plain.on('error', () => {})
  const socket = tls === undefined ? plain : await startTls(plain, { name: host, ca: tls.ca })
  const inbox = openInbox(socket, packetParser())
  const credentials = (user === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40)
  const cleanSession = 0x02
  const keepAlive = 60
  socket.write(
    encodePacket(
      packetType.connect,
      0,
      encodeText('MQTT'),
      Buffer.of(level, credentials | cleanSession),
      twoBytes(keepAlive),
      ...(level === 5 ? [variableInteger(0)] : []),
      encodeText(clientId),
      ...[user, password].flatMap((text) => (text === undefined ? [] : [encodeText(text)])),
    ),
  )
  return { level, server, socket, inbox }
}

/** What the broker says of itself; nothing if it wants another version, which `another` says can be tried. */
async function connected({ server, inbox }: Connection, another: boolean): Promise<Properties | undefined> {
  let packet: Packet
  try {
    packet = await inbox.next()
  } catch (error) {
    // Brokers older than MQTT 5 may hang up on it without a word.
    if (another && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return undefined
    throw error
  }
  const [flags, answered] = packet.body
  // §3.2.2: the flags, of which a new session has none, and a code.
  const wellFormed = packet.type === packetType.connack && packet.flags === 0 && answered !== undefined
  if (!wellFormed || (answered === 0 && flags !== 0)) throw nonsense(server)
  const code = reasonCode(answered)
  const properties = readProperties(packet.body, 2)
  if (code === 0) return properties
  if (code === unsupportedVersion && another) return undefined
  // Of the two codes brokers give either for a wrong password.
  if (code === badPassword || code === notAuthorized) {
    throw new ConfigError(`${server}: it does not let us in (wrong user or password?)`)
  }
  throw refusal(server, code, properties.get(property.reasonString))
}

const badPassword = 0x86
const notAuthorized = 0x87

/** The one packet identifier that a connection with one message needs. */
const identifier = twoBytes(1)

async function deliver(connection: Connection, message: Message, properties: Properties): Promise<Published> {
  const { level, server, socket } = connection
  const qos = Math.min(message.qos, Number(properties.get(property.maximumQos) ?? 2))
  if (message.retain && properties.get(property.retainAvailable) === 0) throw refusal(server, 0x9a, undefined)
  const packet = encodePacket(
    packetType.publish,
    (qos << 1) | (message.retain ? 1 : 0),
    encodeText(message.topic),
    ...(qos > 0 ? [identifier] : []),
    ...(level === 5 ? [describing(message)] : []),
    Buffer.from(message.payload),
  )
  const largest = Number(properties.get(property.maximumPacketSize) ?? Number.POSITIVE_INFINITY)
  if (packet.length > largest) throw new PermanentError(`${server}: it takes no more than ${largest} bytes`)
  socket.write(packet)
  try {
    return { level, qos, unheard: await acknowledged(connection, qos) }
  } catch (error) {
    if (level === 5 || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
    throw new TransientError(`${server}: it hung up on the message (too large, or a topic that it does not allow?)`)
  }
}

/** Properties of MQTT 5: the payload is UTF-8 (§3.3.2.3.2), and its type. */
function describing({ contentType }: Message): Buffer {
  const content = Buffer.concat([Buffer.of(0x01, 1, property.contentType), encodeText(contentType)])
  return Buffer.concat([variableInteger(content.length), content])
}

/** What the broker has to say of a message, in this order (§4.3); of one without guarantee nothing, but packets are read in order. */
const words: Record<number, number[]> = {
  0: [packetType.pingresp],
  1: [packetType.puback],
  2: [packetType.pubrec, packetType.pubcomp],
}

/** Waits for the broker's word, and returns whether it said that nobody listens. */
async function acknowledged({ level, server, socket, inbox }: Connection, qos: number): Promise<boolean> {
  if (qos === 0) socket.write(encodePacket(packetType.pingreq, 0))
  let unheard = false
  for (const type of words[qos] ?? []) {
    const packet = await inbox.next()
    if (packet.type === packetType.disconnect) {
      throw refusal(server, packet.body[0] ?? 0, readProperties(packet.body, 1).get(property.reasonString))
    }
    if (packet.type !== type || packet.flags !== 0) throw nonsense(server)
    if (type !== packetType.pingresp && codeOf(packet, level, server) === noSubscribers) unheard = true
    if (type === packetType.pubrec) socket.write(encodePacket(packetType.pubrel, 0x02, identifier))
  }
  return unheard
}

const noSubscribers = 0x10

/** The reason code of an acknowledgement (§3.4.2). Only one of the message that was sent, with a known code, is a yes. */
function codeOf({ body }: Packet, level: Level, server: string): number {
  const code = level === 5 ? (body[2] ?? 0) : 0
  const other = !body.subarray(0, 2).equals(identifier) || (level === 4 && body.length !== 2)
  if (other || (code < 0x80 && code !== 0 && code !== noSubscribers)) throw nonsense(server)
  if (code >= 0x80) throw refusal(server, code, readProperties(body, 3).get(property.reasonString))
  return code
}

function nonsense(server: string): Error {
  return new TransientError(`${server}: what answers there does not speak MQTT`)
}
