import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Session, withSession } from '../../src/backends/xmpp/session.ts'
import { child, type Element, element } from '../../src/backends/xmpp/xml.ts'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'
import { hostileTexts } from '../support/hostile.ts'
import { nameServer } from '../support/names.ts'
import { canMount, describeWith } from '../support/programs.ts'
import { type Server, startProsody, xmppPassword } from '../support/prosody.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { closedPort } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

const root = process.getuid?.() === 0

describeWith(
  ['prosody', 'prosodyctl', 'openssl', 'unshare', 'mount'],
  `xmpp with prosody${root ? '' : ' (needs root)'}`,
  () => {
    let folder = ''
    let server: Server

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'ntfy-prosody-'))
      if (root) server = await startProsody(folder)
    })

    afterAll(async () => {
      if (root) await server.stop()
      await removeFolder(folder)
    })

    const settings = () => ({
      ...{ jid: 'ntfy@example.test', password: xmppPassword, recipient: 'me@example.test' },
      ...{ hostname: '127.0.0.1', port: server.port, ca: server.ca },
    })
    const send = (changes: Record<string, unknown> = {}, more: Parameters<typeof attemptWith>[2] = {}) =>
      attemptWith('xmpp', { ...settings(), ...changes }, more)

    /** Is there as somebody until the test ends; what is returned waits for the next stanza of a kind. */
    async function present(user: string, domain: string, greeting: (session: Session) => void) {
      const stanzas: Element[] = []
      const controller = new AbortController()
      onTestFinished(() => controller.abort())
      let ready = false
      const session = withSession(server.account(user, domain), controller.signal, async (session) => {
        greeting(session)
        ready = true
        for (;;) stanzas.push(await session.next())
      })
      session.catch(() => {})
      await waitFor('the session', () => ready)
      return (name: string) =>
        waitFor(`a ${name}`, () => {
          const index = stanzas.findIndex((stanza) => stanza.name === name && stanza.attributes['type'] !== 'error')
          return index >= 0 && stanzas.splice(index, 1)[0]
        })
    }

    async function listen(domain = 'example.test') {
      const next = await present('me', domain, (session) => session.write('<presence/>'))
      await next('presence')
      return () => next('message')
    }

    async function enterRoom(room: string, settings?: string) {
      const next = await present('me', 'example.test', (session) => {
        session.write(`<presence to="${room}/me"><x xmlns="http://jabber.org/protocol/muc"/></presence>`)
        const form = `<x xmlns="jabber:x:data" type="submit">${settings ?? ''}</x>`
        const query = `<query xmlns="http://jabber.org/protocol/muc#owner">${form}</query>`
        session.write(element('iq', { type: 'set', id: 'make', to: room }, query))
      })
      await next('iq')
      return async () => {
        for (;;) {
          const message = await next('message')
          if (child(message, 'body') !== undefined) return message
        }
      }
    }

    const bodyOf = (message: Element) => child(message, 'body')?.text

    it.skipIf(!root).each([
      ['example.test', 'SCRAM-SHA-256 or better'],
      ['sha256.test', 'SCRAM-SHA-256'],
      ['sha1.test', 'SCRAM-SHA-1'],
      ['plain.test', 'PLAIN'],
    ])('logs in at %s with %s', async (domain) => {
      const next = await listen(domain)
      const account = { jid: `ntfy@${domain}`, recipient: `me@${domain}` }
      expect(await send(account, { id: 'one' })).toMatchObject({ kind: 'delivered', answer: { id: 'one' } })
      const message = await next()
      expect(message.attributes).toMatchObject({ id: 'one', type: 'chat' })
      expect(message.attributes['from']).toMatch(`ntfy@${domain}/`)
      expect(child(message, 'origin-id')?.attributes['id']).toBe('one')
      expect(bodyOf(message)).toBe('title\nmessage')
    })

    it.skipIf(!root)('speaks TLS from the first byte, if told so, to the domain and to nobody else', async () => {
      const next = await listen()
      const direct = { port: server.directPort, direct_tls: true }
      expect(await send(direct)).toMatchObject({ kind: 'delivered' })
      expect(bodyOf(await next())).toBe('title\nmessage')
      expect(await send({ ...direct, jid: 'ntfy@sha256.test' })).toMatchObject({
        kind: 'config',
        error: expect.stringContaining('certificate is for another host'),
      })
    })

    it.skipIf(!root)('sends what it is told to, from where it is told to', async () => {
      const next = await listen()
      const url = 'https://example.org/?a=1&b=2'
      await send({ mtype: 'headline', resource: 'cron & co' }, { notification: { url } })
      const message = await next()
      expect(message.attributes).toMatchObject({ from: 'ntfy@example.test/cron & co', type: 'headline' })
      expect(child(message, 'subject')?.text).toBe('title')
      expect(bodyOf(message)).toBe(`message\n${url}`)
      await send({ jid: 'ntfy@example.test/inside' })
      expect((await next()).attributes['from']).toBe('ntfy@example.test/inside')
    })

    it.skipIf(!root)('text stays text, and never ends the stream', async () => {
      const next = await listen()
      for (const text of ['a\x1b[31m\0\ud800\ufffe\uffffb', ...hostileTexts(40)]) {
        expect(await send({}, { notification: { title: text, message: `<x>&]]></body>${text}` } })).toMatchObject({
          kind: 'delivered',
        })
        const body = bodyOf(await next())
        expect(body).toContain('<x>&]]></body>')
        for (const character of ['\0', '\x1b', '\ufffe', '\uffff']) expect(body).not.toContain(character)
      }
    })

    it.skipIf(!root)('the largest texts fit', async () => {
      const next = await listen()
      for (const text of ['x', '"', '👩‍👩‍👧']) {
        const notification = { title: text.repeat(1000), message: text.repeat(100_000) }
        expect(await send({}, { notification })).toMatchObject({ kind: 'delivered' })
        expect(bodyOf(await next())).toMatch(/…$/)
      }
    })

    it.skipIf(!root)('certificates may be a file, a folder or text', async () => {
      const certificates = temporaryFolder()
      const text = readFileSync(server.ca, 'utf8')
      writeFileSync(join(certificates, 'ours.crt'), text)
      writeFileSync(join(certificates, 'broken.pem'), 'no certificate')
      for (const ca of [certificates, text]) expect(await send({ ca })).toMatchObject({ kind: 'delivered' })
      expect(await send({ ca: temporaryFolder() })).toMatchObject({ kind: 'config' })
    })

    it.skipIf(!root).each<[string, Record<string, unknown>, string, string]>([
      ['an unknown authority', { ca: undefined }, 'config', 'unknown authority'],
      ['another name for the same host', { hostname: 'localhost' }, 'delivered', ''],
      ['a wrong password', { password: 'secret-that-is-wrong' }, 'config', 'not-authorized'],
      ['an unknown account', { jid: 'nobody@example.test' }, 'config', 'not-authorized'],
      ['a wrong password by PLAIN', { jid: 'ntfy@plain.test', password: 'secret-that-is-wrong' }, 'config', 'not-auth'],
      ['an unknown recipient', { recipient: 'nobody@example.test' }, 'permanent', 'service-unavailable'],
      ['a recipient elsewhere', { recipient: 'me@elsewhere.test' }, 'permanent', 'elsewhere.test'],
      ['a domain that it does not serve', { jid: 'ntfy@other.test' }, 'permanent', 'host-unknown'],
      ['no address', { jid: 'ntfy' }, 'config', 'name@example.org'],
      ['STARTTLS where TLS is expected', { direct_tls: true }, 'config', 'no TLS there'],
    ])('%s', async (_, changes, kind, says) => {
      const result = await send(changes)
      expect(result.kind).toBe(kind)
      expect(errorOf(result)).toContain(says)
      expect(errorOf(result)).not.toContain('secret-that-is-wrong')
    })

    it.skipIf(!root)('one recipient that is unknown keeps it from nobody', async () => {
      const next = await listen()
      const result = await send({ recipient: 'nobody@example.test me@example.test' })
      expect(result).toMatchObject({
        kind: 'permanent',
        error: expect.stringContaining('accepted for me@example.test'),
      })
      expect(bodyOf(await next())).toBe('title\nmessage')
    })

    it.skipIf(!root)('reaches rooms, and knows that it did', async () => {
      const room = 'ops@rooms.example.test'
      const next = await enterRoom(room)
      const to = { recipient: room, mtype: 'groupchat', nick: 'watch <1>' }
      expect(await send(to, { id: 'in-the-room' })).toMatchObject({ kind: 'delivered' })
      const message = await next()
      expect(message.attributes).toMatchObject({ from: `${room}/watch <1>`, type: 'groupchat', id: 'in-the-room' })
      expect(bodyOf(message)).toBe('title\nmessage')
      // Somebody else's nick is not taken away.
      expect(await send({ ...to, nick: 'me' })).toMatchObject({ kind: 'delivered' })
      expect((await next()).attributes['from']).toMatch(/^ops@rooms\.example\.test\/me-[0-9a-f]{6}$/)
    })

    it.skipIf(!root)('makes no room, and says why one does not let it in', async () => {
      const refused = async (recipient: string) => errorOf(await send({ recipient, mtype: 'groupchat' }))
      expect(await refused('missing@rooms.example.test')).toContain('there is no such room')
      expect(await refused('missing@rooms.example.test')).toContain('there is no such room')
      expect(await refused('me@example.test')).toContain('no room')
      const field = (name: string, value: string) => `<field var="${name}"><value>${value}</value></field>`
      const type = field('FORM_TYPE', 'http://jabber.org/protocol/muc#roomconfig')
      await enterRoom('members@rooms.example.test', `${type}${field('muc#roomconfig_membersonly', '1')}`)
      const result = await send({ recipient: 'members@rooms.example.test', mtype: 'groupchat' })
      expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('registration-required') })
    })

    it.skipIf(!canMount)(
      "asks the domain's records where its server is, and tries the next place where nobody is",
      async () => {
        const host = 'xmpp.elsewhere.example'
        const asked = await nameServer('127.66.0.63', {
          services: {
            '_xmpps-client._tcp.example.test': [{ priority: 1, weight: 0, port: await closedPort(), host }],
            '_xmpp-client._tcp.example.test': [{ priority: 5, weight: 0, port: server.port, host }],
          },
          addresses: { [host]: '127.0.0.1' },
        })
        const { home, env } = temporaryHome()
        const names = join(home, 'resolv.conf')
        writeFileSync(names, 'nameserver 127.66.0.63\n')
        const { hostname: _, port: __, ...found } = settings()
        writeFileSync(join(home, '.ntfy.yml'), JSON.stringify({ backends: ['xmpp'], xmpp: found }), { mode: 0o600 })
        const script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
        const next = await listen()
        const words = ['-m', 'sh', '-c', script, 'sh', names, ntfyBin, 'send', '--no-queue', 'by the records']
        expect(await run('unshare', words, { env })).toMatchObject({ code: 0, stderr: '' })
        expect(bodyOf(await next())).toContain('by the records')
        expect(asked).toContain('_xmpps-client._tcp.example.test')
      },
    )

    it.skipIf(!root)('what was sent while the server was away arrives when it is back', async () => {
      const { home, env } = temporaryHome()
      mkdirSync(join(home, '.config/ntfy'), { recursive: true })
      const { hostname, port, ca } = settings()
      // As dschep/ntfy has it.
      const old = `backends: [xmpp]\nxmpp: {jid: ntfy@example.test, password: '${xmppPassword}', recipient: me@example.test, hostname: ${hostname}, port: ${port}, path_to_certs: ${ca}, mtype: chat}\n`
      writeFileSync(join(home, '.config/ntfy/ntfy.yml'), old, { mode: 0o600 })
      await server.stop()
      const sent = await ntfy(['send', 'while you were out'], { env })
      expect(sent).toMatchObject({ code: 0, stderr: expect.stringContaining('connection refused') })
      await server.start()
      const next = await listen()
      expect(await ntfy(['queue', 'flush', '--wait'], { env })).toMatchObject({ code: 0 })
      expect(bodyOf(await next())).toContain('while you were out')
      expect((await ntfy(['queue', 'list', '--json'], { env })).stdout).toBe('')
    })
  },
)
