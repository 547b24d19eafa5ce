import { ConfigError } from '../../platform/errors.ts'
import { asObject } from '../../platform/json.ts'
import type { Context } from '../contract/backend.ts'
import { homeserverNamed, homeserverOf } from './discovery.ts'
import type { Account } from './session.ts'

/** The options of a target that say whose account on which homeserver it uses. */
export interface AccountOptions {
  homeserver?: string | undefined
  user_id?: string | undefined
  password?: string | undefined
  access_token?: string | undefined
}

export const lackOfHomeserver = 'homeserver is missing, or a user_id (@name:server) that leads to it'

/** The account that options speak of: the homeserver is named, found by the user id, or that of the last login. */
export async function accountOf(
  options: AccountOptions,
  context: Pick<Context, 'http' | 'cache' | 'now'>,
): Promise<Account> {
  const { homeserver, user_id: user, password, access_token: token } = options
  const own = { user, password, token }
  if (homeserver !== undefined) return { ...own, homeserver: await homeserverNamed(homeserver, context) }
  // The session of a login is kept with the homeserver that the login found.
  const login = lastLogin(context)
  if (login !== undefined && (user === undefined ? token === undefined : user === login.user)) {
    return { ...own, ...login }
  }
  if (user === undefined) throw new ConfigError(`${lackOfHomeserver}, or a login (ntfy matrix login @name:server)`)
  return { ...own, homeserver: await homeserverOf(user, context) }
}

/** Remembers whose login was the last: commands and targets that name no account use it. */
export function rememberLogin(
  { homeserver, user }: { homeserver: string; user: string },
  context: Pick<Context, 'cache'>,
): void {
  context.cache('login').write({ homeserver, user })
}

function lastLogin(context: Pick<Context, 'cache'>): { homeserver: string; user: string } | undefined {
  const { homeserver, user } = asObject(context.cache('login').read()) ?? {}
  return typeof homeserver === 'string' && typeof user === 'string' ? { homeserver, user } : undefined
}
