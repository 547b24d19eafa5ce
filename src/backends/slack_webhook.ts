import { iconAddress } from '../notification/actions.ts'
import { ConfigError } from '../platform/errors.ts'
import { excerpt } from '../platform/masking.ts'
import { recipients } from './contract/address.ts'
import { defineBackend } from './contract/backend.ts'
import { httpOptions } from './contract/http-options.ts'
import { text, url } from './contract/options.ts'
import { slackButtons, slackText } from './shared/slack-text.ts'

export default defineBackend({
  name: 'slack_webhook',
  title: 'Slack, incoming webhook',
  homepage: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',
  setup: [
    'At https://api.slack.com/apps make an app, activate Incoming Webhooks, add one for a channel, and copy its address.',
  ],
  addresses: {
    schemes: ['slack'],
    form: 'slack://A/B/C[/#CHANNEL]',
    read(address) {
      const [second, third, user, ...others] = recipients(address)
      if (third === undefined || others.length > 0) return undefined
      return { url: `https://hooks.slack.com/services/${address.host}/${second}/${third}`, user }
    },
  },
  options: {
    url: url({
      description: 'the address of the webhook, from https://api.slack.com/apps',
      required: true,
      secret: true,
      example: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
      aliases: ['slack_webhook_url', 'app_url', 'webhook'],
    }),
    user: text({
      description: 'the channel or @user it goes to, where the webhook lets one choose',
      aliases: ['default_recipient_slack', 'channel'],
    }),
    ...httpOptions,
  },
  takesActions: true,
  limits: { title: { max: 150, unit: 'codepoints' }, message: { max: 38_000, unit: 'codepoints' } },
  answer: { text: 'ok' },
  refusal: { status: 403, text: 'invalid_token' },
  async send(notification, options, context) {
    const text = slackText(notification)
    await context.http(options.url, {
      json: {
        text,
        ...slackButtons(text, notification.actions),
        channel: options.user,
        username: 'ntfy',
        icon_url: iconAddress(notification),
        unfurl_links: false,
      },
      accepts: ({ text }) => text.trim() === 'ok',
      failure: ({ status, text }) => (status === 410 ? new ConfigError(`slack_webhook: ${excerpt(text)}`) : undefined),
    })
    return undefined
  },
})
