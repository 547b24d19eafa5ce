import type { HttpAnswer } from '../http/exchange.ts'
import { resetAfter, retryAfter } from '../http/index.ts'
import { iconAddress } from '../notification/actions.ts'
import { fitRendered } from '../notification/fit.ts'
import { ConfigError, TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { serverOf } from './contract/address.ts'
import { type Context, defineBackend, type Outgoing } from './contract/backend.ts'
import { word } from './contract/formats.ts'
import { authorization, httpOptions } from './contract/http-options.ts'
import { text, url } from './contract/options.ts'
import { escapeMarkdown, markdownText } from './shared/markdown.ts'

export default defineBackend({
  name: 'mattermost',
  title: 'Mattermost',
  homepage: 'https://developers.mattermost.com/integrate/webhooks/incoming/',
  setup: [
    'In the main menu choose Integrations, Incoming Webhooks, Add, and copy its address. If there are none, an administrator has to enable them.',
  ],
  addresses: {
    schemes: ['mmost', 'mmosts'],
    form: 'mmosts://HOST/TOKEN',
    read(address) {
      const { user, path, query } = address
      const key = path.at(-1)
      if (key === undefined) return undefined
      const folder = path
        .slice(0, -1)
        .map((part) => `/${part}`)
        .join('')
      const channel = (query['channel'] ?? query['to'])?.replace(/^#/, '')
      return { url: `${serverOf(address)}${folder}/hooks/${key}`, username: user, channel }
    },
  },
  options: {
    url: url({
      description: 'the address of an incoming webhook; with `token` that of the server',
      required: true,
      secret: true,
      example: 'https://mattermost.example.org/hooks/xxx-generatedkey-xxx',
      aliases: ['incoming_hook_uri', 'webhook'],
    }),
    token: text({ format: word, description: "a bot's token, instead of a webhook", secret: true }),
    channel_id: text({ format: word, description: 'the id of the channel that the bot posts to' }),
    channel: text({ description: 'the channel, where the webhook lets one choose' }),
    username: text({ description: 'the name to appear under, where the server allows it' }),
    icon_url: url({ description: 'the address of a picture to appear with' }),
    ...httpOptions,
  },
  takesActions: true,
  // A webhook takes none.
  takesFiles: ({ token }) => (token === undefined ? undefined : { max: 100 * 1024 * 1024, count: 10 }),
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 16_383, unit: 'codepoints' } },
  answer: { text: 'ok' },
  refusal: {
    status: 400,
    json: { id: 'web.incoming_webhook.invalid.app_error', message: 'Invalid webhook.', status_code: 400 },
  },
  missing: ({ token, channel_id: channel }) =>
    token !== undefined && channel === undefined ? 'channel_id is missing: where the bot posts to' : undefined,
  async send(notification, { url: address, token, channel_id, channel, username, icon_url }, context) {
    const text = fitRendered(notification.message, (message) => markdownText({ ...notification, message }), {
      max: 16_383,
      unit: 'codepoints',
    })
    const attachments = buttonsOf(notification)
    if (token !== undefined) {
      const file_ids = await uploaded(notification, { address, token, channel_id }, context)
      const answer = await context.http(`${address}/api/v4/posts`, {
        headers: authorization({ token }),
        // The server takes what has the same pending id for the same post.
        json: {
          channel_id,
          message: text,
          pending_post_id: context.id,
          file_ids,
          props: attachments && { attachments },
        },
        accepts: ({ json }) => typeof field(json, 'id') === 'string',
        failure: refusalOf,
      })
      return asObject(answer.json)
    }
    await context.http(address, {
      json: { text, channel, username, icon_url: iconAddress(notification) ?? icon_url, attachments },
      accepts: ({ text: answer }) => answer.trim() === 'ok',
      failure: refusalOf,
    })
    return undefined
  },
})

/** @returns the ids of the files, for the post */
async function uploaded(
  { files }: Outgoing,
  { address, token, channel_id }: { address: string; token: string; channel_id: string | undefined },
  context: Context,
): Promise<string[] | undefined> {
  const ids: string[] = []
  for (const { name, type, content } of files ?? []) {
    const answer = await context.http(`${address}/api/v4/files`, {
      headers: authorization({ token }),
      multipart: [
        { name: 'channel_id', content: channel_id ?? '' },
        { name: 'files', filename: name, type, content },
      ],
      accepts: ({ json }) => typeof field(json, 'file_infos', '0', 'id') === 'string',
      failure: refusalOf,
    })
    ids.push(String(field(answer.json, 'file_infos', '0', 'id')))
  }
  return files && ids
}

/**
 * Its buttons do not open an address, the server calls it (developers.mattermost.com, "Interactive messages"): so the
 * label is a link as well.
 */
function buttonsOf({ actions }: Outgoing) {
  return actions?.map(({ label, url }, at) => ({
    fallback: `${label}: ${url}`,
    title: escapeMarkdown(label),
    title_link: url,
    actions: [{ id: `open${at}`, type: 'button', name: label, integration: { url } }],
  }))
}

function refusalOf(answer: HttpAnswer): Error | undefined {
  const { status, json } = answer
  if (status === 429) {
    const wait = retryAfter(answer) ?? resetAfter(answer, 'x-ratelimit-reset')
    return new TransientError('mattermost: too many messages', wait)
  }
  const id = field(json, 'id')
  return typeof id === 'string' && id.includes('incoming_webhook')
    ? new ConfigError(`mattermost: ${field(json, 'message') ?? id}`)
    : undefined
}
