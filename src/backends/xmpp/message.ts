import { ConfigError } from '../../platform/errors.ts'
import { reasonOf, roomFailure, stanzaFailure } from './failure.ts'
import type { Session } from './session.ts'
import { child, type Element, element, escapeXml } from './xml.ts'

export interface Message {
  id: string
  type: 'chat' | 'normal' | 'headline' | 'groupchat'
  subject: string | undefined
  body: string
}

/**
 * Sends a message to people, and returns for each of them what came back, if anything did. XMPP acknowledges nothing,
 * but a server treats what it gets in order: its answer to a ping behind the messages says that it has them (XEP-0199).
 */
export async function sendToPeople(
  session: Session,
  people: string[],
  message: Message,
): Promise<(Error | undefined)[]> {
  const ids = people.map((_, index) => (index === 0 ? message.id : `${message.id}-${index}`))
  const stanzas = people.map((to, index) => stanza(to, { ...message, id: ids[index] ?? '' }))
  const ping = element('ping', { xmlns: 'urn:xmpp:ping' })
  session.write([...stanzas, element('iq', { type: 'get', id: 'ping', to: session.domain }, ping)].join(''))
  const failures: (Error | undefined)[] = people.map(() => undefined)
  for (;;) {
    const { name, attributes, ...rest } = await session.next()
    if (name === 'iq' && attributes['id'] === 'ping') return failures
    const index = name === 'message' && attributes['type'] === 'error' ? ids.indexOf(attributes['id'] ?? '') : -1
    if (index >= 0) failures[index] = stanzaFailure(people[index] ?? '', { name, attributes, ...rest })
  }
}

/**
 * Sends a message to a room (XEP-0045), which proves that it has it by sending it back.
 *
 * @throws ConfigError the room does not exist or does not let us in
 */
export async function sendToRoom(session: Session, room: string, nick: string, message: Message): Promise<void> {
  await checkRoom(session, room)
  const seat = await join(session, room, nick)
  session.write(stanza(room, message))
  const { id } = message
  for (;;) {
    const answer = await session.next()
    if (answer.name !== 'message') continue
    const { from, type } = answer.attributes
    const same = answer.attributes['id'] === id || child(answer, 'origin-id')?.attributes['id'] === id
    if (type === 'error' && same) throw stanzaFailure(room, answer)
    // A room that gives ids of its own still says whose message it is.
    const ours = from === seat && (same || child(answer, 'body')?.text === message.body)
    if (type === 'groupchat' && ours) break
  }
  leave(session, seat)
}

/** Joining would make a room that does not exist, and an address that is none would not even answer (XEP-0045 §6.4). */
async function checkRoom(session: Session, room: string): Promise<void> {
  const query = element('query', { xmlns: 'http://jabber.org/protocol/disco#info' })
  session.write(element('iq', { type: 'get', id: `room ${room}`, to: room }, query))
  for (;;) {
    const answer = await session.next()
    if (answer.name !== 'iq' || answer.attributes['id'] !== `room ${room}`) continue
    const features = child(answer, 'query')?.children.map(({ attributes }) => attributes['var']) ?? []
    if (features.includes('http://jabber.org/protocol/muc')) return
    const { condition } = reasonOf(child(answer, 'error'))
    if (condition === 'item-not-found') throw new ConfigError(`${room}: there is no such room`)
    if (answer.attributes['type'] !== 'error' || condition === 'service-unavailable') {
      throw new ConfigError(`${room}: that is no room (mtype: groupchat is for rooms)`)
    }
    throw roomFailure(room, answer)
  }
}

/** Takes a seat in a room, under another nick if somebody else has this one. */
async function join(session: Session, room: string, nick: string): Promise<string> {
  const random = process.getBuiltinModule('node:crypto').randomBytes(3).toString('hex')
  for (const name of [nick, `${nick}-${random}`]) {
    const seat = `${room}/${name}`
    const history = element('history', { maxstanzas: '0' })
    session.write(element('presence', { to: seat }, element('x', { xmlns: 'http://jabber.org/protocol/muc' }, history)))
    const { attributes, ...presence } = await ownPresence(session, room, seat)
    if (attributes['type'] !== 'error') {
      const codes = statusCodes(presence.children)
      if (codes.includes(newRoom)) {
        leave(session, seat)
        throw new ConfigError(`${room}: there is no such room`)
      }
      return attributes['from'] ?? seat
    }
    const taken = child(child({ attributes, ...presence }, 'error'), 'conflict') !== undefined
    if (!taken || name !== nick) throw roomFailure(room, { attributes, ...presence })
  }
  throw new ConfigError(`${room}: the nick ${nick} is taken`)
}

/** XEP-0045 §15.6.2. */
const ourselves = '110'
const newRoom = '201'

async function ownPresence(session: Session, room: string, seat: string): Promise<Element> {
  for (;;) {
    const stanza = await session.next()
    const from = stanza.attributes['from'] ?? ''
    if (stanza.name !== 'presence' || (from !== room && !from.startsWith(`${room}/`))) continue
    if (stanza.attributes['type'] === 'error') return stanza
    if (statusCodes(stanza.children).includes(ourselves) || from === seat) return stanza
  }
}

function statusCodes(children: Element[]): string[] {
  const all = children.flatMap((one) => (one.name === 'x' ? one.children : []))
  return all.flatMap(({ name, attributes }) => (name === 'status' ? (attributes['code'] ?? []) : []))
}

function leave(session: Session, seat: string): void {
  session.write(element('presence', { to: seat, type: 'unavailable' }))
}

function stanza(to: string, { id, type, subject, body }: Message): string {
  return element(
    'message',
    { to, id, type },
    subject && element('subject', {}, escapeXml(subject)),
    element('body', {}, escapeXml(body)),
    element('origin-id', { xmlns: 'urn:xmpp:sid:0', id }),
  )
}
