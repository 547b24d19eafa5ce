import type { HttpAnswer } from '../http/exchange.ts'
import type { Priority } from '../notification/index.ts'
import { ConfigError, TransientError } from '../platform/errors.ts'
import { defineBackend } from './contract/backend.ts'
import { link, word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { number, text } from './contract/options.ts'

export default defineBackend({
  name: 'prowl',
  title: 'Prowl',
  homepage: 'https://www.prowlapp.com/api.php',
  setup: ['Make an API key at https://www.prowlapp.com/api_settings.php.'],
  addresses: {
    schemes: ['prowl'],
    form: 'prowl://KEY[/PROVIDERKEY]',
    read: ({ host, path: [provider_key], query: { priority } }) => ({ api_key: host, provider_key, priority }),
  },
  options: {
    api_key: text({
      format: { pattern: /^[!-~]+(?:, *[!-~]+)*$/, expected: 'expected keys, with commas between them' },
      description: 'an API key of your own, made at https://www.prowlapp.com/api_settings.php; several with commas',
      required: 'to send',
      secret: true,
      example: '0123456789abcdef0123456789abcdef01234567',
      aliases: ['default_recipient_prowl'],
    }),
    provider_key: text({ format: word, description: 'a provider key, for more messages an hour', secret: true }),
    priority: number({ description: "-2 to 2 instead of the message's own", min: -2, max: 2 }),
    url: text({ format: link, description: 'an address to open from the message' }),
    ...httpOptions,
  },
  limits: { title: { max: 1024, unit: 'bytes' }, message: { max: 10_000, unit: 'bytes' } },
  answer: {
    text: '<?xml version="1.0" encoding="UTF-8"?><prowl><success code="200" remaining="999" resetdate="1700000000" /></prowl>',
  },
  refusal: {
    status: 401,
    text: '<?xml version="1.0" encoding="UTF-8"?><prowl><error code="401">Invalid API key</error></prowl>',
  },
  async send({ title, message, priority, url }, options, context) {
    const answer = await context.http('https://api.prowlapp.com/publicapi/add', {
      form: {
        apikey: options.api_key,
        providerkey: options.provider_key,
        priority: options.priority ?? level[priority],
        application: 'ntfy',
        event: title || 'ntfy',
        description: message,
        url: (options.url ?? url)?.slice(0, 512),
      },
      accepts: ({ text: xml }) => /<success\s+code="200"/.test(xml),
      failure: prowlFailure,
    })
    return { remaining: Number(/remaining="(\d+)"/.exec(answer.text)?.[1] ?? Number.NaN) }
  },
})

const level: Record<Priority, number> = { min: -2, low: -1, default: 0, high: 1, urgent: 2 }

/** 406: the messages of this hour are used up; 409: the user has not approved the key yet. */
function prowlFailure({ status, text }: HttpAnswer): Error | undefined {
  if (status === 409) return new ConfigError('prowl: the key has not been approved yet')
  if (status !== 406) return undefined
  const reset = Number(/resetdate="(\d+)"/.exec(text)?.[1] ?? 0)
  const wait = Math.ceil(reset - Date.now() / 1000)
  return new TransientError('prowl: the messages of this hour are used up', wait > 0 ? wait : 600)
}
