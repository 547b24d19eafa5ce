import type { Socket } from 'node:net'
import { connectionFailure } from '../../http/failure.ts'
import { type Inbox, openInbox } from '../../http/inbox.ts'
import { startTls } from '../../http/tls.ts'
import { ConfigError, TransientError } from '../../platform/errors.ts'
import { loginFailure, stanzaFailure, streamFailure } from './failure.ts'
import { connectToFirst, findPlaces, type Place } from './hosts.ts'
import { logIn } from './sasl.ts'
import type { Stream } from './stream.ts'
import { child, type Element, element, escapeXml, streamParser } from './xml.ts'

export interface Account {
  user: string
  domain: string
  /** The name of the connection; nothing leaves it to the server. */
  resource: string | undefined
  password: string
  host: string | undefined
  port: number | undefined
  directTls: boolean | undefined
  /** Authorities to trust instead of the usual ones, as PEM. */
  ca: string | undefined
}

export interface Session extends Stream {
  /** Who we are there, with the name of the connection. */
  jid: string
  domain: string
}

/**
 * Logs in, lets `work` use the session, and says goodbye. Not by @xmpp/client, which takes four times as long (0.74 s and
 * more a message), takes no authority of the user's, and does not compare the server's signature.
 *
 * @throws what the failure means for a delivery
 */
export async function withSession<T>(
  account: Account,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { domain } = account
  let server = domain
  let socket: Socket | undefined
  try {
    const places = await findPlaces(account)
    server = named(domain, places[0])
    const connection = await connectToFirst(places, signal)
    socket = connection.socket
    socket.on('error', () => {})
    server = named(domain, connection.place)
    const stream = connection.place.directTls
      ? await openStream(await secured(socket, account, 'xmpp-client'), server, account, signal)
      : await upgraded(socket, server, account, signal)
    socket = stream.socket
    const result = await work(await authenticated(stream, account))
    socket.end('</stream:stream>')
    return result
  } catch (error) {
    throw connectionFailure(error, server, signal)
  } finally {
    socket?.destroySoon()
  }
}

function named(domain: string, place: Place | undefined): string {
  const address = place && `${place.host}:${place.port}`
  return address === undefined || place?.host === domain ? (address ?? domain) : `${domain} (${address})`
}

/** The certificate must be the domain's, whatever host speaks for it (RFC 6120 §13.7.2.1). */
function secured(socket: Socket, { domain, ca }: Account, protocol?: string) {
  const { domainToASCII } = process.getBuiltinModule('node:url')
  return startTls(socket, { name: domainToASCII(domain) || domain, ca, ...(protocol && { protocol }) })
}

interface OpenStream extends Stream {
  socket: Socket
  inbox: Inbox<Element>
  features: Element
}

async function openStream(
  socket: Socket,
  server: string,
  { domain }: Account,
  signal: AbortSignal,
): Promise<OpenStream> {
  const inbox = openInbox(socket, streamParser())
  const next = async () => {
    const received = await inbox.next().catch((error: unknown) => {
      throw connectionFailure(error, server, signal)
    })
    if (received.name === 'error') throw streamFailure(server, received)
    return received
  }
  const stream = { socket, inbox, server, next, write: (xml: string) => void socket.write(xml) }
  return { ...stream, features: await greet(stream, domain) }
}

/** Begins a stream, or begins it anew, and returns what the server offers in it. */
async function greet(stream: Stream, domain: string): Promise<Element> {
  const namespaces = `xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams"`
  stream.write(`<?xml version="1.0"?><stream:stream to="${escapeXml(domain)}" version="1.0" ${namespaces}>`)
  const features = await stream.next()
  if (features.name !== 'features') throw new TransientError(`${stream.server}: what answers there does not speak XMPP`)
  return features
}

/** STARTTLS (RFC 6120 §5); without TLS nothing is said. */
async function upgraded(socket: Socket, server: string, account: Account, signal: AbortSignal): Promise<OpenStream> {
  const plain = await openStream(socket, server, account, signal)
  if (child(plain.features, 'starttls') === undefined) throw new ConfigError(`${server}: it offers no STARTTLS`)
  plain.write(element('starttls', { xmlns: 'urn:ietf:params:xml:ns:xmpp-tls' }))
  const answer = await plain.next()
  if (answer.name !== 'proceed') throw new TransientError(`${server}: it cannot begin TLS now`)
  plain.inbox.release()
  return openStream(await secured(socket, account), server, account, signal)
}

async function authenticated(stream: OpenStream, account: Account): Promise<Session> {
  const mechanisms = child(stream.features, 'mechanisms')
  if (mechanisms === undefined) throw loginFailure(stream.server, stream.features)
  const offered = mechanisms.children.map(({ text }) => text.trim())
  await logIn(stream, offered, account.user, account.password)
  const features = await greet(stream, account.domain)
  const resource = account.resource === undefined ? '' : element('resource', {}, escapeXml(account.resource))
  const binding = element('bind', { xmlns: 'urn:ietf:params:xml:ns:xmpp-bind' }, resource)
  const bound = await request(stream, 'bind', binding)
  const session = child(features, 'session')
  if (session !== undefined && child(session, 'optional') === undefined) {
    // Servers that are older than RFC 6120 pass nothing on without it (RFC 3921 §3).
    await request(stream, 'session', element('session', { xmlns: 'urn:ietf:params:xml:ns:xmpp-session' }))
  }
  const { server, write, next } = stream
  return { server, write, next, domain: account.domain, jid: child(child(bound, 'bind'), 'jid')?.text ?? '' }
}

async function request(stream: Stream, id: string, content: string): Promise<Element> {
  stream.write(element('iq', { type: 'set', id }, content))
  for (;;) {
    const answer = await stream.next()
    if (answer.name !== 'iq' || answer.attributes['id'] !== id) continue
    if (answer.attributes['type'] === 'error') throw stanzaFailure(stream.server, answer)
    return answer
  }
}
