import { defineBackend } from '../backend.ts'
import { ConfigError, TransientError } from '../errors.ts'
import { fitRendered } from '../fit.ts'
import { resetAfter, retryAfter } from '../http.ts'
import { httpOptions } from '../http-options.ts'
import { field } from '../json.ts'
import { markdownText } from '../markdown.ts'
import { text, url } from '../options.ts'

export default defineBackend({
  name: 'mattermost',
  title: 'Mattermost',
  homepage: 'https://developers.mattermost.com/integrate/webhooks/incoming/',
  setup: [
    'In the main menu choose Integrations, Incoming Webhooks, Add, and copy its address. If there are none, an administrator has to enable them.',
  ],
  options: {
    url: url({
      description: 'the address of an incoming webhook',
      required: true,
      secret: true,
      example: 'https://mattermost.example.org/hooks/xxx-generatedkey-xxx',
      aliases: ['incoming_hook_uri', 'webhook'],
    }),
    channel: text({ description: 'the channel, where the webhook lets one choose' }),
    username: text({ description: 'the name to appear under, where the server allows it' }),
    icon_url: url({ description: 'the address of a picture to appear with' }),
    ...httpOptions,
  },
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 16_383, unit: 'codepoints' } },
  answer: { text: 'ok' },
  refusal: {
    status: 400,
    json: { id: 'web.incoming_webhook.invalid.app_error', message: 'Invalid webhook.', status_code: 400 },
  },
  async send(notification, { url: address, channel, username, icon_url }, context) {
    await context.http(address, {
      json: {
        text: fitRendered(notification.message, (message) => markdownText({ ...notification, message }), {
          max: 16_383,
          unit: 'codepoints',
        }),
        channel,
        username,
        icon_url,
      },
      accepts: ({ text: answer }) => answer.trim() === 'ok',
      failure: (answer) => {
        const { status, json } = answer
        if (status === 429)
          return new TransientError(
            'mattermost: too many messages',
            retryAfter(answer) ?? resetAfter(answer, 'x-ratelimit-reset'),
          )
        const id = field(json, 'id')
        return typeof id === 'string' && id.includes('incoming_webhook')
          ? new ConfigError(`mattermost: ${field(json, 'message') ?? id}`)
          : undefined
      },
    })
    return undefined
  },
})
