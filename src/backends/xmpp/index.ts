import { certificateText, readCertificates } from '../../http/certificates.ts'
import { ConfigError, PermanentError, TransientError } from '../../platform/errors.ts'
import { oneLine } from '../../platform/text.ts'
import { recipients } from '../contract/address.ts'
import { type Context, defineBackend, type Outgoing } from '../contract/backend.ts'
import { host } from '../contract/formats.ts'
import { boolean, choice, list, number, type OptionValues, path, text } from '../contract/options.ts'
import { type Message, sendToPeople, sendToRoom } from './message.ts'
import { type Account, type Session, withSession } from './session.ts'

const options = {
  jid: text({
    format: { pattern: /^[^@/\s]+@[^@/\s]+(?:\/.+)?$/, expected: 'expected name@example.org' },
    description: 'the account that sends; one of its own on any server will do',
    required: true,
    example: 'ntfy@example.org',
    aliases: ['user', 'username'],
  }),
  password: text({
    description: 'its password; a wrong one is shown as not-authorized',
    required: true,
    secret: true,
    example: 'correct-horse',
    aliases: ['pass'],
  }),
  recipient: list({
    format: { pattern: /^[^@/\s]+(?:@[^@/\s]+)?(?:\/.+)?$/, expected: 'expected addresses (name@example.org)' },
    description: 'who gets it: addresses of people, or with mtype groupchat of rooms',
    required: true,
    example: ['me@example.org'],
    aliases: ['recipients', 'to'],
  }),
  mtype: choice(['chat', 'normal', 'headline', 'groupchat'], {
    description: 'the kind of message; groupchat for rooms, which must exist',
    default: 'chat',
  }),
  hostname: text({
    format: host,
    description: "the server's host, if it is not what the SRV records of the account's domain say",
    aliases: ['host', 'server'],
  }),
  port: number({ description: 'its port: 5222, or 5223 with direct_tls', min: 1, max: 65535 }),
  direct_tls: boolean({
    description: 'TLS from the first byte instead of STARTTLS; without it as the SRV records say, and on port 5223',
  }),
  ca: path({
    certificates: true,
    description:
      "a PEM file of authorities to trust instead of the usual ones, a folder of such files, or their text; the certificate must be for the account's domain",
    content: certificateText,
    aliases: ['path_to_certs', 'ca_file'],
  }),
  resource: text({ description: "the name of the connection, if the server's own will not do" }),
  nick: text({ description: 'the name in a room', default: 'ntfy' }),
  timeout: number({ description: 'how long an attempt may take, in seconds', min: 1, max: 60, fraction: true }),
}

type XmppOptions = OptionValues<typeof options>

export default defineBackend({
  name: 'xmpp',
  title: 'XMPP',
  homepage: 'https://xmpp.org/',
  setup: [
    'Make an account of its own for it at any server, and let the recipient accept it as a contact, or give it a room with `mtype: groupchat`.',
  ],
  aliases: ['jabber'],
  addresses: {
    schemes: ['xmpp', 'xmpps'],
    form: 'xmpps://USER:PASSWORD@HOST/TO',
    read(address) {
      const { user, password, host, port, secure } = address
      if (user === undefined || password === undefined) return undefined
      const jid = user.includes('@') ? user : `${user}@${host}`
      const to = recipients(address)
      const place = port === undefined ? {} : { hostname: host, port }
      return { jid, password, recipient: to.length > 0 ? to : [jid], ...place, direct_tls: secure && port === 5223 }
    },
  },
  options,
  // A server of ejabberd's takes 64 kB, in which a character of XML can need six bytes.
  limits: { title: { max: 500, unit: 'bytes' }, message: { max: 10_000, unit: 'bytes' } },
  async send(notification, options, context) {
    const { recipient, mtype, nick } = options
    const message = messageOf(notification, mtype, context)
    const failures = await withSession(accountOf(options), signalOf(options, context), async (session) =>
      mtype === 'groupchat'
        ? await sendToRooms(session, recipient, nick, message)
        : await sendToPeople(session, recipient, message),
    )
    reportFailures(recipient, failures)
    return { id: message.id, recipients: recipient }
  },
  async probe(options, context) {
    return withSession(
      accountOf(options),
      signalOf(options, context),
      async ({ jid, server }) => `${jid} may log in at ${server}`,
    )
  },
})

function signalOf({ timeout }: XmppOptions, { signal }: Context): AbortSignal {
  return timeout === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)])
}

function accountOf({ jid, password, resource, hostname, port, direct_tls, ca }: XmppOptions): Account {
  const [, user, domain, inJid] = /^([^@/\s]+)@([^@/\s]+?)\.?(?:\/(.+))?$/.exec(jid) ?? []
  if (user === undefined || domain === undefined) throw new ConfigError('jid: expected name@example.org')
  return {
    user,
    domain: domain.toLowerCase(),
    password,
    resource: resource ?? inJid,
    host: hostname?.replace(/^\[|\]$/g, ''),
    port,
    directTls: direct_tls,
    ca: ca === undefined ? undefined : readCertificates(ca),
  }
}

/** Hardly any program shows the subject of a chat, and that of a room's message would rename the room in some. */
function messageOf({ title, message, url }: Outgoing, mtype: Message['type'], { id }: Context): Message {
  const withSubject = mtype === 'normal' || mtype === 'headline'
  const lines = [withSubject ? '' : title, message, url ?? ''].filter((line) => line !== '')
  return { id, type: mtype, subject: withSubject ? oneLine(title) : undefined, body: lines.join('\n') }
}

/** One room that does not take it keeps it from no other. */
async function sendToRooms(session: Session, rooms: string[], nick: string, message: Message) {
  const failures: (Error | undefined)[] = []
  for (const room of rooms) {
    const sending = sendToRoom(session, room.toLowerCase(), nick, message)
    failures.push(await sending.then(() => undefined).catch((error: Error) => error))
  }
  return failures
}

/** Some took it and some did not: only those who may take it later get it again. */
function reportFailures(recipients: string[], failures: (Error | undefined)[]): void {
  const failed = failures.filter((failure) => failure !== undefined)
  if (failed.length === 0) return
  const accepted = recipients.filter((_, index) => failures[index] === undefined)
  const others = recipients.length > 1 ? ` (accepted for ${accepted.join(', ') || 'nobody'})` : ''
  const text = `${failed.map(({ message }) => message).join('; ')}${others}`
  const later = recipients.filter((_, index) => failures[index] instanceof TransientError)
  if (later.length > 0) throw new TransientError(text, undefined, { recipient: later })
  throw failed.some((failure) => failure instanceof ConfigError) ? new ConfigError(text) : new PermanentError(text)
}
