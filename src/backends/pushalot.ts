import { ConfigError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { defineBackend } from './contract/backend.ts'
import { link, word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { boolean, number, text, url } from './contract/options.ts'
import { serviceGone } from './shared/service-gone.ts'

const gone = serviceGone('Pushalot', 'endpoint: a server that speaks its protocol')

export default defineBackend({
  name: 'pushalot',
  title: 'Pushalot',
  homepage: 'https://pushalot.com/api',
  setup: ['Pushalot is gone: give the `endpoint` of a server that speaks its protocol, with a token that it knows.'],
  options: {
    auth_token: text({
      format: word,
      description: 'the authorization token',
      required: true,
      secret: true,
      example: '0123456789abcdef0123456789abcdef',
    }),
    endpoint: url({ description: 'the address of a server that speaks its protocol; Pushalot itself is gone' }),
    source: text({ description: 'who it comes from' }),
    url: text({ format: link, description: 'an address to open from the message' }),
    url_title: text({ description: 'what that address is called' }),
    image: text({ format: link, description: 'the address of a picture' }),
    ttl: number({ description: 'minutes after which the message is deleted', min: 0 }),
    important: boolean({ description: 'marks it as important', default: false }),
    silent: boolean({ description: 'without a sound', default: false }),
    ...httpOptions,
  },
  ended: ({ endpoint }) => (endpoint === undefined ? gone : undefined),
  limits: { title: { max: 250, unit: 'codepoints' }, message: { max: 32_768, unit: 'codepoints' } },
  answer: { json: { Success: true, Status: 200 } },
  refusal: { status: 401, json: { Success: false, Status: 401, Description: 'Invalid authorization token' } },
  async send({ title, message, url: address }, options, context) {
    const { auth_token, endpoint, source, url: link = address, url_title, image, ttl, important, silent } = options
    if (endpoint === undefined) throw new ConfigError(gone)
    const answer = await context.http(endpoint, {
      form: {
        Title: title,
        Body: message,
        AuthorizationToken: auth_token,
        Source: source,
        Link: link,
        LinkTitle: link === undefined ? undefined : url_title,
        Image: image,
        TimeToLive: ttl,
        IsImportant: important ? 'True' : undefined,
        IsSilent: silent ? 'True' : undefined,
      },
      accepts: ({ json }) => field(json, 'Success') === true,
    })
    return asObject(answer.json)
  },
})
