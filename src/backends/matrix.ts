import { type Context, defineBackend, type Outgoing } from '../backend.ts'
import { ConfigError, PermanentError, TransientError } from '../errors.ts'
import { retryAfter } from '../http.ts'
import { httpOptions } from '../http-options.ts'
import type { HttpAnswer } from '../network/exchange.ts'
import { choice, list, text } from '../options.ts'

export default defineBackend({
  name: 'matrix',
  title: 'Matrix',
  homepage: 'https://spec.matrix.org/latest/client-server-api/',
  options: {
    homeserver: text({
      description: 'the homeserver; https:// is assumed',
      required: true,
      example: 'https://matrix.example.org',
      aliases: ['url', 'home_server', 'server', 'matrix_homeserver', 'MatrixHomeServer'],
    }),
    rooms: list({
      description: 'room ids (!...) and aliases (#...:server)',
      required: true,
      example: ['!QtykxKocfZaZOUrTwp:example.org'],
      aliases: ['room', 'room_id', 'default_recipient_matrix', 'matrix_room', 'to'],
    }),
    access_token: text({
      description: 'the access token of the account',
      required: true,
      secret: true,
      example: 'syt_...',
      aliases: ['token', 'matrix_accesstoken', 'matrix_access_token'],
    }),
    user_id: text({ description: 'the account, for your own orientation', aliases: ['user'] }),
    msgtype: choice(['m.text', 'm.notice'], { description: 'm.notice is shown without ringing', default: 'm.text' }),
    ...httpOptions,
  },
  // An event may have 65 536 bytes, with the text in it twice: plain, and formatted with its escapes.
  limits: { title: { max: 500, unit: 'bytes' }, message: { max: 8000, unit: 'bytes' } },
  answer: { json: { event_id: '$YUwRidLecu:example.com' } },
  async send(notification, options, context) {
    const client = matrixClient(options, context)
    const events: Record<string, unknown> = {}
    for (const room of options.rooms) {
      const id = room.startsWith('#') ? await client.roomOf(room) : room
      events[room] = await client.post(id, contentOf(notification, options.msgtype))
    }
    return events
  },
})

interface MatrixClient {
  roomOf(alias: string): Promise<string>
  /** @returns the id of the event */
  post(room: string, content: Record<string, unknown>): Promise<unknown>
}

function matrixClient(options: { homeserver: string; access_token: string }, context: Context): MatrixClient {
  const server = options.homeserver.replace(/\/+$/, '')
  const base = `${/^https?:\/\//i.test(server) ? server : `https://${server}`}/_matrix/client/v3`
  const headers = { authorization: `Bearer ${options.access_token}` }
  const field = ({ json }: HttpAnswer, name: string) =>
    typeof json === 'object' && json !== null ? (json as Record<string, unknown>)[name] : undefined
  return {
    async roomOf(alias) {
      const answer = await context.http(`${base}/directory/room/${encodeURIComponent(alias)}`, {
        method: 'GET',
        headers,
        accepts: (given) => typeof field(given, 'room_id') === 'string',
        failure: matrixFailure,
      })
      return String(field(answer, 'room_id'))
    },
    async post(room, content) {
      // The transaction id makes the server drop a second copy; its scope is the device and this very path.
      const path = `rooms/${encodeURIComponent(room)}/send/m.room.message/${encodeURIComponent(context.id)}`
      const answer = await context.http(`${base}/${path}`, {
        method: 'PUT',
        headers,
        json: content,
        accepts: (given) => typeof field(given, 'event_id') === 'string',
        failure: matrixFailure,
      })
      return field(answer, 'event_id')
    },
  }
}

/** Client-server API, "m.room.message". `m.mentions` empty: nothing that stands in the text calls anybody. */
function contentOf({ title, message }: Outgoing, msgtype: string): Record<string, unknown> {
  return {
    msgtype,
    body: `${title}\n${message}`,
    format: 'org.matrix.custom.html',
    formatted_body: `<strong>${escapeHtml(title)}</strong><br>${escapeHtml(message).replaceAll('\n', '<br>')}`,
    'm.mentions': {},
  }
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** Client-server API, "Standard error response": the errcode says more than the status. */
function matrixFailure(answer: HttpAnswer): Error | undefined {
  const { errcode, error, retry_after_ms: wait } = (answer.json ?? {}) as Record<string, unknown>
  if (typeof errcode !== 'string') return undefined
  const text = `${errcode}: ${error ?? 'no reason given'}`
  if (errcode === 'M_LIMIT_EXCEEDED') {
    return new TransientError(
      text,
      retryAfter(answer) ?? (typeof wait === 'number' ? Math.ceil(wait / 1000) : undefined),
    )
  }
  if (answer.status >= 500 || errcode === 'M_RESOURCE_LIMIT_EXCEEDED')
    return new TransientError(text, retryAfter(answer))
  const configured = ['M_UNKNOWN_TOKEN', 'M_MISSING_TOKEN', 'M_USER_LOCKED', 'M_USER_SUSPENDED', 'M_FORBIDDEN']
  if (configured.includes(errcode)) return new ConfigError(text)
  return new PermanentError(text)
}
