import { defineBackend } from '../backend.ts'
import { httpOptions } from '../http-options.ts'
import { markdownText } from '../markdown.ts'
import { text, url } from '../options.ts'

export default defineBackend({
  name: 'mattermost',
  title: 'Mattermost',
  homepage: 'https://developers.mattermost.com/integrate/webhooks/incoming/',
  options: {
    url: url({
      description: 'the address of an incoming webhook',
      required: true,
      secret: true,
      example: 'https://mattermost.example.org/hooks/xxx-generatedkey-xxx',
    }),
    channel: text({ description: 'the channel, where the webhook lets one choose' }),
    username: text({ description: 'the name to appear under, where the server allows it' }),
    icon_url: url({ description: 'the address of a picture to appear with' }),
    ...httpOptions,
  },
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 8000, unit: 'codepoints' } },
  answer: { text: 'ok' },
  async send(notification, { url: address, channel, username, icon_url }, context) {
    await context.http(address, {
      json: { text: markdownText(notification), channel, username, icon_url },
      accepts: ({ text: answer }) => answer.trim() === 'ok',
    })
    return undefined
  },
})
