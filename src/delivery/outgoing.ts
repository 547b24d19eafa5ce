import type { Backend, Outgoing } from '../backends/contract/backend.ts'
import { actionLine } from '../notification/actions.ts'
import { lateNote } from '../notification/message.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { withoutOurSecrets } from '../platform/masking.ts'
import { cut, isAddress, type Limit, lengthIn, oneLine, plainText } from '../platform/text.ts'
import { filesFor } from './files.ts'

/** What a backend gets: plain text that fits the service, and says when it happened if that is a while ago. */
export function outgoing(
  { notification: { attachments, ...kept } }: Delivery,
  backend: Backend,
  options: Record<string, unknown>,
): Outgoing {
  const { limits, takesActions } = backend
  const { actions = [], ...rest } = linked(plain(kept.outcome === undefined ? kept : cleaned(kept)))
  const { files, lines: named } = filesFor({ ...kept, ...(attachments && { attachments }) }, backend, options)
  const buttons = takesActions ? actions.filter(({ url }) => isAddress(url)) : []
  const notification = { ...rest, ...(buttons.length > 0 && { actions: buttons }), ...(files.length > 0 && { files }) }
  const lines = [...actions.filter((action) => !buttons.includes(action)).map(actionLine), ...named]
  const note = lines.map((line) => `\n${line}`).join('') + lateNote(notification.time, new Date())
  const { message } = notification
  const title = fit(notification.title, limits.title)
  if (limits.message === undefined) return { ...notification, title, message: message + note }
  const room = limits.message.max - lengthIn(note, limits.message.unit)
  if (room < limits.message.max / 4) return { ...notification, title, message: fit(message + note, limits.message) }
  return { ...notification, title, message: fit(message, { ...limits.message, max: room }) + note }
}

/** Secrets from files and programs are known only now. What somebody sends by hand is sent as it is. */
function cleaned(notification: Outgoing): Outgoing {
  const { title, message, outcome = {} } = notification
  const { command, output } = outcome
  return {
    ...notification,
    title: withoutOurSecrets(title),
    message: withoutOurSecrets(message),
    outcome: {
      ...outcome,
      ...(command !== undefined && { command: withoutOurSecrets(command) }),
      ...(output !== undefined && { output: withoutOurSecrets(output) }),
    },
  }
}

/** What may have several lines; all else of a notification is a name, a tag, an address, a command. */
const texts = ['message', 'output']

/** Every text of it, of whatever depth, as text that can do nothing but be read. */
function plain<T>(value: T, name?: string): T
function plain(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return texts.includes(name) ? plainText(value) : oneLine(value)
  if (Array.isArray(value)) return value.map((item) => plain(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, key)]))
}

/** What is no address is no link: it is said in the message, which each backend keeps from being more than text. */
function linked(notification: Outgoing): Outgoing {
  const { url, ...rest } = notification
  if (url === undefined || isAddress(url)) return notification
  return { ...rest, message: [rest.message, url].filter(Boolean).join('\n') }
}

function fit(text: string, limit: Limit | undefined): string {
  return limit === undefined ? text : cut(text, limit)
}
