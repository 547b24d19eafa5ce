import { isatty } from 'node:tty'
import { cacheFolder } from '../../backends/contract/cache.ts'
import { rememberLogin } from '../../backends/matrix/account.ts'
import { type Call, homeserverCall } from '../../backends/matrix/call.ts'
import { homeserverNamed, homeserverOf, type World } from '../../backends/matrix/discovery.ts'
import { describeRoom, join, joinedRooms } from '../../backends/matrix/rooms.ts'
import { logIn, type Session, sessionCache, sessionIn } from '../../backends/matrix/session.ts'
import { defineCommand, type GlobalOptions } from '../../cli/command.ts'
import { ConfigError, exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { readInput } from '../../platform/input.ts'
import { hideSecret } from '../../platform/masking.ts'
import { print, printJson, printLine } from '../../platform/output.ts'
import { abbreviateHome } from '../../platform/paths.ts'
import { didYouMean } from '../../platform/suggest.ts'
import { oneLine } from '../../platform/text.ts'
import { accountOptions, callerOf } from './account.ts'

const longestPassword = 4096

const flags = {
  'print-token': {
    kind: 'boolean',
    description: 'login: print the token instead of storing it here',
  },
} as const

type Verb = (words: string[], asked: { global: GlobalOptions; printToken: boolean }) => Promise<number>

const verbs: Record<string, Verb> = { login: logInHere, join: joinRooms, rooms: listRooms }

export default defineCommand({
  name: 'matrix',
  words: 'login|join|rooms [@NAME:SERVER|ROOM...]',
  summary: 'log in to a Matrix account, join rooms and list them',
  group: 'configuration',
  examples: [['ntfy matrix login @me:example.org', 'asks for the password']],
  flags,
  takes: ['backend', 'json'],
  async run({ words: [name, ...words], flags, global }) {
    const known = Object.keys(verbs)
    if (name === undefined) throw new UsageError(`matrix: expected one of ${known.join(', ')}`)
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
    if (!verb)
      throw new UsageError(`matrix: unknown word ${name}${didYouMean(name, known)} (known: ${known.join(', ')})`)
    return verb(words, { global, printToken: flags['print-token'] })
  },
})

async function logInHere(words: string[], { global, printToken }: Parameters<Verb>[1]): Promise<number> {
  if (words.length > 1) throw new UsageError(`matrix login: ${words[1]}: unexpected argument`)
  const { options, world } = await accountOptions(global, words[0])
  const user = words[0] ?? options.user_id
  if (user === undefined && options.access_token !== undefined)
    return showAccount((await callerOf(global)).call, global)
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
  print(global.json ? `${JSON.stringify(named(session))}\n` : configurationFor(session))
  return exitCode.ok
}

/** A configuration with a token needs no login: whose token it is shows that it is good. */
async function showAccount(call: Call, { json }: GlobalOptions): Promise<number> {
  const { user_id: user, device_id: device } = await call('GET', ['account', 'whoami'], { proof: 'user_id' })
  if (json) printJson({ user_id: user, device_id: device })
  else printLine(`# the access_token of the configuration is that of ${user} (device ${device ?? 'unknown'})`)
  return exitCode.ok
}

/** @throws NtfyError the token cannot be kept: then it would be of no use to anybody */
async function keepLogin(
  account: { homeserver: string; user: string; password: string },
  world: World,
): Promise<Session> {
  const cache = sessionCache(account, world)
  return cache.alone(async () => {
    const device = sessionIn(cache.read(), account.homeserver)?.device
    const session = await logIn(account, world, { device, refreshable: true })
    if (!cache.write(session)) {
      throw new NtfyError(`${cacheFolder() ?? 'no home folder'}: the token cannot be stored there`, exitCode.io)
    }
    rememberLogin(session, world)
    return session
  })
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
function configurationFor({ homeserver, user, device }: Session): string {
  const place = abbreviateHome(cacheFolder() ?? '')
  const lines = [
    `# ${user} is logged in (device ${device}); the token is kept in ${place}`,
    '# to use it by default: backends: [matrix]',
    'matrix:',
    `  homeserver: ${JSON.stringify(homeserver)}`,
    `  user_id: ${JSON.stringify(user)}`,
    `  rooms: ["#room:${user.replace(/^[^:]*:/, '')}"]  # ntfy matrix rooms lists yours`,
  ]
  return lines.map((line) => `${oneLine(line)}\n`).join('')
}

async function joinRooms(rooms: string[], { global }: Parameters<Verb>[1]): Promise<number> {
  if (rooms.length === 0) throw new UsageError('matrix join: expected a room: its id (!...) or an alias (#...:server)')
  const wrong = rooms.find((room) => !/^[!#]./.test(room))
  if (wrong !== undefined)
    throw new UsageError(`matrix join: ${wrong}: expected an id (!...) or an alias (#...:server)`)
  const { call } = await callerOf(global)
  for (const room of rooms) {
    const id = await join(call, room)
    global.json ? printJson({ room, room_id: id }) : printLine(id)
  }
  return exitCode.ok
}

async function listRooms(words: string[], { global }: Parameters<Verb>[1]): Promise<number> {
  if (words.length > 0) throw new UsageError(`matrix rooms: ${words[0]}: unexpected argument`)
  const { account, call } = await callerOf(global)
  for (const id of await joinedRooms(call)) {
    const room = await describeRoom(call, account.homeserver, id)
    const notes = [room.name, room.alias, room.encrypted ? 'encrypted' : undefined].filter(Boolean).join(', ')
    global.json ? printJson(room) : printLine(`${id}  ${notes}`.trim())
  }
  return exitCode.ok
}
