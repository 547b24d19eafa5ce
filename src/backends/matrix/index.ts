import { messageOf } from '../../platform/errors.ts'
import { recipients, serverOf } from '../contract/address.ts'
import { defineBackend } from '../contract/backend.ts'
import { word } from '../contract/formats.ts'
import { httpOptions } from '../contract/http-options.ts'
import { boolean, choice, list, text } from '../contract/options.ts'
import { accountOf, lackOfHomeserver } from './account.ts'
import { ask } from './ask.ts'
import { contentsOf } from './content.ts'
import { putInto } from './put.ts'
import { failureOf, post } from './rooms.ts'
import { accountCall } from './session.ts'

export default defineBackend({
  name: 'matrix',
  title: 'Matrix',
  homepage: 'https://spec.matrix.org/latest/client-server-api/',
  setup: [
    'Make an account for it at any homeserver, and invite it to the room.',
    '`ntfy matrix login @name:server` asks for its password and keeps the token; `ntfy matrix rooms` lists the ids of its rooms.',
    'For encrypted rooms it makes a device with keys. They need two optional packages, which npm installs with ntfy unless told not to: `npm install -g @matrix-org/matrix-sdk-crypto-wasm fake-indexeddb`.',
    'An account without an identity gets one, and the login prints its recovery key, once. For any other, `ntfy matrix verify` asks for the recovery key and signs the device: its messages are then shown without a shield. `/verify DEVICE FINGERPRINT` in Element does the same.',
    'What others write in encrypted rooms is not read, and there is no verification by emoji.',
  ],
  addresses: {
    schemes: ['matrix', 'matrixs'],
    form: 'matrixs://USER:PASSWORD@HOST/#ROOM or matrixs://TOKEN@HOST/#ROOM',
    read(address) {
      const { user, password, host, query } = address
      const rooms = recipients(address).map((room) => roomAt(room, host))
      if (user === undefined || rooms.length === 0) return undefined
      const login = { user_id: user.startsWith('@') ? user : `@${user}:${host}`, password }
      const msgtype = query['msgtype'] && (query['msgtype'] === 'notice' ? 'm.notice' : 'm.text')
      return {
        homeserver: serverOf(address),
        ...(password === undefined ? { access_token: user } : login),
        rooms,
        msgtype,
      }
    },
  },
  options: {
    homeserver: text({
      format: {
        pattern: /^(?:https?:\/\/)?[^\s/?#]+\/?$/i,
        expected: 'expected the address of the homeserver (https://matrix.example.org), or the name of a server',
      },
      description:
        'the homeserver: an address, or a server name, whose well-known file is read; by default that of user_id',
      example: 'https://matrix.example.org',
      aliases: ['url', 'home_server', 'server', 'matrix_homeserver', 'MatrixHomeServer'],
    }),
    rooms: list({
      format: { pattern: /^[!#]\S+$/, expected: 'expected a room id (!...) or an alias (#...:server)' },
      description:
        'room ids (!...) and aliases (#...:server), in quotation marks; `ntfy matrix rooms` lists yours; an invitation is accepted when a message needs it',
      required: true,
      example: ['!QtykxKocfZaZOUrTwp:example.org'],
      aliases: ['room', 'room_id', 'default_recipient_matrix', 'matrix_room', 'to'],
    }),
    access_token: text({
      format: word,
      description:
        'the access token of the account (in Element: Settings, Help & About); not needed after `ntfy matrix login`, or with a password',
      secret: true,
      example: 'syt_...',
      aliases: ['token', 'matrix_accesstoken', 'matrix_access_token'],
    }),
    user_id: text({
      description: 'the account, @name:server',
      example: '@ntfy:example.org',
      aliases: ['user', 'username'],
    }),
    password: text({
      description: 'the password of the account: ntfy logs in once, and keeps the token in its state folder',
      secret: true,
      aliases: ['pass'],
    }),
    msgtype: choice(['m.text', 'm.notice'], { description: 'm.notice is shown without ringing', default: 'm.text' }),
    encryption: choice(['auto', 'never'], {
      description: 'auto: messages to encrypted rooms are encrypted; never: they are refused',
      default: 'auto',
    }),
    recipients: choice(['signed', 'all'], {
      description:
        'whose devices can read what is encrypted: signed: of members who verify their devices those that they have verified, and all of others; or all',
      default: 'signed',
    }),
    allow_unencrypted: boolean({
      description: 'with encryption: never, post plain text to encrypted rooms, which their members are warned of',
      default: false,
    }),
    answer_from: list({
      format: { pattern: /^@[^:\s]+:\S+$/, expected: 'expected a user id, @name:server' },
      description: 'who may answer a question of `ntfy ask`: user ids; whoever may speak in the room if not given',
    }),
    ...httpOptions,
  },
  example: {
    homeserver: 'https://matrix.example.org',
    access_token: 'syt_...',
    rooms: ['!QtykxKocfZaZOUrTwp:example.org'],
  },
  // Plain text that is all quotation marks takes twice its bytes in JSON, and still fits.
  limits: { title: { max: 500, unit: 'bytes' }, message: { max: 29_000, unit: 'bytes' } },
  // The usual limit of a homeserver (max_upload_size of synapse).
  takesFiles: () => ({ max: 50 * 1024 * 1024 }),
  missing({ homeserver, user_id: user, password, access_token: token }) {
    if (password !== undefined && user === undefined)
      return 'user_id is missing: a password needs the name of its account'
    const leads = homeserver !== undefined || typeof user === 'object' || /^@[^:]+:./.test(String(user))
    return token === undefined && password === undefined ? undefined : leads ? undefined : lackOfHomeserver
  },
  answer: { json: { event_id: '$YUwRidLecu:example.com' } },
  refusal: { status: 401, json: { errcode: 'M_UNKNOWN_TOKEN', error: 'Invalid access token passed.' } },
  async send(notification, options, context) {
    const account = await accountOf(options, context)
    const call = accountCall(account, context)
    const warnings: string[] = []
    const warn = (text: string) => {
      warnings.push(text)
      context.warn(text)
    }
    const message = { transaction: context.id, contents: contentsOf(call, notification, options.msgtype) }
    const put = putInto(call, account, message, options, { ...context, warn })
    const events: Record<string, unknown> = {}
    const failures = new Map<string, unknown>()
    for (const room of options.rooms) {
      try {
        events[room] = await post(call, account.homeserver, room, put)
      } catch (error) {
        failures.set(room, error)
      }
    }
    if (failures.size > 0) throw failureOf(failures, Object.keys(events))
    return warnings.length > 0 ? { ...events, warnings } : events
  },
  async receive(options, context, flow) {
    const { receive } = await import('./receive.ts')
    await receive(options, context, flow)
  },
  asks: { words: 9, text: true, longest: { max: 28_000, unit: 'bytes' } },
  ask,
  async probe(options, context) {
    const account = await accountOf(options, context)
    const call = accountCall(account, context)
    const answer = await call('GET', ['account', 'whoami'])
    const text = `the account ${answer['user_id'] ?? '?'}`
    if (options.encryption === 'never') return text
    const { describeDevice, wordsFor } = await import('./encryption/describe.ts')
    const device = await describeDevice(call, account, context).then(
      (found) => found && wordsFor(found),
      (error: unknown) => messageOf(error),
    )
    return device === undefined ? text : `${text}, ${device}`
  },
})

/** Apprise leaves out the server, and the # of an alias. */
function roomAt(room: string, host: string): string {
  const marked = /^[#!]/.test(room) ? room : `#${room}`
  return marked.startsWith('!') || marked.includes(':') ? marked : `${marked}:${host}`
}
