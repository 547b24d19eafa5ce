import { ConfigError } from '../../platform/errors.ts'
import { loginFailure } from './failure.ts'
import type { Stream } from './stream.ts'
import { element, escapeXml } from './xml.ts'

const namespace = 'urn:ietf:params:xml:ns:xmpp-sasl'

/** SCRAM proves to either side that the other knows the password, without showing it. The best first. */
const scramHashes: Record<string, string> = {
  'SCRAM-SHA-512': 'sha512',
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-1': 'sha1',
}

/**
 * Logs in by the best mechanism that the server offers (RFC 6120 §6).
 *
 * @throws ConfigError a wrong password, no mechanism in common, or a server that does not know the password
 */
export async function logIn(stream: Stream, offered: string[], user: string, password: string): Promise<void> {
  const mechanism = Object.keys(scramHashes).find((name) => offered.includes(name))
  if (mechanism !== undefined) return byScram(stream, mechanism, user, password)
  if (!offered.includes('PLAIN')) {
    throw new ConfigError(`${stream.server}: no way to log in in common (it offers ${offered.join(', ') || 'none'})`)
  }
  stream.write(auth('PLAIN', `\0${user}\0${prepared(password)}`))
  const answer = await stream.next()
  if (answer.name !== 'success') throw loginFailure(stream.server, answer)
}

async function byScram(stream: Stream, mechanism: string, user: string, password: string): Promise<void> {
  const nonce = process.getBuiltinModule('node:crypto').randomBytes(18).toString('base64')
  const scram = startScram(scramHashes[mechanism] ?? '', user, password, nonce)
  stream.write(auth(mechanism, scram.first))
  const challenge = await stream.next()
  if (challenge.name !== 'challenge') throw loginFailure(stream.server, challenge)
  const { final, signature } = scram.answer(fromBase64(challenge.text)) ?? {}
  if (final === undefined) throw new ConfigError(`${stream.server}: it asks for the password in a way that is no SCRAM`)
  stream.write(element('response', { xmlns: namespace }, toBase64(final)))
  let answer = await stream.next()
  const proof = fromBase64(answer.text)
  if (answer.name === 'challenge') {
    stream.write(element('response', { xmlns: namespace }))
    answer = await stream.next()
  }
  if (answer.name !== 'success') throw loginFailure(stream.server, answer)
  if (proof !== `v=${signature}`) {
    throw new ConfigError(`${stream.server}: it could not prove that it knows the password; is somebody in between?`)
  }
}

/** A server that asks for more rounds would keep us busy, in PBKDF2 iterations; some 0.3 s. */
const mostIterations = 600_000

/** The client's half of SCRAM (RFC 5802 §3), without channel binding. */
export function startScram(hash: string, user: string, password: string, nonce: string) {
  const { createHash, createHmac, pbkdf2Sync } = process.getBuiltinModule('node:crypto')
  const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest()
  const bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  return {
    first: `n,,${bare}`,
    /** What answers the server's challenge, and the signature that it has to give then; nothing if it is no challenge. */
    answer(challenge: string): { final: string; signature: string } | undefined {
      const [, whole = '', salt = '', rounds = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)/.exec(challenge) ?? []
      const iterations = Number(rounds)
      if (!whole.startsWith(nonce) || whole === nonce || iterations < 1 || iterations > mostIterations) return undefined
      const length = createHash(hash).digest().length
      const salted = pbkdf2Sync(prepared(password), Buffer.from(salt, 'base64'), iterations, length, hash)
      const clientKey = hmac(salted, 'Client Key')
      const unproved = `c=biws,r=${whole}`
      const exchanged = `${bare},${challenge},${unproved}`
      const mask = hmac(createHash(hash).update(clientKey).digest(), exchanged)
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (mask[index] ?? 0)))
      return {
        final: `${unproved},p=${proof.toString('base64')}`,
        signature: hmac(hmac(salted, 'Server Key'), exchanged).toString('base64'),
      }
    },
  }
}

/** SASLprep (RFC 4013) as far as passwords need it: compatibility forms, spaces of any kind, nothing invisible. */
function prepared(password: string): string {
  return password
    .replace(/\p{Zs}/gu, ' ')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
}

function auth(mechanism: string, initial: string): string {
  return element('auth', { xmlns: namespace, mechanism }, escapeXml(toBase64(initial)))
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString()
}
