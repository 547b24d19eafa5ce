import type { HttpAnswer } from '../../http/exchange.ts'
import { retryAfter } from '../../http/index.ts'
import { serviceWords } from '../../http/service-words.ts'
import { ConfigError, TransientError } from '../../platform/errors.ts'
import { asObject, field } from '../../platform/json.ts'
import { hideSecret } from '../../platform/masking.ts'
import type { Context } from '../contract/backend.ts'

export const lackOfAccount = 'username and password are missing, or user_id and token'

/** What the headers of a request say of its sender. */
export interface Session {
  userId: string
  token: string
}

/** The options that say whose account it is. */
type Account = { url: string } & { [K in 'username' | 'password' | 'user_id' | 'token']: string | undefined }

/** The server does not know the token, or not any more. */
export class Unauthorized extends ConfigError {}

export function headersOf({ userId, token }: Session): Record<string, string> {
  return { 'x-auth-token': token, 'x-user-id': userId }
}

/** The session of the configuration, or that of a login, which others wait for and use, too. */
export async function sessionOf(
  options: Account,
  context: Context,
  refused?: { session: Session; error: Unauthorized },
): Promise<Session> {
  const { url: server, username, password, user_id: userId, token } = options
  if (refused === undefined && userId !== undefined && token !== undefined) return { userId, token }
  if (username === undefined || password === undefined) {
    throw refused?.error ?? new ConfigError(lackOfAccount)
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
export function rocketChatFailure(answer: HttpAnswer): Error | undefined {
  const { success, status, error, message } = asObject(answer.json) ?? {}
  const words = String(error ?? message ?? '')
  if (/too-many-requests/.test(words) || answer.status === 429) {
    const wait = /wait (\d+) second/i.exec(words)?.[1]
    return new TransientError('too many messages', retryAfter(answer) ?? (wait ? Number(wait) : undefined))
  }
  if (success !== false && status !== 'error')
    return answer.status === 401 ? new Unauthorized('the server answered 401') : undefined
  if (answer.status === 401) return new Unauthorized(words)
  return answer.status < 500 && setUp.test(words) ? new ConfigError(words) : undefined
}
