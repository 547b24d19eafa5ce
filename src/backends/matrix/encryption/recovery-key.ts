import { UsageError } from '../../../platform/errors.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** What a recovery key begins with (client-server API, "Key representation"). */
const prefix = [0x8b, 0x01]

const keyLength = 32

/** The key that a recovery key stands for. @throws UsageError it is none, or was mistyped */
export function readRecoveryKey(text: string): Buffer {
  const bytes = fromBase58(text.replace(/\s/g, ''))
  const parity = bytes?.reduce((all, byte) => all ^ byte, 0)
  if (bytes?.length !== prefix.length + keyLength + 1 || parity !== 0 || prefix.some((byte, at) => bytes[at] !== byte))
    throw new UsageError('this is no recovery key: one has 48 letters and digits, and begins with E (was it mistyped?)')
  return bytes.subarray(prefix.length, prefix.length + keyLength)
}

/** A key as people write it down: in groups of four. */
export function writeRecoveryKey(key: Buffer): string {
  const bytes = Buffer.from([...prefix, ...key])
  const parity = bytes.reduce((all, byte) => all ^ byte, 0)
  return toBase58(Buffer.from([...bytes, parity])).replace(/.{4}(?=.)/g, '$& ')
}

function fromBase58(text: string): Buffer | undefined {
  let number = 0n
  for (const letter of text) {
    const digit = alphabet.indexOf(letter)
    if (digit < 0) return undefined
    number = number * 58n + BigInt(digit)
  }
  const hex = number.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

function toBase58(bytes: Buffer): string {
  let text = ''
  for (let number = BigInt(`0x${bytes.toString('hex')}`); number > 0n; number /= 58n)
    text = (alphabet[Number(number % 58n)] ?? '') + text
  return text
}
