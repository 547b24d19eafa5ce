import { fitRendered } from '../notification/fit.ts'
import { ConfigError, TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { callingNobody, cut } from '../platform/text.ts'
import { recipients } from './contract/address.ts'
import { type Context, defineBackend, type Outgoing } from './contract/backend.ts'
import { account, word } from './contract/formats.ts'
import { authorization, httpOptions } from './contract/http-options.ts'
import { choice, server, text } from './contract/options.ts'
import { escapeMarkdown, markdownText } from './shared/markdown.ts'

export default defineBackend({
  name: 'zulip',
  title: 'Zulip',
  homepage: 'https://zulip.com/api/send-message',
  setup: ['In Settings, Your bots, add an incoming webhook bot or a generic bot, and copy its email and its API key.'],
  addresses: {
    schemes: ['zulip'],
    form: 'zulip://BOT@ORGANIZATION/KEY/CHANNEL',
    read(address) {
      const { user, host, path, query } = address
      const [to = 'general', ...others] = recipients(address, 1)
      if (user === undefined || path[0] === undefined || others.length > 0) return undefined
      const site = host.includes('.') ? host : `${host}.zulipchat.com`
      const email = user.includes('@') ? user : `${user.replace(/-bot$/, '')}-bot@${site}`
      const type = to.includes('@') ? 'direct' : 'stream'
      return { site: `https://${site}`, email, key: path[0], to: to.replace(/^#/, ''), type, topic: query['topic'] }
    },
  },
  options: {
    site: server({
      endpoint: /\/api(?:\/v1(?:\/messages)?)?\/?$/,
      description: 'the address of the server',
      required: true,
      example: 'https://example.zulipchat.com',
      aliases: ['url', 'server'],
    }),
    email: text({
      format: account,
      description: "the bot's address",
      required: true,
      example: 'ntfy-bot@example.zulipchat.com',
    }),
    key: text({
      format: word,
      description: "the bot's API key",
      required: true,
      secret: true,
      example: 'a0b1c2d3e4f5a6b7c8d9',
      aliases: ['token', 'api_key'],
    }),
    to: text({
      description: 'the channel, or addresses with commas for a direct message',
      required: true,
      example: 'ops',
    }),
    type: choice(['stream', 'channel', 'direct'], { description: 'what `to` is', default: 'stream' }),
    topic: text({ description: 'the topic in the channel; else the title' }),
    ...httpOptions,
  },
  takesFiles: () => ({ max: 10 * 1024 * 1024 }),
  limits: { title: { max: 500, unit: 'codepoints' }, message: { max: 10_000, unit: 'codepoints' } },
  answer: { json: { id: 42, msg: '', result: 'success' } },
  refusal: { status: 401, json: { result: 'error', msg: 'Invalid API key', code: 'INVALID_API_KEY' } },
  async send(notification, options, context) {
    const { site, email, key, to, type } = options
    const recipients = type === 'direct' ? JSON.stringify(to.split(/[\s,]+/).filter(Boolean)) : to
    const topic = cut(options.topic ?? callingNobody(notification.title), { max: 60, unit: 'codepoints' })
    const links = await uploaded(notification, options, context)
    const answer = await context.http(`${site}/api/v1/messages`, {
      headers: authorization({ user: email, password: key }),
      form: {
        type,
        to: recipients,
        topic: type === 'direct' ? undefined : topic || 'ntfy',
        content: fitRendered(notification.message, (message) => markdownText({ ...notification, message }) + links, {
          max: 10_000,
          unit: 'codepoints',
        }),
      },
      accepts: ({ json }) => field(json, 'result') === 'success',
      failure: ({ status, json }) => {
        const wait = field(json, 'retry-after')
        if (status === 429 && typeof wait === 'number')
          return new TransientError('zulip: too many messages', Math.ceil(wait))
        const unknown = ['STREAM_DOES_NOT_EXIST', 'BAD_REQUEST_UNKNOWN_CHANNEL'].includes(String(field(json, 'code')))
        return unknown ? new ConfigError(`zulip: ${field(json, 'msg')}`) : undefined
      },
    })
    return asObject(answer.json)
  },
  async probe({ site, email, key }, context) {
    const answer = await context.http(`${site}/api/v1/users/me`, {
      method: 'GET',
      headers: authorization({ user: email, password: key }),
      accepts: ({ json }) => field(json, 'result') === 'success',
    })
    return `the key of ${field(answer.json, 'full_name') ?? email}`
  },
})

/** Puts the files onto the server (https://zulip.com/api/upload-file). @returns links to them, for the message */
async function uploaded(
  { files = [] }: Outgoing,
  { site, email, key }: { site: string; email: string; key: string },
  context: Context,
): Promise<string> {
  let links = ''
  for (const { name, type, content } of files) {
    const answer = await context.http(`${site}/api/v1/user_uploads`, {
      headers: authorization({ user: email, password: key }),
      multipart: [{ name: 'filename', filename: name, type, content }],
      accepts: ({ json }) => field(json, 'result') === 'success',
    })
    links += `\n[${escapeMarkdown(name)}](${field(answer.json, 'url') ?? field(answer.json, 'uri')})`
  }
  return links
}
