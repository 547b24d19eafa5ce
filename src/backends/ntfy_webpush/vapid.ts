import type { KeyObject } from 'node:crypto'
import { ConfigError, codeOf, messageOf } from '../../platform/errors.ts'
import { readRegularFile } from '../../platform/regular-file.ts'

/** No key is larger, in bytes. */
const largest = 64 * 1024

/** How a key is known that stands in the option instead of the path of its file: PEM, 32 raw bytes, or DER in base64. */
export const keyText = /-----BEGIN |^[\w-]{43}=?$|^M[\w+/-]{80,}={0,2}$/

/**
 * The header by which a push service knows who sends (RFC 8292): a token signed with the key that the browser was given
 * when it subscribed.
 *
 * @param origin the push service, `https://push.example.org`
 * @param subject how to reach the sender, an address mailto: or https:
 * @param now in seconds
 * @throws ConfigError the key cannot be read or is of another kind
 */
export function vapidHeader(privateKey: string, origin: string, subject: string, now: number): string {
  const { createPublicKey, sign } = process.getBuiltinModule('node:crypto')
  const key = readKey(privateKey)
  // A service may refuse a token that is good for more than a day.
  const claims = { aud: origin, exp: Math.floor(now) + 12 * 60 * 60, sub: subject }
  const unsigned = `${encoded({ typ: 'JWT', alg: 'ES256' })}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(unsigned), { key, dsaEncoding: 'ieee-p1363' })
  const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return `vapid t=${unsigned}.${signature.toString('base64url')}, k=${point.toString('base64url')}`
}

/** What is wrong with a key that stands in the option itself. */
export function keyProblem(value: unknown): string | undefined {
  const key = keyText.test(String(value)) ? parseKey(Buffer.from(String(value))) : undefined
  return keyText.test(String(value)) && !isUsable(key) ? expectedKey : undefined
}

function isUsable(key: KeyObject | undefined): boolean {
  return key?.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}

const expectedKey = 'expected a private key of P-256 without a password (PEM, base64url or DER)'

function encoded(json: unknown): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url')
}

function readKey(privateKey: string): KeyObject {
  const content = keyText.test(privateKey) ? Buffer.from(privateKey) : readKeyFile(privateKey)
  const key = parseKey(content)
  if (key === undefined || !isUsable(key)) throw new ConfigError(`private_key: ${expectedKey}`)
  return key
}

function readKeyFile(path: string): Buffer {
  try {
    return readRegularFile(path, largest)
  } catch (error) {
    throw new ConfigError(
      `private_key: ${path}: ${codeOf(error) === 'ENOENT' ? 'no such file' : (codeOf(error) ?? messageOf(error))}`,
    )
  }
}

function parseKey(content: Buffer): KeyObject | undefined {
  const { createPrivateKey } = process.getBuiltinModule('node:crypto')
  const text = content.toString('latin1').trim()
  if (text.includes('-----BEGIN')) return attempted(() => createPrivateKey(text))
  const bytes = content[0] === derSequence ? content : Buffer.from(text, 'base64')
  if (bytes.length === 32) return attempted(() => fromScalar(bytes))
  const asDer = (type: 'pkcs8' | 'sec1') => attempted(() => createPrivateKey({ key: bytes, format: 'der', type }))
  return asDer('pkcs8') ?? asDer('sec1')
}

const derSequence = 0x30

/** A private key of P-256 is a number; the point that belongs to it is its public key. */
function fromScalar(scalar: Buffer): KeyObject {
  const { createECDH, createPrivateKey } = process.getBuiltinModule('node:crypto')
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar)
  const point = pair.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  const jwk = { kty: 'EC', crv: 'P-256', d: scalar.toString('base64url'), x: x ?? '', y: y ?? '' }
  return createPrivateKey({ key: jwk, format: 'jwk' })
}

function attempted(read: () => KeyObject): KeyObject | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
