import { ConfigError, PermanentError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { serverOf } from './contract/address.ts'
import { defineBackend } from './contract/backend.ts'
import { link, word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { number, server, text } from './contract/options.ts'
import { serviceGone } from './shared/service-gone.ts'

const gone = serviceGone('Pushjet', 'endpoint: the address of a server of your own')

export default defineBackend({
  name: 'pushjet',
  title: 'Pushjet',
  homepage: 'https://github.com/Pushjet/Pushjet-Server-Api',
  setup: [
    'The public server is gone: on a server of your own make a service (POST /service), whose answer holds the secret, and subscribe to it in the app.',
  ],
  addresses: {
    schemes: ['pjet', 'pjets'],
    form: 'pjets://HOST/SECRET',
    read(address) {
      const secret = address.path.at(-1) ?? address.query['secret']
      return secret === undefined ? undefined : { endpoint: serverOf(address), secret }
    },
  },
  options: {
    secret: text({
      format: word,
      description: 'the secret of the service that it is sent to',
      required: true,
      secret: true,
      example: '0123456789abcdef0123456789abcdef',
    }),
    endpoint: server({
      endpoint: /\/message\/?$/,
      description: 'the address of a server of your own; the public one is gone',
      aliases: ['url', 'server'],
    }),
    level: number({ description: 'how important it is, 1 to 5', min: 1, max: 5, default: 3 }),
    link: text({ format: link, description: 'an address to open from the message' }),
    ...httpOptions,
  },
  ended: ({ endpoint }) => (endpoint === undefined ? gone : undefined),
  limits: { title: { max: 255, unit: 'codepoints' }, message: { max: 10_000, unit: 'codepoints' } },
  answer: { json: { status: 'ok' } },
  refusal: { status: 404, json: { error: { id: 2, message: 'Service not found' } } },
  async send({ title, message, url: address }, options, context) {
    const { secret, endpoint, level, link = address } = options
    if (endpoint === undefined) throw new ConfigError(gone)
    const answer = await context.http(`${endpoint}/message`, {
      form: { secret, title, message, level, link },
      accepts: ({ json }) => field(json, 'status') === 'ok',
      failure: ({ status, json }) => {
        const reason = field(json, 'error', 'message') ?? field(json, 'error')
        return status < 300 && reason !== undefined ? new PermanentError(`pushjet: ${reason}`) : undefined
      },
    })
    return asObject(answer.json)
  },
})
