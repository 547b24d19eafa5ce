import { ConfigError, PermanentError } from '../../platform/errors.ts'
import { asObject, field } from '../../platform/json.ts'
import { hideSecret } from '../../platform/masking.ts'
import { recipients, serverOf } from '../contract/address.ts'
import { type Context, defineBackend } from '../contract/backend.ts'
import { word } from '../contract/formats.ts'
import { httpOptions } from '../contract/http-options.ts'
import { text, url } from '../contract/options.ts'
import { headersOf, lackOfAccount, rocketChatFailure, type Session, sessionOf, Unauthorized } from './session.ts'
import { rocketChatText } from './text.ts'

/** Message_MaxAllowedSize as it is set at first, UTF-16 units: escapes included. */
const longest = 5000

export default defineBackend({
  name: 'rocketchat',
  title: 'Rocket.Chat',
  homepage: 'https://developer.rocket.chat/apidocs/post-message',
  setup: [
    'In your account choose Personal Access Tokens, and keep the token and the user id; an administrator has to allow them.',
    'Or give `username` and `password`, or the address of an incoming webhook as `webhook`.',
  ],
  addresses: {
    schemes: ['rocket', 'rockets'],
    form: 'rockets://USER:PASSWORD@HOST/#CHANNEL or rockets://WEBHOOK@HOST',
    read(address) {
      const { user, password, query } = address
      const [room, ...others] = recipients(address)
      if (user === undefined || others.length > 0) return undefined
      const url = serverOf(address)
      if (password === undefined) return { url: `${url}/hooks/${user}`, room }
      if (room === undefined) return undefined
      const whom = /^[#@]/.test(room) ? { room } : { room_id: room }
      const isToken = query['mode'] === 'token' || password.length > 32
      return { url, ...(isToken ? { user_id: user, token: password } : { username: user, password }), ...whom }
    },
  },
  options: {
    url: url({
      description:
        'the address of the server, or of an incoming webhook (Workspace, Integrations, New), which needs no account',
      required: true,
      example: 'https://chat.example.org',
      aliases: ['rocketchat_webhook_url', 'server', 'webhook', 'webhook_url'],
    }),
    username: text({
      description: 'the account: ntfy logs in once, and keeps the token in its state folder',
      aliases: ['user'],
    }),
    password: text({ description: 'its password; an account with two factors needs user_id and token', secret: true }),
    user_id: text({
      format: word,
      description: 'the id that is shown with a personal access token (Profile, Personal Access Tokens)',
      example: 'aobEdbYhXfu5hkeqG',
    }),
    token: text({
      format: word,
      description: 'a personal access token, instead of a password',
      secret: true,
      example: '9HqLlyZOugoStsXCUfD_0YdwnNnunAJF8V47U3QHXSq',
      aliases: ['auth_token', 'access_token'],
    }),
    room: text({
      description: 'a channel (#name) or a user (@name)',
      example: '#general',
      aliases: ['default_recipient_rocketchat', 'channel', 'to'],
    }),
    room_id: text({
      format: word,
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
  missing,
  answer: {
    json: { success: true, channel: 'general', message: { _id: 'jC9chsFddTvsbFQG7', rid: 'GENERAL', msg: 'Done' } },
  },
  refusal: { status: 401, json: { status: 'error', message: 'You must be logged in to do this.' } },
  async send(notification, options, context) {
    const message = rocketChatText(notification, longest)
    const { room, room_id: rid } = options
    if (isWebhook(options.url)) {
      hideSecret(options.url.replace(/.*\/hooks\//s, ''))
      return post(context, options.url, { text: message, channel: rid ?? room })
    }
    const lacking = missing(options)
    if (lacking !== undefined) throw new ConfigError(lacking)
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

function isWebhook(address: unknown): boolean {
  return /\/hooks\/./.test(String(address))
}

function missing({ url: address, ...given }: Record<string, unknown>): string | undefined {
  const has = (...names: string[]) => names.every((name) => given[name] !== undefined)
  if (typeof address !== 'string' || isWebhook(address)) return undefined
  if (!has('username', 'password') && !has('user_id', 'token')) {
    return lackOfAccount
  }
  return has('room') || has('room_id') ? undefined : 'room is missing: a channel (#name) or a user (@name), or room_id'
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
