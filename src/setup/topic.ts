import { print } from '../platform/output.ts'

/** Everyone who knows a topic of a public server can read it: it is as long as a password that cannot be guessed. */
const letters = 24

/** A long random topic. */
export function proposeTopic(): string {
  const { randomBytes } = process.getBuiltinModule('node:crypto')
  const text = randomBytes(letters * 2)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
  return text.slice(0, letters)
}

/** The address to subscribe to, also as a QR code for the phone. */
export async function showTopic(server: unknown, topic: unknown): Promise<void> {
  const { renderUnicodeCompact } = await import('uqr')
  const address = `${server ?? 'https://ntfy.sh'}/${topic}`
  print(`Subscribe to ${address}\n${renderUnicodeCompact(address, { border: 2 })}\n`)
}
