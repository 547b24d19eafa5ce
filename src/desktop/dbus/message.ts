import { decode, encode } from './value.ts'

export const messageType = { call: 1, reply: 2, error: 3, signal: 4 } as const

/** A D-Bus message as it comes. */
export interface Message {
  type: number
  replySerial?: number
  path?: string
  interface?: string
  member?: string
  errorName?: string
  sender?: string
  body: unknown[]
}

/** A method call. */
export interface Call {
  destination: string
  path: string
  interface: string
  member: string
  signature?: string
  body?: readonly unknown[]
}

/** No reply to our requests is nearly as long; the protocol's own limit is 128 MiB. */
export const maxMessage = 1024 * 1024

/** https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-header-fields */
const field = {
  path: 1,
  interface: 2,
  member: 3,
  errorName: 4,
  replySerial: 5,
  destination: 6,
  sender: 7,
  signature: 8,
}

/** The bytes of a method call. */
export function encodeCall(call: Call, serial: number): Buffer {
  const body = encode(call.signature ?? '', call.body ?? [])
  const fields = [
    [field.path, ['o', call.path]],
    [field.interface, ['s', call.interface]],
    [field.member, ['s', call.member]],
    [field.destination, ['s', call.destination]],
  ]
  if (call.signature) fields.push([field.signature, ['g', call.signature]])
  const little = 'l'.charCodeAt(0)
  const header = encode('yyyyuua(yv)', [little, messageType.call, 0, 1, body.length, serial, fields])
  return Buffer.concat([header, Buffer.alloc(-header.length & 7), body])
}

/** The length of the message that begins here, once enough of it has come to know. */
export function messageLength(bytes: Buffer): number | undefined {
  if (bytes.length < 16) return undefined
  const little = isLittle(bytes)
  const body = little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4)
  const fields = little ? bytes.readUInt32LE(12) : bytes.readUInt32BE(12)
  const length = headerLength(fields) + body
  if (length > maxMessage) throw new Error('D-Bus: a message that is too long')
  return length
}

/** Reads one whole message. The bus forwards messages in the byte order of their sender. */
export function decodeMessage(bytes: Buffer): Message {
  const little = isLittle(bytes)
  const [, type, , , , , fields] = decode('yyyyuua(yv)', bytes, little) as [...number[], [number, unknown][]]
  const values = new Map(fields as unknown as [number, unknown][])
  const text = (code: number) =>
    typeof values.get(code) === 'string' ? { value: values.get(code) as string } : undefined
  const bodyStart = headerLength(little ? bytes.readUInt32LE(12) : bytes.readUInt32BE(12))
  const message: Message = {
    type: Number(type),
    body: decode(text(field.signature)?.value ?? '', bytes.subarray(bodyStart), little),
  }
  const replySerial = values.get(field.replySerial)
  if (typeof replySerial === 'number') message.replySerial = replySerial
  for (const name of ['path', 'interface', 'member', 'errorName', 'sender'] as const) {
    const found = text(field[name])
    if (found) message[name] = found.value
  }
  return message
}

function isLittle(bytes: Buffer): boolean {
  const order = String.fromCharCode(bytes[0] ?? 0)
  if (order !== 'l' && order !== 'B') throw new Error('D-Bus: not a message')
  return order === 'l'
}

function headerLength(fields: number): number {
  const length = 16 + fields
  return length + (-length & 7)
}
