import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { ConfigError } from '../../../platform/errors.ts'
import { field } from '../../../platform/json.ts'
import type { Call } from '../call.ts'

const algorithm = 'm.secret_storage.v1.aes-hmac-sha2'

/** A secret as the homeserver keeps it. */
interface Sealed {
  iv: string
  ciphertext: string
  mac: string
}

/**
 * Reads a secret of the account (client-server API, "Secret storage").
 *
 * @returns nothing if there is none
 * @throws ConfigError the key is not that of the account
 */
export async function readSecret(call: Call, user: string, key: Buffer, name: string): Promise<string | undefined> {
  const sealed = field(await accountData(call, user, name), 'encrypted')
  const ids = Object.keys(sealed ?? {})
  if (ids.length === 0) return undefined
  for (const id of ids) {
    const description = await accountData(call, user, keyType(id))
    if (description['algorithm'] === algorithm && isKeyOf(description, key))
      return open(field(sealed, id) as Sealed, key, name)
  }
  throw new ConfigError(`this is not the recovery key of ${user}`)
}

/** Keeps secrets of the account; the key becomes its default one, unless it has one. */
export async function writeSecrets(
  call: Call,
  user: string,
  key: Buffer,
  secrets: Record<string, string>,
): Promise<void> {
  const id = randomBytes(16).toString('hex')
  const { iv, mac } = seal(Buffer.alloc(32).toString('latin1'), key, '')
  const put = (type: string, json: unknown) => call('PUT', ['user', user, 'account_data', type], { json })
  await put(keyType(id), { algorithm, iv, mac, name: 'ntfy' })
  for (const [name, secret] of Object.entries(secrets))
    await put(name, { encrypted: { [id]: seal(secret, key, name) } })
  const { key: known } = await accountData(call, user, 'm.secret_storage.default_key')
  if (typeof known !== 'string') await put('m.secret_storage.default_key', { key: id })
}

function keyType(id: string): string {
  return `m.secret_storage.key.${id}`
}

function accountData(call: Call, user: string, type: string): Promise<Record<string, unknown>> {
  return call('GET', ['user', user, 'account_data', type], { optional: true })
}

/** A description holds what the key makes of 32 zero bytes; one that does not cannot be checked. */
function isKeyOf({ iv, mac }: Record<string, unknown>, key: Buffer): boolean {
  if (typeof iv !== 'string' || typeof mac !== 'string') return true
  const made = seal(Buffer.alloc(32).toString('latin1'), key, '', Buffer.from(iv, 'base64'))
  return withoutPadding(made.mac) === withoutPadding(mac)
}

function seal(text: string, key: Buffer, name: string, iv = initialVector()): Sealed {
  const keys = keysOf(key, name)
  const cipher = createCipheriv('aes-256-ctr', keys.aes, iv)
  const ciphertext = Buffer.concat([cipher.update(text, 'latin1'), cipher.final()])
  const mac = createHmac('sha256', keys.mac).update(ciphertext).digest('base64')
  return { iv: iv.toString('base64'), ciphertext: ciphertext.toString('base64'), mac }
}

function open({ iv, ciphertext, mac }: Sealed, key: Buffer, name: string): string {
  const keys = keysOf(key, name)
  const bytes = Buffer.from(ciphertext, 'base64')
  const expected = createHmac('sha256', keys.mac).update(bytes).digest()
  const given = Buffer.from(mac, 'base64')
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new ConfigError(`the secret ${name} of the account was not sealed by this recovery key`)
  const decipher = createDecipheriv('aes-256-ctr', keys.aes, Buffer.from(iv, 'base64'))
  return Buffer.concat([decipher.update(bytes), decipher.final()]).toString('latin1')
}

/** Bit 63 is zero, as some implementations count with 64 bits. */
function initialVector(): Buffer {
  const iv = randomBytes(16)
  iv[8] = (iv[8] ?? 0) & 0x7f
  return iv
}

function keysOf(key: Buffer, name: string): { aes: Buffer; mac: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(32), name, 64))
  return { aes: bytes.subarray(0, 32), mac: bytes.subarray(32) }
}

function withoutPadding(base64: string): string {
  return base64.replace(/=+$/, '')
}
