import type { Priority } from '../../notification/index.ts'
import { ConfigError } from '../../platform/errors.ts'
import { oneLine } from '../../platform/text.ts'
import type { Context, Outgoing } from '../contract/backend.ts'
import { nobody, type Recipients } from './failure.ts'

/** What the configuration says of a mail itself. */
interface MessageOptions extends Recipients {
  senderaddress: string
  html: boolean
  subject_prefix: string | undefined
}

/** The id is the same for every attempt, so that a mail program shows a second copy as the first. */
export function messageOf(notification: Outgoing, options: MessageOptions, context: Pick<Context, 'id' | 'signal'>) {
  const { title, message, time, priority, origin, thread, files } = notification
  const { html, to, cc, bcc } = options
  const domain = idWord(origin.host) || 'localhost'
  // Nobody has this mail: readers put those together that name the same one (RFC 5322 §3.6.4).
  const first = thread === undefined ? undefined : `<thread-${idWord(thread)}@${domain}>`
  return {
    from: addressOf(options.senderaddress),
    to: to[0] === nobody ? nobody : to.map(addressOf),
    ...(cc && { cc: cc.map(addressOf) }),
    ...(bcc && { bcc: bcc.map(addressOf) }),
    subject: oneLine(`${options.subject_prefix ?? ''}${title}`),
    text: message,
    ...(html && { html: `<p>${escapeHtml(message).replaceAll('\n', '<br>\n')}</p>` }),
    ...(files && {
      attachments: files.map(({ name, type, content }) => ({ filename: name, contentType: type, content })),
    }),
    messageId: `<${context.id}@${domain}>`,
    ...(first && { references: first, inReplyTo: first }),
    date: new Date(time),
    priority: urgency[priority],
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
    signal: context.signal,
  }
}

/** Taken apart here: a parser that makes the best of everything finds recipients where none were meant. */
export function addressOf(entry: string): { name: string; address: string } {
  const [, name = '', address] = /^(.*?)\s*<([^<>\s]+)>$/.exec(entry) ?? /^()([^<>,;:"\s]+)$/.exec(entry) ?? []
  if (address === undefined) throw new ConfigError(`${oneLine(entry)}: expected a mail address`)
  return { name: oneLine(name.replace(/^"(.*)"$/, '$1')), address }
}

const urgency: Record<Priority, 'high' | 'normal' | 'low'> = {
  min: 'low',
  low: 'low',
  default: 'normal',
  high: 'high',
  urgent: 'high',
}

/** What may stand in an id (RFC 5322 §3.6.4), without anything that quotes. */
function idWord(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]/g, '')
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
}
