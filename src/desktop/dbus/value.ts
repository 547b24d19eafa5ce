/** A value with its own signature: `['y', 2]`. What comes from the bus has its variants unpacked. */
export type Variant = [signature: string, value: unknown]

/**
 * Puts values into D-Bus's wire format, little-endian. Arrays and structs are arrays, dictionaries are arrays of
 * pairs, 64-bit integers are bigint.
 */
export function encode(signature: string, values: readonly unknown[]): Buffer {
  const writer = new Writer()
  const types = completeTypes(signature)
  if (types.length !== values.length) throw new Error(`D-Bus: expected ${types.length} values for ${signature}`)
  types.forEach((type, index) => {
    write(writer, type, values[index])
  })
  return Buffer.concat(writer.chunks)
}

/** Reads values; every length is checked against what is there, because anybody may be on the bus. */
export function decode(signature: string, bytes: Buffer, little: boolean): unknown[] {
  const reader = new Reader(bytes, little)
  return completeTypes(signature).map((type) => read(reader, type, 0))
}

/** The specification allows 32 arrays and 32 structs within each other; a variant may hold a variant. */
const maxDepth = 64

class Writer {
  readonly chunks: Buffer[] = []
  length = 0

  push(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.length += chunk.length
  }

  align(size: number): void {
    this.push(Buffer.alloc(-this.length & (size - 1)))
  }

  /** A number's room, aligned to its size. */
  room(size: number): Buffer {
    this.align(size)
    const chunk = Buffer.alloc(size)
    this.push(chunk)
    return chunk
  }
}

function write(writer: Writer, type: string, value: unknown): void {
  const code = type[0] ?? ''
  if (code === 's' || code === 'o') writeText(writer, writer.room(4), String(value))
  else if (code === 'g') writeText(writer, writer.room(1), String(value))
  else if (code === 'v') writeVariant(writer, value as Variant)
  else if (code === 'a') writeArray(writer, type.slice(1), value as unknown[])
  else if (code === '(' || code === '{') writeStruct(writer, completeTypes(type.slice(1, -1)), value as unknown[])
  else writeNumber(writer.room(alignmentOf(type)), type, value)
}

function writeText(writer: Writer, length: Buffer, text: string): void {
  if (text.includes('\0')) throw new Error('D-Bus: a text with NUL in it')
  const bytes = Buffer.from(`${text}\0`)
  length.writeUIntLE(bytes.length - 1, 0, length.length)
  writer.push(bytes)
}

function writeArray(writer: Writer, type: string, values: unknown[]): void {
  const length = writer.room(4)
  writer.align(alignmentOf(type))
  const start = writer.length
  for (const value of values) write(writer, type, value)
  length.writeUInt32LE(writer.length - start)
}

function writeStruct(writer: Writer, types: string[], values: unknown[]): void {
  writer.align(8)
  types.forEach((type, index) => {
    write(writer, type, values[index])
  })
}

function writeVariant(writer: Writer, [signature, value]: Variant): void {
  write(writer, 'g', signature)
  write(writer, signature, value)
}

function writeNumber(room: Buffer, type: string, value: unknown): void {
  if (type === 'x') room.writeBigInt64LE(value as bigint)
  else if (type === 't') room.writeBigUInt64LE(value as bigint)
  else if (type === 'd') room.writeDoubleLE(value as number)
  else if (type === 'n' || type === 'i') room.writeIntLE(value as number, 0, room.length)
  else room.writeUIntLE(Number(value), 0, room.length)
}

class Reader {
  readonly bytes: Buffer
  readonly little: boolean
  at = 0

  constructor(bytes: Buffer, little: boolean) {
    this.bytes = bytes
    this.little = little
  }

  align(size: number): void {
    this.take(-this.at & (size - 1))
  }

  take(size: number): Buffer {
    if (this.at + size > this.bytes.length) throw new Error('D-Bus: a message shorter than it says')
    this.at += size
    return this.bytes.subarray(this.at - size, this.at)
  }

  number(type: string): number | bigint {
    const size = alignmentOf(type)
    this.align(size)
    const room = this.take(size)
    if (type === 'x') return this.little ? room.readBigInt64LE() : room.readBigInt64BE()
    if (type === 't') return this.little ? room.readBigUInt64LE() : room.readBigUInt64BE()
    if (type === 'd') return this.little ? room.readDoubleLE() : room.readDoubleBE()
    if (type === 'n' || type === 'i') return this.little ? room.readIntLE(0, size) : room.readIntBE(0, size)
    return this.little ? room.readUIntLE(0, size) : room.readUIntBE(0, size)
  }

  text(length: number): string {
    return this.take(length + 1).toString('utf8', 0, length)
  }
}

function read(reader: Reader, type: string, depth: number): unknown {
  if (depth > maxDepth) throw new Error('D-Bus: values nested too deeply')
  switch (type[0]) {
    case 'b':
      return reader.number('u') === 1
    case 's':
    case 'o':
      return reader.text(Number(reader.number('u')))
    case 'g':
      return reader.text(Number(reader.number('y')))
    case 'v': {
      const types = completeTypes(reader.text(Number(reader.number('y'))))
      if (types[0] === undefined || types.length > 1) throw new Error('D-Bus: a variant without a value')
      return read(reader, types[0], depth + 1)
    }
    case 'a':
      return readArray(reader, type.slice(1), depth)
    case '(':
    case '{':
      reader.align(8)
      return completeTypes(type.slice(1, -1)).map((member) => read(reader, member, depth + 1))
    default:
      return reader.number(type)
  }
}

function readArray(reader: Reader, type: string, depth: number): unknown[] {
  const length = Number(reader.number('u'))
  reader.align(alignmentOf(type))
  const end = reader.at + length
  const values: unknown[] = []
  // Every value is at least a byte long, but for an empty struct, which completeTypes refuses: this ends.
  while (reader.at < end) values.push(read(reader, type, depth + 1))
  return values
}

/** `a{sv}u` -> `a{sv}`, `u` */
function completeTypes(signature: string): string[] {
  if (signature.length > 255) throw new Error('D-Bus: a signature that is too long')
  const types: string[] = []
  for (let at = 0; at < signature.length; ) {
    const end = endOfType(signature, at, 0)
    types.push(signature.slice(at, end))
    at = end
  }
  return types
}

function endOfType(signature: string, at: number, depth: number): number {
  const code = signature[at] ?? ''
  if (depth > maxDepth || !/^[ybnqiuxtdhsogva({]$/.test(code)) throw new Error('D-Bus: a malformed signature')
  if (code === 'a') return endOfType(signature, at + 1, depth + 1)
  if (code !== '(' && code !== '{') return at + 1
  const close = code === '(' ? ')' : '}'
  let end = endOfType(signature, at + 1, depth + 1)
  while (signature[end] !== close) end = endOfType(signature, end, depth + 1)
  return end + 1
}

function alignmentOf(type: string): number {
  const code = type[0] ?? ''
  if ('ygv'.includes(code)) return 1
  if ('nq'.includes(code)) return 2
  return 'xtd({'.includes(code) ? 8 : 4
}
