import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startScram } from '../../../src/backends/xmpp/sasl.ts'
import { attemptWith } from '../../support/attempt.ts'
import { makeAuthority } from '../../support/certificates.ts'
import { temporaryFolder } from '../../support/home.ts'

describe('SCRAM', () => {
  it.each([
    {
      // RFC 5802 §5.
      hash: 'sha1',
      nonce: 'fyko+d2lbbFgONRv9qkxdawL',
      challenge: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      signature: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    },
    {
      // RFC 7677 §3.
      hash: 'sha256',
      nonce: 'rOprNGfwEbeRWgbNEkqO',
      challenge: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      final:
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    },
  ])('with $hash is that of its specification', ({ hash, nonce, challenge, final, signature }) => {
    const scram = startScram(hash, 'user', 'pencil', nonce)
    expect(scram.first).toBe(`n,,n=user,r=${nonce}`)
    expect(scram.answer(challenge)).toEqual({ final, signature })
  })

  it('takes no challenge that is none, or that would keep us busy', () => {
    const scram = startScram('sha1', 'a=b,c', 'x', 'nonce')
    expect(scram.first).toBe('n,,n=a=3Db=2Cc,r=nonce')
    for (const challenge of [
      '',
      'r=other,s=QSXCR+Q6sek8bf92,i=4096',
      'r=nonce,s=QSXCR+Q6sek8bf92,i=4096',
      'r=nonce1,s=QSXCR+Q6sek8bf92,i=0',
      'r=nonce1,s=QSXCR+Q6sek8bf92,i=99999999',
      'm=ext,r=nonce1,s=QSXCR+Q6sek8bf92,i=4096',
    ]) {
      expect(scram.answer(challenge)).toBeUndefined()
    }
  })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
const unbase64 = (text: string) => Buffer.from(text, 'base64').toString()

/** A server with SCRAM-SHA-512, which prosody does not have; it knows `password`, or pretends to. */
async function playedServer(password: string, honest: boolean, offered = '<mechanism>SCRAM-SHA-512</mechanism>') {
  const authority = makeAuthority(temporaryFolder())
  const server = createServer(authority.certificate('example.test'), (socket) => void play(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const said: string[] = []

  async function play(socket: TLSSocket): Promise<void> {
    socket.on('error', () => {})
    const answers = answering()
    socket.on('data', (piece: Buffer) => {
      said.push(piece.toString())
      const answer = answers.next(piece.toString()).value
      if (answer) socket.write(answer)
    })
    answers.next('')
  }

  function* answering(): Generator<string, string, string> {
    const stream = '<?xml version="1.0"?><stream:stream id="1" version="1.0">'
    yield ''
    const first = yield `${stream}<stream:features><mechanisms>${offered}</mechanisms></stream:features>`
    const bare = unbase64(/>([^<]+)</.exec(first)?.[1] ?? '').slice(3)
    const nonce = `${/r=(.+)/.exec(bare)?.[1]}more`
    const challenge = `r=${nonce},s=${base64('salt')},i=4096`
    const second = yield `<challenge>${base64(challenge)}</challenge>`
    const final = unbase64(/>([^<]+)</.exec(second)?.[1] ?? '')
    const [unproved = '', proof = ''] = final.split(',p=')
    const hmac = (key: Buffer, text: string) => createHmac('sha512', key).update(text).digest()
    const salted = pbkdf2Sync(password, 'salt', 4096, 64, 'sha512')
    const clientKey = hmac(salted, 'Client Key')
    const exchanged = `${bare},${challenge},${unproved}`
    const mask = hmac(createHash('sha512').update(clientKey).digest(), exchanged)
    const expected = Buffer.from(mask.map((byte, index) => byte ^ (clientKey[index] ?? 0))).toString('base64')
    if (honest && proof !== expected) return '<failure><not-authorized/></failure>'
    const signature = hmac(hmac(salted, 'Server Key'), exchanged).toString('base64')
    yield `<success>${base64(`v=${signature}`)}</success>`
    yield `${stream}<stream:features><bind/></stream:features>`
    yield "<iq type='result' id='bind'><bind><jid>ntfy@example.test/1</jid></bind></iq>"
    return "<iq type='result' id='ping'/>"
  }

  const { port } = server.address() as { port: number }
  const settings = {
    jid: 'ntfy@example.test',
    password: 'the password',
    recipient: 'me@example.test',
    direct_tls: true,
  }
  const send = () =>
    attemptWith('xmpp', { ...settings, hostname: '127.0.0.1', port, ca: authority.file }, { deadline: 2000 })
  return { send, said: () => said.join('\n') }
}

describe('a login', () => {
  it('with SCRAM-SHA-512 works', async () => {
    const server = await playedServer('the password', true)
    expect(await server.send()).toMatchObject({ kind: 'delivered' })
    expect(server.said()).not.toContain('the password')
  })

  it('with a wrong password is refused', async () => {
    const server = await playedServer('another password', true)
    expect(await server.send()).toMatchObject({ kind: 'config', error: expect.stringContaining('not-authorized') })
  })

  it('at a server that does not know the password gives it no message', async () => {
    const server = await playedServer('another password', false)
    expect(await server.send()).toMatchObject({ kind: 'config', error: expect.stringContaining('could not prove') })
    expect(server.said()).not.toContain('message')
  })

  it('has to have something in common with the server', async () => {
    const server = await playedServer('the password', true, '<mechanism>GSSAPI</mechanism>')
    expect(await server.send()).toMatchObject({ kind: 'config', error: expect.stringContaining('GSSAPI') })
  })
})
