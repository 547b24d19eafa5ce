import { fitRendered } from '../notification/fit.ts'
import { asObject, field } from '../platform/json.ts'
import { callingNobody, inertAddress } from '../platform/text.ts'
import { defineBackend } from './contract/backend.ts'
import { httpOptions } from './contract/http-options.ts'
import { text, url } from './contract/options.ts'

export default defineBackend({
  name: 'googlechat',
  title: 'Google Chat',
  homepage: 'https://developers.google.com/workspace/chat/quickstart/webhooks',
  setup: [
    'In a space choose Apps & integrations, Webhooks, Add webhook, and copy its address: key and token are a part of it.',
  ],
  addresses: {
    schemes: ['gchat'],
    form: 'gchat://WORKSPACE/KEY/TOKEN',
    read({ host, path: [key, token, thread_key], query }) {
      if (key === undefined || token === undefined) return undefined
      const words = `key=${encodeURIComponent(key)}&token=${encodeURIComponent(token)}`
      const url = `https://chat.googleapis.com/v1/spaces/${encodeURIComponent(host)}/messages?${words}`
      return { url, thread_key: thread_key ?? query['thread'] }
    },
  },
  options: {
    url: url({
      description: "the address of a webhook, from the space's settings under Apps & integrations",
      required: true,
      secret: true,
      example: 'https://chat.googleapis.com/v1/spaces/SPACE/messages?key=KEY&token=TOKEN',
      aliases: ['app_url', 'webhook'],
    }),
    thread_key: text({ description: 'messages with the same key make a thread' }),
    ...httpOptions,
  },
  limits: { title: { max: 1000, unit: 'bytes' }, message: { max: 32_000, unit: 'bytes' } },
  answer: { json: { name: 'spaces/SPACE/messages/MESSAGE', text: 'Done' } },
  refusal: {
    status: 403,
    json: { error: { code: 403, message: 'The caller does not have permission', status: 'PERMISSION_DENIED' } },
  },
  async send({ title, message, url: link }, options, context) {
    const address = new URL(options.url)
    address.searchParams.set('requestId', context.id)
    if (options.thread_key !== undefined) {
      address.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD')
    }
    const answer = await context.http(address.href, {
      json: {
        text: fitRendered(
          message,
          (part) => `*${inert(title)}*\n${inert(part)}${link === undefined ? '' : `\n${inertAddress(link)}`}`,
          { max: 32_000, unit: 'bytes' },
        ),
        ...(options.thread_key !== undefined && { thread: { threadKey: options.thread_key } }),
      },
      accepts: ({ json }) => typeof field(json, 'name') === 'string',
    })
    return asObject(answer.json)
  },
})

/** There is no escape in this markup: a space of no width keeps a mark from pairing, and `<users/all>` from calling. */
function inert(text: string): string {
  return callingNobody(text).replace(/[*_~`<]/g, '$&\u200b')
}
