import { asObject, field as fieldOf } from '../../platform/json.ts'
import type { Outgoing } from '../contract/backend.ts'
import { wholeNotification } from '../shared/whole-notification.ts'

/** An event may have 65 536 bytes, of which the homeserver adds its part: ids, hashes, signatures, earlier events. */
const mostContent = 60_000

/** Client-server API, "m.room.message". `m.mentions` empty: nothing that stands in the text calls anybody. */
export function contentOf(notification: Outgoing, msgtype: string): Record<string, unknown> {
  const { title, message, url } = notification
  const body = [title, message, url].filter(Boolean).join('\n')
  const plain = { msgtype, body, 'm.mentions': {}, ...ownField(notification) }
  const html = [
    title && `<strong>${escapeHtml(title)}</strong>`,
    escapeHtml(message).replaceAll('\n', '<br>'),
    linkTo(url),
  ]
  const formatted = { ...plain, format: 'org.matrix.custom.html', formatted_body: html.filter(Boolean).join('<br>') }
  // The whole text without bold type is better than a part of it with.
  return Buffer.byteLength(JSON.stringify(formatted)) <= mostContent ? formatted : plain
}

/** What makes the event a notification for another ntfy. It is left out of what is none, such as a question. */
const field = 'io.github.ntfy-done.notification'

/** What it carries. */
const fields = 'title time priority tags url hops thread host command status signal durationMs'.split(' ')

/** Its text is the body's already; folders are no business of the room's. */
function ownField(notification: Outgoing): Record<string, unknown> {
  if (notification.id === undefined) return {}
  const whole = wholeNotification(notification)
  return { [field]: Object.fromEntries(fields.flatMap((name) => (name in whole ? [[name, whole[name]]] : []))) }
}

/** The notification in an event that another ntfy has sent; nothing of others. */
export function notificationIn(content: unknown): Record<string, unknown> | undefined {
  const whole = asObject(fieldOf(content, field))
  const body = fieldOf(content, 'body')
  if (whole === undefined || typeof body !== 'string') return undefined
  const before = typeof whole['title'] === 'string' && whole['title'] !== '' ? `${whole['title']}\n` : ''
  const after = typeof whole['url'] === 'string' && whole['url'] !== '' ? `\n${whole['url']}` : ''
  const isOurs = body.startsWith(before) && body.endsWith(after)
  return isOurs ? { ...whole, message: body.slice(before.length, body.length - after.length) } : undefined
}

function linkTo(url: string | undefined): string {
  if (url === undefined) return ''
  const address = escapeHtml(url)
  return /^https?:/i.test(url) ? `<a href="${address}">${address}</a>` : address
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
