import ece from 'http_ece'
import { ConfigError, messageOf } from '../../platform/errors.ts'

/** What a browser gives to its senders, with keys in base64url. */
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
  const { createECDH, randomBytes } = process.getBuiltinModule('node:crypto')
  const privateKey = createECDH('prime256v1')
  if (random.key === undefined) privateKey.generateKeys()
  else privateKey.setPrivateKey(random.key)
  const salt = (random.salt ?? randomBytes(16)).toString('base64url')
  try {
    return ece.encrypt(payload, { version: 'aes128gcm', privateKey, dh: p256dh, authSecret: auth, salt })
  } catch (error) {
    throw new ConfigError(`subscription_info: keys.p256dh is no key of a browser (${messageOf(error)})`)
  }
}
