import type { Priority } from '../notification/index.ts'
import { ConfigError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { hideSecret } from '../platform/masking.ts'
import { withoutEnd } from '../platform/text.ts'
import { serverOf } from './contract/address.ts'
import { defineBackend } from './contract/backend.ts'
import { word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { number, text, url } from './contract/options.ts'

export default defineBackend({
  name: 'gotify',
  title: 'Gotify',
  homepage: 'https://gotify.net/docs/pushmsg',
  setup: ['In the web page of your server choose Apps, Create Application, and copy its token.'],
  addresses: {
    schemes: ['gotify', 'gotifys'],
    form: 'gotifys://HOST/TOKEN',
    read(address) {
      const { path, query } = address
      const token = path.at(-1)
      if (token === undefined) return undefined
      const levels: Record<string, string> = { low: '1', moderate: '3', normal: '5', high: '8', emergency: '10' }
      const { priority = '' } = query
      const url = [serverOf(address), ...path.slice(0, -1)].join('/')
      return { url, token, priority: levels[priority.toLowerCase()] ?? (priority || undefined) }
    },
  },
  options: {
    url: url({
      description: 'the address of the server',
      required: true,
      example: 'https://gotify.example.org',
      aliases: ['gotify_app_url', 'server'],
    }),
    token: text({
      format: word,
      description: 'the token of an application',
      secret: true,
      example: 'AsWYYD.HZRsdQaQ',
      aliases: ['gotify_app_token'],
    }),
    priority: number({ description: "0 to 10 instead of the message's own", min: 0, max: 10 }),
    ...httpOptions,
  },
  example: { url: 'https://gotify.example.org', token: 'AsWYYD.HZRsdQaQ' },
  missing: ({ url: address, token }) =>
    token === undefined && typeof address === 'string' && placeIn(address).token === undefined
      ? 'token is missing: the token of an application'
      : undefined,
  limits: { title: { max: 500, unit: 'codepoints' }, message: { max: 30_000, unit: 'codepoints' } },
  answer: {
    json: { id: 25, appid: 5, message: 'make', title: 'Done', priority: 5, date: '2018-02-27T19:36:10.5045044+01:00' },
  },
  refusal: {
    status: 401,
    json: {
      error: 'Unauthorized',
      errorCode: 401,
      errorDescription: 'you need to provide a valid access token or user credentials to access this api',
    },
  },
  async send({ title, message, priority, url: link }, options, context) {
    const { server, token = options.token } = placeIn(options.url)
    if (token === undefined) throw new ConfigError('token is missing: the token of an application')
    hideSecret(token)
    const answer = await context.http(`${server}/message`, {
      headers: { 'x-gotify-key': options.token ?? token },
      json: {
        title,
        message: message || ' ',
        priority: options.priority ?? level[priority],
        ...(link !== undefined && { extras: { 'client::notification': { click: { url: link } } } }),
      },
      accepts: ({ json }) => typeof field(json, 'id') === 'number',
    })
    return asObject(answer.json)
  },
  async probe(options, context) {
    const answer = await context.http(`${placeIn(options.url).server}/version`, {
      method: 'GET',
      accepts: ({ json }) => typeof field(json, 'version') === 'string',
    })
    return `Gotify ${field(answer.json, 'version')} answers; only sending a message can verify the token`
  },
})

/** Of an address as Gotify's own examples have it, https://HOST/message?token=TOKEN, too. */
function placeIn(address: string): { server: string; token: string | undefined } {
  const { searchParams } = new URL(address)
  const server = withoutEnd(address.replace(/[?#].*$/s, ''), '/').replace(/\/message$/, '')
  return { server, token: searchParams.get('token') ?? undefined }
}

/** Without one the application's own holds. */
const level: Record<Priority, number | undefined> = { min: 0, low: 2, default: undefined, high: 8, urgent: 10 }
