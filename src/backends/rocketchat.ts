import { type Context, defineBackend } from '../backend.ts'
import { ConfigError, PermanentError, TransientError } from '../errors.ts'
import { retryAfter, serviceWords } from '../http.ts'
import { httpOptions } from '../http-options.ts'
import { asObject, field } from '../json.ts'
import type { HttpAnswer } from '../network/exchange.ts'
import { text, url } from '../options.ts'
import { hideSecret } from '../output.ts'
import { rocketChatText } from '../rocketchat-text.ts'

/** Message_MaxAllowedSize as it is set at first, UTF-16 units: escapes included. */
const longest = 5000

export default defineBackend({
  name: 'rocketchat',
  title: 'Rocket.Chat',
  homepage: 'https://developer.rocket.chat/apidocs/post-message',
  options: {
    url: url({
      description:
        'the address of the server, or of an incoming webhook (Workspace, Integrations, New), which needs no account',
      required: true,
      example: 'https://chat.example.org',
      aliases: ['server', 'webhook', 'webhook_url'],
    }),
    username: text({
      description: 'the account: ntfy logs in once, and keeps the token in its state folder',
      aliases: ['user'],
    }),
    password: text({ description: 'its password; an account with two factors needs user_id and token', secret: true }),
    user_id: text({
      description: 'the id that is shown with a personal access token (Profile, Personal Access Tokens)',
      example: 'aobEdbYhXfu5hkeqG',
    }),
    token: text({
      description: 'a personal access token, instead of a password',
      secret: true,
      example: '9HqLlyZOugoStsXCUfD_0YdwnNnunAJF8V47U3QHXSq',
      aliases: ['auth_token', 'access_token'],
    }),
    room: text({ description: 'a channel (#name) or a user (@name)', example: '#general', aliases: ['channel', 'to'] }),
    room_id: text({
      description: 'the id of a room, instead of its name: then no message can arrive twice',
      aliases: ['rid'],
    }),
    ...httpOptions,
  },
  example: {
    url: 'https://chat.example.org',
    user_id: 'aobEdbYhXfu5hkeqG',
    token: '9HqLlyZOugoStsXCUfD_0YdwnNnunAJF8V47U3QHXSq',
    room: '#general',
  },
  limits: { title: { max: 200, unit: 'utf16' }, message: { max: 4700, unit: 'utf16' } },
  answer: {
    json: { success: true, channel: 'general', message: { _id: 'jC9chsFddTvsbFQG7', rid: 'GENERAL', msg: 'Done' } },
  },
  async send(notification, options, context) {
    const message = rocketChatText(notification, longest)
    const { room, room_id: rid } = options
    if (/\/hooks\/./.test(options.url)) {
      hideSecret(options.url.replace(/.*\/hooks\//s, ''))
      return post(context, options.url, { text: message, channel: rid ?? room })
    }
    if (rid === undefined && room === undefined)
      throw new ConfigError('room is missing: a channel (#name) or a user (@name)')
    const api = `${options.url}/api/v1`
    const send = (session: Session) =>
      rid === undefined
        ? post(context, `${api}/chat.postMessage`, { channel: room, text: message }, session)
        : postOnce(context, api, { _id: context.id, rid, msg: message }, session)
    const session = await sessionOf(options, context)
    try {
      return await send(session)
    } catch (error) {
      if (!(error instanceof Unauthorized)) throw error
      return send(await sessionOf(options, context, { session, error }))
    }
  },
})

/** What the headers of a request say of its sender. */
interface Session {
  userId: string
  token: string
}

/** The options that say whose account it is. */
type Account = { url: string } & { [K in 'username' | 'password' | 'user_id' | 'token']: string | undefined }

/** The server does not know the token, or not any more. */
class Unauthorized extends ConfigError {}

function headersOf({ userId, token }: Session): Record<string, string> {
  return { 'x-auth-token': token, 'x-user-id': userId }
}

async function post(context: Context, address: string, json: unknown, session?: Session) {
  const answer = await context.http(address, {
    json,
    ...(session && { headers: headersOf(session) }),
    accepts: ({ json: found }) => field(found, 'success') === true,
    failure: rocketChatFailure,
  })
  return asObject(answer.json)
}

/** The id of the message is ours: a server that has it already takes no second one, but has no words for that. */
async function postOnce(
  context: Context,
  api: string,
  message: { _id: string; rid: string; msg: string },
  session: Session,
) {
  try {
    return await post(context, `${api}/chat.sendMessage`, { message }, session)
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error
    const known = await context
      .http(`${api}/chat.getMessage?msgId=${encodeURIComponent(message._id)}`, {
        method: 'GET',
        headers: headersOf(session),
        accepts: ({ json }) => field(json, 'message', '_id') === message._id,
      })
      .catch(() => undefined)
    if (known === undefined) throw error
    return asObject(known.json)
  }
}

/** The session of the configuration, or that of a login, which others wait for and use, too. */
async function sessionOf(
  options: Account,
  context: Context,
  refused?: { session: Session; error: Unauthorized },
): Promise<Session> {
  const { url: server, username, password, user_id: userId, token } = options
  if (refused === undefined && userId !== undefined && token !== undefined) return { userId, token }
  if (username === undefined || password === undefined) {
    throw refused?.error ?? new ConfigError('username and password are missing, or user_id and token')
  }
  const cache = context.cache(`session ${server} ${username}`)
  const kept = () => {
    const session = sessionIn(cache.read())
    return session?.token === refused?.session.token ? undefined : session
  }
  return (
    kept() ??
    cache.alone(async () => {
      const others = kept()
      if (others !== undefined) return others
      const session = await logIn(context, server, username, password)
      cache.write(session)
      return session
    })
  )
}

function sessionIn(value: unknown): Session | undefined {
  const { userId, token } = asObject(value) ?? {}
  if (typeof userId !== 'string' || typeof token !== 'string') return undefined
  hideSecret(token)
  return { userId, token }
}

async function logIn({ http }: Context, server: string, user: string, password: string): Promise<Session> {
  const sessionFrom = ({ json }: HttpAnswer) =>
    sessionIn({ userId: field(json, 'data', 'userId'), token: field(json, 'data', 'authToken') })
  const answer = await http(`${server}/api/v1/login`, {
    json: { user, password },
    accepts: (found) => sessionFrom(found) !== undefined,
    failure: (found) => {
      if (/totp/i.test(found.text)) {
        return new ConfigError('the account needs a second factor: give user_id and token of a personal access token')
      }
      return found.status === 400
        ? new ConfigError(`the login was refused${serviceWords(found)}`)
        : rocketChatFailure(found)
    },
  })
  return sessionFrom(answer) as Session
}

/** What the room, the account or its rights have to do with; the message can wait for that. */
const setUp =
  /invalid-channel|invalid-room|room-not-found|not-allowed|unauthorized|archived|muted|readonly|invalid-user/i

/** Most failures come with status 400: `{"success":false,"error":"... [error-too-many-requests]"}`. */
function rocketChatFailure(answer: HttpAnswer): Error | undefined {
  const { success, status, error, message } = asObject(answer.json) ?? {}
  const words = String(error ?? message ?? '')
  if (/too-many-requests/.test(words) || answer.status === 429) {
    const wait = /wait (\d+) second/i.exec(words)?.[1]
    return new TransientError(`too many messages: ${words}`, retryAfter(answer) ?? (wait ? Number(wait) : undefined))
  }
  if (success !== false && status !== 'error') return answer.status === 401 ? new Unauthorized('401') : undefined
  if (answer.status === 401) return new Unauthorized(words)
  return answer.status < 500 && setUp.test(words) ? new ConfigError(words) : undefined
}
