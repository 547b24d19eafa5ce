import { closeSync, openSync, readSync } from 'node:fs'

/** A random UUID (RFC 9562, version 4). For what `send` does: loading node:crypto takes 3 ms. */
export function randomUuid(): string {
  const bytes = randomBytes()
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function randomBytes(): Buffer {
  try {
    const descriptor = openSync('/dev/urandom', 'r')
    try {
      const bytes = Buffer.alloc(16)
      if (readSync(descriptor, bytes) === bytes.length) return bytes
    } finally {
      closeSync(descriptor)
    }
  } catch {}
  return process.getBuiltinModule('node:crypto').randomBytes(16)
}
