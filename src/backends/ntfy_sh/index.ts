import type { HttpAnswer } from '../../http/exchange.ts'
import { iconAddress } from '../../notification/actions.ts'
import { fitRendered } from '../../notification/fit.ts'
import { priorities } from '../../notification/index.ts'
import { ConfigError, TransientError } from '../../platform/errors.ts'
import { field } from '../../platform/json.ts'
import { serverOf } from '../contract/address.ts'
import { type Context, defineBackend, type Outgoing, type OutgoingFile } from '../contract/backend.ts'
import { word } from '../contract/formats.ts'
import { authorization, httpOptions } from '../contract/http-options.ts'
import { choice, server, text, url } from '../contract/options.ts'
import { ask } from './ask.ts'
import { levelOf, tagsOf } from './level.ts'
import { receive } from './receive.ts'

/** One byte more, and the server makes a file of the message (server.go, where the limit itself is too long already). */
const longest = { max: 4095, unit: 'bytes' } as const

/** Twice that is as much as the server reads of JSON, in bytes. */
const longestJson = { max: 8192, unit: 'bytes' } as const

export default defineBackend({
  name: 'ntfy_sh',
  title: 'ntfy.sh',
  server: 'an ntfy server',
  homepage: 'https://docs.ntfy.sh/publish/',
  setup: [
    'Choose a topic that nobody guesses (`ntfy setup ntfy_sh` proposes one), and subscribe to it in the app or at https://ntfy.sh.',
    'For a protected topic, or a server of your own, make an access token in its account page, or with `ntfy token add`.',
  ],
  addresses: {
    schemes: ['ntfy', 'ntfys'],
    form: 'ntfys://[TOKEN@]HOST/TOPIC or ntfy://TOPIC',
    read(address) {
      const { user, password, host, path, query } = address
      const [topic, ...others] = path
      if (others.length > 0 || host === '') return undefined
      const isToken = user !== undefined && password === undefined
      return {
        // Without a path it is the public server.
        ...(topic === undefined ? { topic: host } : { topic, server: serverOf(address) }),
        ...(isToken ? { token: user } : { user, password }),
        token:
          query['token'] ?? (isToken ? user : password?.startsWith('tk_') && user === undefined ? password : undefined),
        priority: query['priority'],
        icon: query['avatar_url'],
      }
    },
  },
  options: {
    topic: text({
      format: {
        pattern: /^[-_A-Za-z0-9]{1,64}$/,
        expected: 'expected 1 to 64 letters, digits, - and _ (the address of the server is an option of its own)',
      },
      description: 'the topic; on a public server everyone who knows it can read it, so make it long and random',
      required: true,
      example: 'x7Gk2mQ9vT4bLw',
    }),
    server: server({
      description: 'the address of the server',
      default: 'https://ntfy.sh',
      aliases: ['host', 'url', 'default_host'],
    }),
    token: text({
      format: word,
      description: 'an access token (tk_...)',
      secret: true,
      aliases: ['ntfy_access_token', 'default_token'],
    }),
    user: text({
      description: 'the user name, with `password`',
      aliases: ['ntfy_username', 'username', 'default_user'],
    }),
    password: text({
      description: 'the password',
      secret: true,
      aliases: ['ntfy_password', 'pass', 'default_password'],
    }),
    priority: choice(['1', '2', '3', '4', '5', ...priorities, 'max'], {
      description: 'a priority for all messages instead of their own: 1 to 5, or its name',
      example: 'high',
    }),
    reply_token: text({
      format: word,
      description:
        'for `ntfy ask` on a protected server: an access token that may only write, as it goes into the buttons; ntfy access USER "*" write-only',
      secret: true,
    }),
    icon: url({ description: 'the address of a picture to show' }),
    ...httpOptions,
  },
  takesActions: true,
  // The server's default (attachment-file-size-limit); ntfy.sh itself takes 2 MB.
  takesFiles: ({ server }) => ({
    max: (/^https:\/\/ntfy\.sh$/.test(String(server ?? 'https://ntfy.sh')) ? 2 : 15) * 1024 * 1024,
  }),
  limits: { title: { max: 1024, unit: 'bytes' }, message: longest },
  answer: { json: { id: 'hwQ2YpKdmg', time: 1635528741, event: 'message', topic: 'mytopic', message: 'Disk full' } },
  refusal: {
    status: 403,
    json: { code: 40301, http: 403, error: 'forbidden', link: 'https://ntfy.sh/docs/publish/#authentication' },
  },
  async send(notification, options, context) {
    const content = (message: string) => ({
      topic: options.topic,
      title: notification.title,
      message,
      priority: levelOf(options.priority ?? notification.priority),
      tags: tagsOf(notification),
      click: notification.url,
      icon: iconAddress(notification) ?? options.icon,
      actions: notification.actions?.map(({ label, url }) => ({ action: 'view', label, url })),
      sequence_id: context.id,
    })
    if (notification.files !== undefined) return putFiles(notification, notification.files, options, context)
    // JSON, because a header cannot hold what is not Latin-1: a mark in the title would never arrive.
    const answer = await context.http(`${options.server}/`, {
      headers: { 'content-type': 'application/json', ...authorization(options) },
      body: fitRendered(notification.message, (part) => JSON.stringify(content(part)), longestJson),
      // https://docs.ntfy.sh/publish/#publish-as-json: the published message comes back with its id.
      accepts: ({ json }) => typeof json === 'object' && json !== null && 'id' in json && 'topic' in json,
      failure: quota,
    })
    return answer.json as Record<string, unknown>
  },
  // At most 3 actions (server/actions.go); a text with them has to fit into 8192 bytes of JSON.
  asks: { words: 3, text: false, longest: { max: 2500, unit: 'bytes' } },
  ask,
  receive,
  async probe(options, context) {
    const headers = authorization(options)
    const known = headers['authorization'] !== undefined
    const answer = await context.http(`${options.server}/v1/${known ? 'account' : 'health'}`, {
      method: 'GET',
      headers,
      accepts: ({ json }) => field(json, known ? 'username' : 'healthy') !== undefined,
    })
    return known ? `${options.server} knows ${field(answer.json, 'username')}` : `${options.server} answers`
  },
})

type NtfyOptions = { server: string; topic: string; priority?: string | undefined } & Parameters<
  typeof authorization
>[0]

/** Each file as the body of a message (https://docs.ntfy.sh/publish/#attach-local-file), the first with all the rest. */
async function putFiles(notification: Outgoing, files: OutgoingFile[], options: NtfyOptions, context: Context) {
  const { title, message, url: click, actions } = notification
  const tags = tagsOf(notification) ?? []
  let first: Record<string, unknown> | undefined
  for (const { name, content } of files) {
    const headers: Record<string, string> = {
      filename: headerText(name),
      title: headerText(title),
      priority: String(levelOf(options.priority ?? notification.priority)),
      ...authorization(options),
    }
    if (first === undefined) {
      if (message !== '') headers['message'] = headerText(message)
      if (tags.length > 0) headers['tags'] = headerText(tags.join(','))
      if (click !== undefined) headers['click'] = headerText(click)
      const icon = iconAddress(notification)
      if (icon !== undefined) headers['icon'] = headerText(icon)
      const buttons = actions?.map(({ label, url }) => ({ action: 'view', label, url }))
      if (buttons) headers['actions'] = headerText(JSON.stringify(buttons))
    }
    const answer = await context.http(`${options.server}/${options.topic}`, {
      method: 'PUT',
      headers,
      body: content,
      accepts: ({ json }) => typeof json === 'object' && json !== null && 'id' in json && 'topic' in json,
      failure: quota,
    })
    first ??= answer.json as Record<string, unknown>
  }
  return first
}

/** A header has Latin-1 and one line; the server decodes RFC 2047. */
function headerText(text: string): string {
  return /^[ -~]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`
}

/** Error codes of the server (server/errors.go): what a day allows is used up, or too many logins have failed. */
function quota({ json }: HttpAnswer): Error | undefined {
  const code = field(json, 'code')
  const text = `ntfy: ${field(json, 'error') ?? code}`
  if (code === 42909) return new ConfigError(text)
  if (code !== 42905 && code !== 42908) return undefined
  const day = 24 * 60 * 60
  return new TransientError(text, day - (Math.floor(Date.now() / 1000) % day))
}
