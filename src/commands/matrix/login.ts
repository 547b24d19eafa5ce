import { isatty } from 'node:tty'
import { cacheFolder } from '../../backends/contract/cache.ts'
import { rememberLogin } from '../../backends/matrix/account.ts'
import { type Call, homeserverCall } from '../../backends/matrix/call.ts'
import { homeserverNamed, homeserverOf } from '../../backends/matrix/discovery.ts'
import { type Description, wordsFor } from '../../backends/matrix/encryption/describe.ts'
import { NoEncryption, publishedKey } from '../../backends/matrix/encryption/device.ts'
import { type Owner, setUpDevice, signOwnDevice } from '../../backends/matrix/encryption/own-device.ts'
import { isIntact, removeState } from '../../backends/matrix/encryption/state.ts'
import {
  accountCall,
  keysOf,
  lastingDevice,
  logIn,
  type Session,
  sessionCache,
  sessionIn,
} from '../../backends/matrix/session.ts'
import type { GlobalOptions } from '../../cli/command.ts'
import { ConfigError, exitCode, messageOf, NtfyError, UsageError } from '../../platform/errors.ts'
import { readInput } from '../../platform/input.ts'
import { hideSecret } from '../../platform/masking.ts'
import { print, printJson, printLine, say } from '../../platform/output.ts'
import { abbreviateHome } from '../../platform/paths.ts'
import { oneLine } from '../../platform/text.ts'
import { accountOptions, type Caller, callerOf, type World } from './account.ts'
import { askRecoveryKey, fieldsOf, showDevice, warnOfUnsigned } from './device.ts'
import type { Verb } from './verb.ts'

const longestPassword = 4096

const whyToKeep = 'it is shown this once; it signs further devices of the account: keep it in a safe place'

export const logInHere: Verb = async (words, { global, printToken }) => {
  if (words.length > 1) throw new UsageError(`matrix login: ${words[1]}: unexpected argument`)
  const { options, world } = await accountOptions(global, words[0])
  const user = words[0] ?? options.user_id
  if (user === undefined && options.access_token !== undefined) return showAccount(await callerOf(global), global)
  if (user === undefined) throw new UsageError('matrix login: expected the account (@name:server)')
  const homeserver =
    options.homeserver === undefined
      ? await homeserverOf(user, world())
      : await homeserverNamed(options.homeserver, world())
  await requirePasswords(homeserverCall(world().http, homeserver), homeserver)
  const account = { homeserver, user, password: await askPassword(user) }
  const context = world()
  if (printToken) {
    const session = await logIn(account, context, { refreshable: false })
    print(
      global.json ? `${JSON.stringify({ ...named(session), access_token: session.token })}\n` : `${session.token}\n`,
    )
    return exitCode.ok
  }
  const session = await keepLogin(account, context)
  const { description, recoveryKey } = await encrypting(session, account.password, world)
  if (global.json) {
    const device = description && fieldsOf(description)
    print(`${JSON.stringify({ ...named(session), ...device, ...(recoveryKey && { recovery_key: recoveryKey }) })}\n`)
  } else print(configurationFor(session, description, recoveryKey))
  if (description) warnOfUnsigned(description)
  return exitCode.ok
}

/** A configuration with a token needs no login: whose token it is shows that it is good. */
async function showAccount(caller: Caller, global: GlobalOptions): Promise<number> {
  const { call } = caller
  const { json } = global
  const { user_id: user, device_id: device } = await call('GET', ['account', 'whoami'], { proof: 'user_id' })
  if (json) printJson({ user_id: user, device_id: device })
  else printLine(`# the access_token of the configuration is that of ${user} (device ${device ?? 'unknown'})`)
  await showDevice(caller, global)
  return exitCode.ok
}

/** @throws NtfyError the token cannot be kept: then it would be of no use to anybody */
async function keepLogin(
  account: { homeserver: string; user: string; password: string },
  world: World,
): Promise<Session> {
  const cache = sessionCache(account, world)
  return cache.alone(async () => {
    const last = sessionIn(cache.read(), account.homeserver)
    const session = await logInAsLast(account, world, last)
    if (!cache.write(session)) {
      throw new NtfyError(`${cacheFolder() ?? 'no home folder'}: the token cannot be stored there`, exitCode.io)
    }
    if (last !== undefined && last.device !== session.device) {
      removeState({ homeserver: last.homeserver, user: last.user, id: last.device })
    }
    rememberLogin(session, world)
    return session
  })
}

/** Goes on with the device of the last login, unless it had keys that are lost here, or are others' by now. */
async function logInAsLast(
  account: { homeserver: string; user: string; password: string },
  world: World,
  last: Session | undefined,
): Promise<Session> {
  const device = await lastingDevice(last, false)
  const session = await logIn(account, world, { device, refreshable: true })
  if (last === undefined || device === undefined) return session
  // Seen with the new token: the old one has expired by now, as a rule.
  const call = homeserverCall(world.http, account.homeserver, session.token)
  if (await hasOurKeys(call, last)) return { ...session, ...keysOf(last) }
  await call('POST', ['logout'], { json: {} }).catch(() => {})
  return logIn(account, world, { refreshable: true })
}

/** Are the keys of that device those that we have, or has it none as yet? What cannot be seen is taken for that. */
async function hasOurKeys(call: Call, { homeserver, user, device: id, keys }: Session): Promise<boolean> {
  const device = { homeserver, user, id }
  try {
    const published = await publishedKey(call, device)
    return published === undefined ? !keys : isIntact(device, published)
  } catch {
    return true
  }
}

/** Gives the device of a login keys. That it has none, or nobody has signed it, is no reason to refuse the login. */
async function encrypting(
  { homeserver, user }: Session,
  password: string,
  world: () => World,
): Promise<{ description?: Description | undefined; recoveryKey?: string }> {
  const account = { homeserver, user, password, token: undefined }
  // Somebody who types takes longer than requests may.
  const owner = (context = world()): Owner => ({ account, call: accountCall(account, context), context })
  const made: { description?: Description | undefined; recoveryKey?: string } = {}
  try {
    made.description = await setUpDevice(owner(), password, (key) => {
      made.recoveryKey = key
    })
    const key = made.description?.isSigned === false && isatty(0) ? await askRecoveryKey(user) : undefined
    if (key !== undefined) made.description = await signOwnDevice(owner(), key)
  } catch (error) {
    if (error instanceof NoEncryption) say.debug(messageOf(error))
    else say.warning(`encrypted rooms: ${messageOf(error)}`)
  }
  return made
}

/** @throws ConfigError the homeserver wants another kind of login */
async function requirePasswords(call: Call, homeserver: string): Promise<void> {
  const { flows } = await call('GET', ['login'], { optional: true })
  const types = Array.isArray(flows) ? flows.map((flow) => oneLine(String((flow as { type?: unknown })?.type))) : []
  if (types.includes('m.login.password')) return
  const offers = types.length > 0 ? ` (it offers ${types.join(', ')})` : ''
  throw new ConfigError(
    `${homeserver} does not allow password login${offers}: set access_token to one that your Matrix client shows`,
  )
}

async function askPassword(user: string): Promise<string> {
  const typed = isatty(0)
    ? await (await import('../../terminal/ask.ts')).askHidden(`password of ${oneLine(user)}: `)
    : readInput(longestPassword).text.replace(/\r?\n$/, '')
  if (!typed) throw new UsageError('matrix login: expected a password, typed or on stdin')
  hideSecret(typed)
  return typed
}

function named({ homeserver, user, device }: Session): Record<string, string> {
  return { homeserver, user_id: user, device_id: device }
}

/** What to write into the configuration: no secret is in it. */
function configurationFor(
  { homeserver, user, device }: Session,
  description: Description | undefined,
  recoveryKey: string | undefined,
): string {
  const place = abbreviateHome(cacheFolder() ?? '')
  const lines = [
    `# ${user} is logged in (device ${device}); the token is kept in ${place}`,
    ...(description ? [`# ${wordsFor(description)}`] : []),
    ...(recoveryKey ? [`# recovery key of ${user}: ${recoveryKey}`, `# ${whyToKeep}`] : []),
    '# to use it by default: backends: [matrix]',
    'matrix:',
    `  homeserver: ${JSON.stringify(homeserver)}`,
    `  user_id: ${JSON.stringify(user)}`,
    `  rooms: ["#room:${user.replace(/^[^:]*:/, '')}"]  # ntfy matrix rooms lists yours`,
  ]
  return lines.map((line) => `${oneLine(line)}\n`).join('')
}
