import { generate } from 'mqtt-packet'
import { connectionFailure } from '../../http/failure.ts'
import { ConfigError, PermanentError, TransientError } from '../../platform/errors.ts'
import { reasonCode, refusal, unsupportedVersion } from './reason.ts'
import { type Broker, identifier, type Level, nonsense, openSession, type PacketOf, type Session } from './session.ts'

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
    let session: Session | undefined
    try {
      session = await openSession(broker, level, server, signal)
      const properties = await connected(session, index + 1 < broker.levels.length)
      if (properties === undefined) continue
      return message === undefined ? { level, qos: 0, unheard: false } : await deliver(session, message, properties)
    } catch (error) {
      throw connectionFailure(error, server, signal)
    } finally {
      session?.close()
    }
  }
  throw new ConfigError(
    `${server}: it does not speak MQTT ${broker.levels.map((level) => (level === 4 ? '3.1.1' : level)).join(' or ')}`,
  )
}

type Properties = NonNullable<PacketOf<'connack'>['properties']>

/** What the broker says of itself; nothing if it wants another version, which `another` says can be tried. */
async function connected({ level, server, next }: Session, another: boolean): Promise<Properties | undefined> {
  let packet: PacketOf<'connack'>
  try {
    packet = await next('connack')
  } catch (error) {
    // Brokers older than MQTT 5 may hang up on it without a word.
    if (another && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return undefined
    throw error
  }
  const { sessionPresent, properties = {} } = packet
  const code = reasonCode((level === 5 ? packet.reasonCode : packet.returnCode) ?? 0)
  // §3.2.2: there is no session to go on with.
  if (code === 0 && sessionPresent) throw nonsense(server)
  if (code === 0) return properties
  if (code === unsupportedVersion && another) return undefined
  // Of the two codes brokers give either for a wrong password.
  if (code === badPassword || code === notAuthorized) {
    throw new ConfigError(`${server}: it does not let us in (wrong user or password?)`)
  }
  throw refusal(server, code, properties.reasonString)
}

const badPassword = 0x86
const notAuthorized = 0x87

async function deliver(session: Session, message: Message, properties: Properties): Promise<Published> {
  const { level, server, client } = session
  const { topic, payload, contentType, retain } = message
  const qos = Math.min(message.qos, properties.maximumQoS ?? 2) as Message['qos']
  if (retain && properties.retainAvailable === false) throw refusal(server, 0x9a, undefined)
  // §3.3.2.3.2: the payload is UTF-8.
  const about = level === 5 ? { properties: { payloadFormatIndicator: true, contentType } } : {}
  const packet = { cmd: 'publish' as const, dup: false, messageId: identifier, topic, payload, qos, retain, ...about }
  const largest = properties.maximumPacketSize ?? Number.POSITIVE_INFINITY
  if (generate(packet, { protocolVersion: level }).length > largest) {
    throw new PermanentError(`${server}: it takes no more than ${largest} bytes`)
  }
  client.publish(topic, payload, { qos, retain, ...about }, () => {})
  try {
    return { level, qos, unheard: await acknowledged(session, qos) }
  } catch (error) {
    if (level === 5 || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
    throw new TransientError(`${server}: it hung up on the message (too large, or a topic that it does not allow?)`)
  }
}

/** What the broker has to say of a message, in this order (§4.3); of one without guarantee nothing, but packets are read in order. */
const words = { 0: ['pingresp'], 1: ['puback'], 2: ['pubrec', 'pubcomp'] } as const

/** Waits for the broker's word, and returns whether it said that nobody listens. */
async function acknowledged({ server, client, next }: Session, qos: Message['qos']): Promise<boolean> {
  if (qos === 0) client.sendPing()
  let unheard = false
  for (const word of words[qos]) {
    const packet = await next(word, 'disconnect')
    const { reasonCode: code = 0, properties = {} } = packet as PacketOf<'puback'>
    if (packet.cmd === 'disconnect' || code >= 0x80) throw refusal(server, code, properties.reasonString)
    if (packet.cmd !== 'pingresp' && packet.messageId !== identifier) throw nonsense(server)
    if (code === noSubscribers) unheard = true
  }
  return unheard
}

const noSubscribers = 0x10
