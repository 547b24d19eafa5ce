import type { Outgoing } from '../contract/backend.ts'

/** An event may have 65 536 bytes, of which the homeserver adds its part: ids, hashes, signatures, earlier events. */
const mostContent = 60_000

/** Client-server API, "m.room.message". `m.mentions` empty: nothing that stands in the text calls anybody. */
export function contentOf({ title, message, url }: Outgoing, msgtype: string): Record<string, unknown> {
  const body = [title, message, url].filter(Boolean).join('\n')
  const plain = { msgtype, body, 'm.mentions': {} }
  const html = [
    title && `<strong>${escapeHtml(title)}</strong>`,
    escapeHtml(message).replaceAll('\n', '<br>'),
    linkTo(url),
  ]
  const formatted = { ...plain, format: 'org.matrix.custom.html', formatted_body: html.filter(Boolean).join('<br>') }
  // The whole text without bold type is better than a part of it with.
  return Buffer.byteLength(JSON.stringify(formatted)) <= mostContent ? formatted : plain
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
