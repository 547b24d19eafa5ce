/** A control packet (MQTT 5.0 §2.1), its fixed header taken apart. */
export interface Packet {
  type: number
  flags: number
  body: Buffer
}

export const packetType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const

/** No answer to a client that only publishes is longer, in bytes. */
const longestPacket = 256 * 1024

/** Makes a packet of its parts. */
export function encodePacket(type: number, flags: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.of((type << 4) | flags), variableInteger(body.length), body])
}

/** Text with its length before it (§1.5.4). */
export function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([twoBytes(bytes.length), bytes])
}

export function twoBytes(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}

/** §1.5.5: seven bits a byte, the lowest first. */
export function variableInteger(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>= 7
  } while (rest > 0)
  return Buffer.from(bytes)
}

/** Finds the packets in what arrives. */
export function packetParser(): (piece: Buffer) => Packet[] {
  let rest: Buffer = Buffer.alloc(0)
  return (piece) => {
    rest = Buffer.concat([rest, piece])
    const packets: Packet[] = []
    for (;;) {
      const length = readVariableInteger(rest, 1)
      if (length === undefined) return packets
      if (length.value > longestPacket) throw new Error('what answers there does not speak MQTT')
      const end = length.end + length.value
      if (rest.length < end) return packets
      const first = rest[0] ?? 0
      packets.push({ type: first >> 4, flags: first & 0x0f, body: rest.subarray(length.end, end) })
      rest = rest.subarray(end)
    }
  }
}

/** What a broker of MQTT 5 says of itself, or of a failure, by the number of the property (§2.2.2.2). */
export type Properties = Map<number, number | string>

export const property = {
  contentType: 0x03,
  reasonString: 0x1f,
  maximumQos: 0x24,
  retainAvailable: 0x25,
  maximumPacketSize: 0x27,
} as const

/** Reads the properties that begin at `start`; nothing of what is damaged. */
export function readProperties(body: Buffer, start: number): Properties {
  const properties: Properties = new Map()
  const length = readVariableInteger(body, start)
  if (length === undefined) return properties
  const end = Math.min(body.length, length.end + length.value)
  let at = length.end
  while (at < end) {
    const id = body[at] ?? 0
    const found = readProperty(body.subarray(0, end), at + 1, kinds[id])
    if (found === undefined) return properties
    properties.set(id, found.value)
    at = found.end
  }
  return properties
}

type Kind = 1 | 2 | 4 | 'integer' | 'text' | 'pair'

/** §2.2.2.2, table 2-4; binary data has the shape of text. */
const kinds: Record<number, Kind> = {
  ...kindsOf(1, 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a),
  ...kindsOf(2, 0x13, 0x21, 0x22, 0x23),
  ...kindsOf(4, 0x02, 0x11, 0x18, 0x27),
  ...kindsOf('integer', 0x0b),
  ...kindsOf('text', 0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f),
  ...kindsOf('pair', 0x26),
}

function kindsOf(kind: Kind, ...ids: number[]): Record<number, Kind> {
  return Object.fromEntries(ids.map((id) => [id, kind]))
}

function readProperty(body: Buffer, at: number, kind: Kind | undefined) {
  if (kind === undefined) return undefined
  if (kind === 'integer') return readVariableInteger(body, at)
  if (kind === 'text') return readText(body, at)
  if (kind === 'pair') return readText(body, readText(body, at)?.end ?? body.length)
  return at + kind > body.length ? undefined : { value: body.readUIntBE(at, kind), end: at + kind }
}

function readText(body: Buffer, at: number): { value: string; end: number } | undefined {
  if (at + 2 > body.length) return undefined
  const end = at + 2 + body.readUInt16BE(at)
  return end > body.length ? undefined : { value: body.toString('utf8', at + 2, end), end }
}

function readVariableInteger(body: Buffer, start: number): { value: number; end: number } | undefined {
  let value = 0
  for (let index = 0; index < 4; index++) {
    const byte = body[start + index]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 128 ** index
    if (byte < 0x80) return { value, end: start + index + 1 }
  }
  throw new Error('what answers there does not speak MQTT')
}
