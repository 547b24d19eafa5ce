import { type Context, defineBackend, type Outgoing } from '../backend.ts'
import { ConfigError, messageOf, NtfyError, PermanentError, TransientError } from '../errors.ts'
import { retryAfter } from '../http.ts'
import { httpOptions } from '../http-options.ts'
import type { HttpAnswer, HttpRequest } from '../network/exchange.ts'
import { choice, list, text } from '../options.ts'

/** An event may have 65 536 bytes, of which the homeserver adds its part: ids, hashes, signatures, earlier events. */
const mostContent = 60_000

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
  // Plain text that is all quotation marks takes twice its bytes in JSON, and still fits.
  limits: { title: { max: 500, unit: 'bytes' }, message: { max: 29_000, unit: 'bytes' } },
  answer: { json: { event_id: '$YUwRidLecu:example.com' } },
  async send(notification, options, context) {
    const call = caller(options, context)
    const content = contentOf(notification, options.msgtype)
    const events: Record<string, unknown> = {}
    const failures = new Map<string, unknown>()
    for (const room of options.rooms) {
      try {
        events[room] = await post(call, room, context.id, content)
      } catch (error) {
        failures.set(room, error)
      }
    }
    if (failures.size > 0) throw failureOf(failures, Object.keys(events))
    return events
  },
})

/** Calls the homeserver; the answer's field of this name is what proves that it did what was asked. */
type Call = (method: 'GET' | 'POST' | 'PUT', path: string[], proof: string, json?: unknown) => Promise<string>

function caller(options: { homeserver: string; access_token: string }, context: Context): Call {
  const server = options.homeserver.replace(/\/+$/, '')
  const base = `${/^https?:\/\//i.test(server) ? server : `https://${server}`}/_matrix/client/v3`
  return async (method, path, proof, json) => {
    const found = ({ json }: HttpAnswer) =>
      typeof json === 'object' && json !== null ? (json as Record<string, unknown>)[proof] : undefined
    const request: HttpRequest = {
      method,
      headers: { authorization: `Bearer ${options.access_token}` },
      ...(json !== undefined && { json }),
      accepts: (answer) => typeof found(answer) === 'string',
      failure: matrixFailure,
    }
    return String(found(await context.http([base, ...path.map(encodeURIComponent)].join('/'), request)))
  }
}

/**
 * Posts to a room, and joins it first if that is what is missing.
 *
 * @returns the id of the event
 */
async function post(call: Call, room: string, transaction: string, content: unknown): Promise<string> {
  if (!/^[!#]/.test(room))
    throw new ConfigError(`rooms: ${room}: a room id (!...) or an alias (#...:server) was expected`)
  const id = room.startsWith('#') ? await call('GET', ['directory', 'room', room], 'room_id') : room
  // The transaction id makes the server drop a second copy; its scope is the device and this very path.
  const send = () => call('PUT', ['rooms', id, 'send', 'm.room.message', transaction], 'event_id', content)
  try {
    return await send()
  } catch (error) {
    if (!(error instanceof Forbidden)) throw error
    await call('POST', ['join', room], 'room_id', {}).catch((reason: unknown) => {
      throw reason instanceof TransientError ? reason : error
    })
    return send()
  }
}

/** After a part of the rooms has got it only the others are tried again, whatever kept them from it. */
function failureOf(failures: Map<string, unknown>, reached: string[]): unknown {
  const errors = [...failures.values()]
  const bug = errors.find((error) => !(error instanceof NtfyError))
  if (bug !== undefined) return bug
  const [first] = errors
  if (failures.size === 1 && reached.length === 0) return first
  const words = [...failures].map(([room, error]) => `${room}: ${messageOf(error)}`).join('; ')
  const text = reached.length > 0 ? `${words} (posted to ${reached.join(', ')})` : words
  const again = [...failures].filter(([, error]) => !(error instanceof PermanentError))
  if (again.length === 0) return new PermanentError(text)
  const transient = errors.filter((error) => error instanceof TransientError)
  if (reached.length === 0 && again.length === failures.size && transient.length === 0) return new ConfigError(text)
  const waits = transient.flatMap(({ retryAfter }) => retryAfter ?? [])
  const rooms = again.map(([room]) => room)
  return new TransientError(text, waits.length > 0 ? Math.max(...waits) : undefined, { rooms })
}

/** Client-server API, "m.room.message". `m.mentions` empty: nothing that stands in the text calls anybody. */
function contentOf({ title, message }: Outgoing, msgtype: string): Record<string, unknown> {
  const plain = { msgtype, body: `${title}\n${message}`, 'm.mentions': {} }
  const formatted = {
    ...plain,
    format: 'org.matrix.custom.html',
    formatted_body: `<strong>${escapeHtml(title)}</strong><br>${escapeHtml(message).replaceAll('\n', '<br>')}`,
  }
  // The whole text without bold type is better than a part of it with.
  return Buffer.byteLength(JSON.stringify(formatted)) <= mostContent ? formatted : plain
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** Not in the room, or not allowed to speak in it. */
class Forbidden extends ConfigError {}

/** Client-server API, "Standard error response": the errcode says more than the status. */
function matrixFailure(answer: HttpAnswer): Error | undefined {
  const { errcode, error, retry_after_ms: wait } = (answer.json ?? {}) as Record<string, unknown>
  if (typeof errcode !== 'string') return undefined
  const text = `${errcode}: ${error ?? 'no reason given'}`
  if (errcode === 'M_LIMIT_EXCEEDED') {
    const deprecated = typeof wait === 'number' ? Math.ceil(wait / 1000) : undefined
    return new TransientError(text, retryAfter(answer) ?? deprecated)
  }
  if (answer.status >= 500 || errcode === 'M_RESOURCE_LIMIT_EXCEEDED')
    return new TransientError(text, retryAfter(answer))
  if (errcode === 'M_FORBIDDEN') return new Forbidden(text)
  // A room, an account or an address that is not there may be a matter of spelling: the message is kept.
  const configured = 'M_UNKNOWN_TOKEN M_MISSING_TOKEN M_USER_LOCKED M_USER_SUSPENDED M_NOT_FOUND M_UNRECOGNIZED'.split(
    ' ',
  )
  return configured.includes(errcode) ? new ConfigError(text) : new PermanentError(text)
}
