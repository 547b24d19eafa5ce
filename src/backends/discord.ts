import { iconAddress } from '../notification/actions.ts'
import { fitRendered } from '../notification/fit.ts'
import type { Action } from '../notification/index.ts'
import { TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { callingNobody, inertAddress } from '../platform/text.ts'
import { defineBackend, type Outgoing } from './contract/backend.ts'
import { digits } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { text, url } from './contract/options.ts'

export default defineBackend({
  name: 'discord',
  title: 'Discord',
  homepage: 'https://docs.discord.com/developers/resources/webhook#execute-webhook',
  setup: ['In the settings of a channel choose Integrations, Webhooks, New Webhook, and copy its address.'],
  addresses: {
    schemes: ['discord'],
    form: 'discord://ID/TOKEN',
    read({ user, host, path: [token, ...others], query }) {
      if (token === undefined || others.length > 0) return undefined
      const { thread, avatar_url } = query
      return { url: `https://discord.com/api/webhooks/${host}/${token}`, username: user, thread_id: thread, avatar_url }
    },
  },
  options: {
    url: url({
      description: "the address of a webhook, from the channel's settings under Integrations",
      required: true,
      secret: true,
      example: 'https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnop',
      aliases: ['discord_webhook_url'],
    }),
    username: text({
      format: { pattern: /^.{1,80}$/su, expected: 'expected 80 characters at most' },
      description: 'the name to appear under',
    }),
    avatar_url: url({ description: 'the address of a picture to appear with' }),
    thread_id: text({ format: digits, description: 'a thread of the channel' }),
    ...httpOptions,
  },
  takesActions: true,
  takesFiles: () => ({ max: 10 * 1024 * 1024, count: 10 }),
  limits: { title: { max: 100, unit: 'codepoints' }, message: { max: 2000, unit: 'codepoints' } },
  answer: { json: { id: '1190000000000000000', type: 0, content: '**Done**', channel_id: '1180000000000000000' } },
  refusal: { status: 401, json: { message: 'Invalid Webhook Token', code: 50027 } },
  async send(notification, options, context) {
    const { title, message, url: link, priority, actions } = notification
    const thread = options.thread_id === undefined ? '' : `&thread_id=${encodeURIComponent(options.thread_id)}`
    // Without wait=true a message that is not saved is answered like one that is.
    // What no application owns may have buttons that are links (docs: with_components).
    const query = `wait=true${thread}${actions ? '&with_components=true' : ''}`
    const answer = await context.http(`${options.url}${options.url.includes('?') ? '&' : '?'}${query}`, {
      ...bodyOf(notification, {
        content: fitRendered(
          message,
          (part) => `**${escaped(title)}**\n${escaped(part)}${link === undefined ? '' : `\n<${inertAddress(link)}>`}`,
          { max: 2000, unit: 'codepoints' },
        ),
        username: options.username,
        avatar_url: iconAddress(notification) ?? options.avatar_url,
        components: actions && [{ type: 1, components: actions.map(linkButton) }],
        allowed_mentions: { parse: [] },
        flags: priority === 'min' || priority === 'low' ? suppressNotifications : undefined,
      }),
      accepts: ({ status, json }) => status === 204 || typeof field(json, 'id') === 'string',
      failure: ({ status, json }) => {
        const wait = field(json, 'retry_after')
        if (status !== 429 || typeof wait !== 'number') return undefined
        return new TransientError('discord: too many messages', Math.ceil(wait))
      },
    })
    return asObject(answer.json)
  },
  async probe({ url: address }, context) {
    const answer = await context.http(address, {
      method: 'GET',
      accepts: ({ json }) => typeof field(json, 'id') === 'string',
    })
    return `the webhook ${field(answer.json, 'name') ?? ''}`.trimEnd()
  },
})

/** With files the rest is a part of the form (docs.discord.com/developers/reference#uploading-files). */
function bodyOf({ files }: Outgoing, content: Record<string, unknown>) {
  if (files === undefined) return { json: content }
  return {
    multipart: [
      { name: 'payload_json', type: 'application/json', content: JSON.stringify(content) },
      ...files.map((file, at) => ({ ...file, name: `files[${at}]`, filename: file.name })),
    ],
  }
}

/** A button of style 5 opens its address, and tells nobody. */
function linkButton({ label, url }: Action) {
  return { type: 2, style: 5, label, url }
}

const suppressNotifications = 1 << 12

/** Discord's Markdown; a mention in the text is inert by `allowed_mentions`. */
function escaped(text: string): string {
  return callingNobody(text).replace(/[\\*_~`|>#[\]()<-]/g, '\\$&')
}
