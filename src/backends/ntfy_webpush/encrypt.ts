import { ConfigError, messageOf } from '../../platform/errors.ts'

/** What a browser gives to whoever may send to it, its keys in base64url. */
export interface Subscription {
  endpoint: string
  p256dh: string
  auth: string
}

/** A push service takes 4096 bytes (RFC 8030 §7.2): this header, the text, a byte that ends it and the tag of AES-GCM. */
export const longestPayload = 4096 - (16 + 4 + 1 + 65) - 1 - 16

/**
 * Encrypts for the one browser that can read it: aes128gcm (RFC 8188) with the keys of RFC 8291.
 *
 * @param random a private key of P-256 and 16 bytes of salt, both for this message alone
 * @throws ConfigError the subscription's keys are none
 */
export function encrypt(
  payload: Buffer,
  { p256dh, auth }: Subscription,
  random: { key?: Buffer; salt?: Buffer } = {},
): Buffer {
  const { createCipheriv, createECDH, hkdfSync, randomBytes } = process.getBuiltinModule('node:crypto')
  const browser = Buffer.from(p256dh, 'base64url')
  const ours = createECDH('prime256v1')
  if (random.key === undefined) ours.generateKeys()
  else ours.setPrivateKey(random.key)
  const salt = random.salt ?? randomBytes(16)
  const derive = (secret: Buffer, salt: Buffer, info: Buffer | string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, info, length))
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), browser, ours.getPublicKey()])
  const secret = derive(sharedSecret(ours, browser), Buffer.from(auth, 'base64url'), about, 32)
  const key = derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16)
  const nonce = derive(secret, salt, 'Content-Encoding: nonce\0', 12)
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  const recordSize = Buffer.alloc(4)
  recordSize.writeUInt32BE(4096)
  const lastRecord = Buffer.of(2)
  const header = [salt, recordSize, Buffer.of(65), ours.getPublicKey()]
  return Buffer.concat([
    ...header,
    cipher.update(payload),
    cipher.update(lastRecord),
    cipher.final(),
    cipher.getAuthTag(),
  ])
}

function sharedSecret(ours: ReturnType<typeof import('node:crypto').createECDH>, browser: Buffer): Buffer {
  try {
    return ours.computeSecret(browser)
  } catch (error) {
    throw new ConfigError(`subscription_info: keys.p256dh is no key of a browser (${messageOf(error)})`)
  }
}
