import { ConfigError, PermanentError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { defineBackend } from './contract/backend.ts'
import { word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { list, text, url } from './contract/options.ts'
import { serviceGone } from './shared/service-gone.ts'

const gone = serviceGone('Instapush', 'endpoint: a server that speaks its protocol')

export default defineBackend({
  name: 'insta',
  title: 'Instapush',
  homepage: 'https://github.com/adamghill/instapush',
  setup: [
    'Instapush is gone: give the `endpoint` of a server that speaks its protocol, with the id and the secret that it knows.',
  ],
  options: {
    appid: text({
      format: word,
      description: 'the id of the application',
      required: true,
      example: '0123456789abcdef01234567',
    }),
    secret: text({
      format: word,
      description: 'its secret',
      required: true,
      secret: true,
      example: '0123456789abcdef0123456789abcdef',
    }),
    event_name: text({ description: 'the event, a template at the service', required: true, example: 'done' }),
    trackers: list({
      description: 'the words of the template; the message has a part for each, with : between them',
      required: true,
      example: ['message'],
    }),
    endpoint: url({ description: 'the address of a server that speaks its protocol; Instapush itself is gone' }),
    ...httpOptions,
  },
  ended: ({ endpoint }) => (endpoint === undefined ? gone : undefined),
  limits: { message: { max: 4000, unit: 'codepoints' } },
  answer: { json: { status: 200, msg: 'Notification Sent Successfully' } },
  refusal: { status: 401, json: { error: true, msg: 'Unauthorized', status: 401 } },
  async send({ message }, options, context) {
    const { appid, secret, event_name, trackers, endpoint } = options
    if (endpoint === undefined) throw new ConfigError(gone)
    const parts =
      trackers.length === 1 ? [message] : message.split(/(?<!\\):/).map((part) => part.replaceAll('\\:', ':'))
    if (parts.length !== trackers.length) {
      throw new PermanentError(
        `insta: the message has ${parts.length} parts with : between them; expected ${trackers.length}`,
      )
    }
    const answer = await context.http(endpoint, {
      headers: { 'x-instapush-appid': appid, 'x-instapush-appsecret': secret },
      json: { event: event_name, trackers: Object.fromEntries(trackers.map((name, index) => [name, parts[index]])) },
      accepts: ({ json }) => field(json, 'status') === 200,
    })
    return asObject(answer.json)
  },
})
