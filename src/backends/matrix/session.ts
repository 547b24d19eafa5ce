import { hostname } from 'node:os'
import { ConfigError, PermanentError } from '../../platform/errors.ts'
import { asObject } from '../../platform/json.ts'
import { hideSecret } from '../../platform/masking.ts'
import type { Cache, Context } from '../contract/backend.ts'
import { type Call, homeserverCall, UnknownToken } from './call.ts'

/** Who speaks with which homeserver. */
export interface Account {
  /** An address, without a slash at its end. */
  homeserver: string
  /** `@name:server`, or the name alone. */
  user: string | undefined
  password: string | undefined
  /** A token that the configuration gives. */
  token: string | undefined
}

/** What a login gave. */
export interface Session {
  homeserver: string
  user: string
  device: string
  token: string
  /** Gets the next token when this one has expired. */
  refreshToken?: string
  /** Milliseconds since 1970. */
  expires?: number
  /** Its device has had keys for encryption. */
  keys?: true
}

/** A token that is about to expire would be refused on its way, milliseconds. */
const margin = 1000

/**
 * Calls with the account's token: that of the configuration, or of the last login. A refused one is replaced once, by
 * its refresh token, else by a login with the password, while other processes wait and use the result.
 */
export function accountCall(account: Account, context: Pick<Context, 'http' | 'cache' | 'now'>): Call {
  const given = account.token
  // A failed login is not tried again for the next room.
  let token: Promise<string> | undefined = given === undefined ? undefined : Promise.resolve(given)
  let renewed = false
  let accepted: Promise<string> | undefined
  return async (method, path, options) => {
    token ??= usableToken(account, context)
    const tried = token
    const used = await tried
    try {
      const answer = await homeserverCall(context.http, account.homeserver, used)(method, path, options)
      accepted = tried
      return answer
    } catch (error) {
      if (!(error instanceof UnknownToken)) throw error
      // Another call may have replaced it meanwhile.
      if (token === tried) {
        // One that was good before has expired since.
        if (renewed && accepted !== tried) throw error
        renewed = true
        token = usableToken(account, context, { token: used, error })
      }
      const next = token
      const answer = await homeserverCall(context.http, account.homeserver, await next)(method, path, options)
      accepted = next
      return answer
    }
  }
}

/** Where an account's session is kept: on its homeserver a name alone says which it is. */
export function sessionCache(
  { homeserver, user }: Pick<Account, 'homeserver' | 'user'>,
  context: Pick<Context, 'cache'>,
): Cache {
  return context.cache(`session ${homeserver} ${(user ?? '').replace(/^@([^:]*):.*$/s, '$1')}`)
}

/**
 * Logs in with a password: a new session, of the same device if there was one.
 *
 * @throws ConfigError a wrong password, or a homeserver that takes none
 */
export async function logIn(
  { homeserver, user, password }: Pick<Account, 'homeserver' | 'user' | 'password'>,
  { http, now }: Pick<Context, 'http' | 'now'>,
  { device, refreshable }: { device?: string | undefined; refreshable: boolean },
): Promise<Session> {
  const request = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user },
    password,
    ...(device !== undefined && { device_id: device }),
    initial_device_display_name: `ntfy on ${hostname()}`,
    ...(refreshable && { refresh_token: true }),
  }
  const answer = await homeserverCall(http, homeserver)('POST', ['login'], {
    json: request,
    proof: 'access_token',
  }).catch((error: unknown) => {
    // Whatever is wrong with a login, it is not the message.
    throw error instanceof PermanentError ? new ConfigError(error.message) : error
  })
  return {
    homeserver,
    user: String(answer['user_id'] ?? user),
    device: String(answer['device_id'] ?? device ?? ''),
    ...tokensOf(answer, now()),
  }
}

/** A session of this homeserver's, if that is what was kept. */
export function sessionIn(value: unknown, homeserver: string): Session | undefined {
  const { user, device, token, refreshToken, expires, keys, ...rest } = asObject(value) ?? {}
  if (rest['homeserver'] !== homeserver) return undefined
  if (typeof user !== 'string' || typeof device !== 'string' || typeof token !== 'string' || token === '')
    return undefined
  for (const secret of [token, refreshToken]) if (typeof secret === 'string') hideSecret(secret)
  return {
    ...{ homeserver, user, device, token },
    ...(typeof refreshToken === 'string' && { refreshToken }),
    ...(typeof expires === 'number' && { expires }),
    ...(keys === true && { keys }),
  }
}

/** Remembers that the device of a login has keys: once they are lost, its name is worth nothing. */
export async function keepsKeys(account: Account, context: Pick<Context, 'cache'>): Promise<void> {
  if (account.token !== undefined) return
  const cache = sessionCache(account, context)
  await cache.alone(async () => {
    const session = sessionIn(cache.read(), account.homeserver)
    if (session !== undefined && session.keys === undefined) cache.write({ ...session, keys: true })
  })
}

/**
 * The device that a new login can go on with. What its keys were made for is lost with them: others would take new ones
 * for those of somebody else.
 *
 * @param hasEnded the homeserver has forgotten it, and its keys
 */
export async function lastingDevice(last: Session | undefined, hasEnded: boolean): Promise<string | undefined> {
  if (last === undefined || last.device === '') return undefined
  if (!last.keys) return last.device
  const { isIntact } = await import('./encryption/state.ts')
  const { homeserver, user, device: id } = last
  return !hasEnded && isIntact({ homeserver, user, id }) ? id : undefined
}

/** A token that was not refused. The look at what others did is repeated once they are done. */
async function usableToken(
  account: Account,
  context: Pick<Context, 'http' | 'cache' | 'now'>,
  refused?: { token: string; error: UnknownToken },
): Promise<string> {
  const cache = sessionCache(account, context)
  const isUsable = ({ token, expires }: Session) =>
    token !== refused?.token && (expires === undefined || expires > context.now().getTime() + margin)
  const kept = sessionIn(cache.read(), account.homeserver)
  if (kept !== undefined && isUsable(kept)) return kept.token
  return cache.alone(async () => {
    const last = sessionIn(cache.read(), account.homeserver)
    if (last !== undefined && isUsable(last)) return last.token
    const next = (last && (await refresh(last, context))) ?? (await logInAgain(account, context, last, refused?.error))
    // Kept before it is used: from its first use on the old refresh token is worth nothing.
    cache.write(next)
    return next.token
  })
}

/** The session with its next token; nothing if the homeserver does not want to go on with it. */
async function refresh(session: Session, { http, now }: Pick<Context, 'http' | 'now'>): Promise<Session | undefined> {
  const { homeserver, refreshToken } = session
  if (refreshToken === undefined) return undefined
  try {
    const json = { refresh_token: refreshToken }
    const answer = await homeserverCall(http, homeserver)('POST', ['refresh'], { json, proof: 'access_token' })
    const { expires: _, ...rest } = session
    return { ...rest, ...tokensOf(answer, now()) }
  } catch (error) {
    if (error instanceof ConfigError || error instanceof PermanentError) return undefined
    throw error
  }
}

async function logInAgain(
  account: Account,
  context: Pick<Context, 'http' | 'now'>,
  last: Session | undefined,
  refusal: UnknownToken | undefined,
): Promise<Session> {
  const { user, password } = account
  if (user !== undefined && password !== undefined) {
    const device = await lastingDevice(last, !refusal?.isSoft)
    return { ...(await logIn(account, context, { device, refreshable: true })), ...(device && keysOf(last)) }
  }
  const way = `ntfy matrix login ${last?.user ?? user ?? '@name:server'}`
  if (last !== undefined) throw new ConfigError(`the login of ${last.user} has ended: ${way}`)
  if (refusal !== undefined) throw new ConfigError(`${refusal.message} (instead of access_token: ${way})`)
  if (password !== undefined) throw new ConfigError('user_id is missing: a password needs the name of its account')
  throw new ConfigError(`access_token is missing, or user_id and password, or a login (${way})`)
}

/** That the device has keys stays true with its next token. */
export function keysOf(last: Session | undefined): Pick<Session, 'keys'> {
  return last?.keys ? { keys: true } : {}
}

function tokensOf(answer: Record<string, unknown>, now: Date): Pick<Session, 'token' | 'refreshToken' | 'expires'> {
  const { access_token: token, refresh_token: refreshToken, expires_in_ms: lifetime } = answer
  for (const secret of [token, refreshToken]) if (typeof secret === 'string') hideSecret(secret)
  return {
    token: String(token),
    ...(typeof refreshToken === 'string' && { refreshToken }),
    ...(typeof lifetime === 'number' && { expires: now.getTime() + lifetime }),
  }
}
