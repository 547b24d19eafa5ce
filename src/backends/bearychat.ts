import { isForLater } from '../http/index.ts'
import { ConfigError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { callingNobody } from '../platform/text.ts'
import { defineBackend } from './contract/backend.ts'
import { httpOptions } from './contract/http-options.ts'
import { text, url } from './contract/options.ts'
import { markdownText } from './shared/markdown.ts'

export default defineBackend({
  name: 'bearychat',
  title: 'BearyChat',
  homepage: 'https://github.com/bearyinnovative/bearychat-api',
  setup: ["In the team's page choose Robots, then Incoming Webhook, and copy the address of the hook."],
  options: {
    url: url({
      description: 'the address of an incoming robot',
      required: true,
      secret: true,
      example: 'https://hook.bearychat.com/=bw52O/incoming/8a5c3f0f7a1b2c3d',
      aliases: ['incoming_hook_uri', 'webhook'],
    }),
    channel: text({ description: "a channel instead of the robot's own" }),
    user: text({ description: 'a member who gets it alone' }),
    ...httpOptions,
  },
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 4000, unit: 'codepoints' } },
  answer: { json: { code: 0, result: null } },
  refusal: { status: 400, json: { code: 4, error: 'token not found' } },
  async send(notification, options, context) {
    const answer = await context.http(options.url, {
      json: {
        text: markdownText(notification),
        notification: callingNobody(notification.title),
        markdown: true,
        channel: options.channel,
        user: options.user,
      },
      accepts: ({ json }) => field(json, 'code') === 0,
      failure: ({ status, json }) => {
        const error = field(json, 'error')
        if (status >= 500 || isForLater(status)) return undefined
        return typeof error === 'string' ? new ConfigError(`bearychat: ${error}`) : undefined
      },
    })
    return asObject(answer.json)
  },
})
