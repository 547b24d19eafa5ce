import { ConfigError, PermanentError, TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { recipients, serverOf } from './contract/address.ts'
import { defineBackend } from './contract/backend.ts'
import { phone } from './contract/formats.ts'
import { authorization, httpOptions } from './contract/http-options.ts'
import { list, server, text } from './contract/options.ts'

export default defineBackend({
  name: 'signal',
  title: 'Signal, by signal-cli-rest-api',
  homepage: 'https://github.com/bbernhard/signal-cli-rest-api',
  setup: [
    'Start signal-cli-rest-api, and link it to your account: its page /v1/qrcodelink?device_name=ntfy shows a code to scan in Signal under Linked devices.',
  ],
  addresses: {
    schemes: ['signal', 'signals'],
    form: 'signals://HOST/FROM/TO',
    read(address) {
      const { user, password, path } = address
      if (path[0] === undefined) return undefined
      const to = recipients(address, 1)
      return { url: serverOf(address), number: path[0], recipients: to.length > 0 ? to : [path[0]], user, password }
    },
  },
  options: {
    url: server({
      endpoint: /\/v2\/send\/?$/,
      description: 'the address of the server',
      required: true,
      example: 'https://signal.example.org',
      aliases: ['server'],
    }),
    number: text({
      format: phone,
      description: 'the number it comes from',
      required: true,
      example: '+431212131491291',
    }),
    recipients: list({
      format: { pattern: /^\S+$/, expected: 'expected numbers (+4354546464654) and ids of groups (group....)' },
      description: 'numbers and groups it goes to',
      required: true,
      example: ['+4354546464654'],
      aliases: ['to', 'recipient'],
    }),
    user: text({ description: 'a user name, with `password`, for a proxy in front of it', aliases: ['username'] }),
    password: text({ description: 'the password', secret: true }),
    ...httpOptions,
  },
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 1700, unit: 'codepoints' } },
  answer: { status: 201, json: { timestamp: '1700000000000' } },
  refusal: { status: 401, json: { error: 'Unauthorized' } },
  async send({ title, message, url: link }, options, context) {
    const answer = await context.http(`${options.url}/v2/send`, {
      headers: authorization(options),
      json: {
        number: options.number,
        recipients: options.recipients,
        message: `${title}\n${message}${link === undefined ? '' : `\n${link}`}`,
        text_mode: 'normal',
      },
      accepts: ({ json }) => field(json, 'timestamp') !== undefined,
      // 400 stands for everything, trouble with the network included; 429 is a captcha that somebody has to solve.
      failure: ({ status, json }) => {
        const reason = field(json, 'error')
        if (typeof reason !== 'string' || (status !== 400 && status !== 429)) return undefined
        if (status === 429) return new ConfigError(`signal: ${reason}`)
        return /network|timeout|IOException|connect/i.test(reason)
          ? new TransientError(`signal: ${reason}`)
          : new PermanentError(`signal: ${reason}`)
      },
    })
    return asObject(answer.json)
  },
  async probe(options, context) {
    const answer = await context.http(`${options.url}/v1/about`, {
      method: 'GET',
      headers: authorization(options),
      accepts: ({ json }) => field(json, 'versions') !== undefined || field(json, 'version') !== undefined,
    })
    return `signal-cli-rest-api ${field(answer.json, 'version') ?? ''} answers`.replace('  ', ' ')
  },
})
