import { asObject, field as fieldOf } from '../../platform/json.ts'
import { cut } from '../../platform/text.ts'
import type { Outgoing, OutgoingFile } from '../contract/backend.ts'
import { wholeNotification } from '../shared/whole-notification.ts'
import type { Call } from './call.ts'

/**
 * An event may have 65 536 bytes, of which the homeserver adds its part: ids, hashes, signatures, earlier events. An
 * encrypted content is written as base64.
 */
const mostContent = { plain: 60_000, encrypted: 46_000 }

/** What fits into an encrypted content, even if all of it takes two bytes in JSON. */
const surelyFits = { max: 22_000, unit: 'bytes' } as const

/** The text of a notification and its files, as encrypted rooms and others take them; each made once, when it is needed. */
export function contentsOf(call: Call, notification: Outgoing, msgtype: string) {
  const made = new Map<boolean, Promise<Record<string, unknown>[]>>()
  const make = async (encrypted: boolean) => {
    const contents = [contentOf(notification, msgtype, encrypted)]
    for (const file of notification.files ?? []) contents.push(await uploaded(call, file, encrypted))
    return contents
  }
  return (encrypted: boolean): Promise<Record<string, unknown>[]> => {
    const contents = made.get(encrypted) ?? make(encrypted)
    made.set(encrypted, contents)
    return contents
  }
}

/** A notification, or only what somebody reads of one. */
type Said = Outgoing | Pick<Outgoing, 'title' | 'message' | 'url'>

/** Client-server API, "m.room.message". `m.mentions` empty: nothing that stands in the text calls anybody. */
export function contentOf(notification: Said, msgtype: string, encrypted = false): Record<string, unknown> {
  const { title, message, url } = notification
  const body = [title, message, url].filter(Boolean).join('\n')
  const bare = { msgtype, body, 'm.mentions': {} }
  const plain = { ...bare, ...ownField(notification) }
  const html = [
    title && `<strong>${escapeHtml(title)}</strong>`,
    escapeHtml(message).replaceAll('\n', '<br>'),
    linkTo(url),
  ]
  const formatted = { ...plain, format: 'org.matrix.custom.html', formatted_body: html.filter(Boolean).join('<br>') }
  const fits = (content: unknown) =>
    Buffer.byteLength(JSON.stringify(content)) <= (encrypted ? mostContent.encrypted : mostContent.plain)
  // The whole text without bold type is better than a part of it with.
  const content = [formatted, plain, bare].find(fits)
  const shorter = cut(message, surelyFits)
  if (content !== undefined || shorter === message) return content ?? bare
  return contentOf({ ...notification, message: shorter }, msgtype, encrypted)
}

/** What makes the event a notification for another ntfy. It is left out of what is none, such as a question. */
const field = 'io.github.ntfy-done.notification'

/** What it carries. */
const fields = 'title time priority tags url hops thread host command status signal durationMs'.split(' ')

/** Its text is the body's already; folders are no business of the room's. */
function ownField(notification: Said): Record<string, unknown> {
  if (!('id' in notification)) return {}
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

/** Client-server API, "Content repository" and "m.file"; "Sending encrypted attachments". */
async function uploaded(
  call: Call,
  { name, type, content }: OutgoingFile,
  encrypted: boolean,
): Promise<Record<string, unknown>> {
  const upload = (file: OutgoingFile) => call('POST', [], { upload: file, proof: 'content_uri' })
  const msgtype = type.startsWith('image/') ? 'm.image' : 'm.file'
  const info = { mimetype: type, size: content.length }
  const event = { msgtype, body: name, filename: name, info, 'm.mentions': {} }
  if (!encrypted) return { ...event, url: (await upload({ name, type, content }))['content_uri'] }
  const { encryptFile } = await import('./encryption/file.ts')
  const { keys, secret } = await encryptFile(content)
  // The name says what it is.
  const { content_uri: url } = await upload({ name: 'file', type: 'application/octet-stream', content: secret })
  return { ...event, file: { ...keys, url } }
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
