import type { HttpAnswer } from '../http/exchange.ts'
import { ConfigError, PermanentError, TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { recipients } from './contract/address.ts'
import { defineBackend } from './contract/backend.ts'
import { word } from './contract/formats.ts'
import { authorization, httpOptions } from './contract/http-options.ts'
import { text } from './contract/options.ts'

export default defineBackend({
  name: 'twilio',
  title: 'Twilio (SMS)',
  homepage: 'https://www.twilio.com/docs/messaging/api/message-resource',
  setup: [
    'The account SID and the auth token stand on the first page of https://console.twilio.com; buy a number there, or make a messaging service.',
  ],
  addresses: {
    schemes: ['twilio'],
    form: 'twilio://SID:TOKEN@FROM/TO',
    read(address) {
      const { user, password, host } = address
      const [to = host, ...others] = recipients(address)
      if (user === undefined || password === undefined || others.length > 0) return undefined
      return { account_sid: user, auth_token: password, from: host, to }
    },
  },
  options: {
    account_sid: text({
      format: { pattern: /^AC\w+$/, expected: 'expected the SID of the account (AC...)' },
      description: 'the SID of the account',
      required: true,
      example: 'AC0123456789abcdef0123456789abcdef',
      aliases: ['twilio_account_sid'],
    }),
    auth_token: text({
      format: word,
      description: 'its auth token',
      required: true,
      secret: true,
      example: '0123456789abcdef0123456789abcdef',
      aliases: ['twilio_account_token', 'token'],
    }),
    from: text({
      description: 'the number it comes from, or the SID of a messaging service (MG...)',
      required: true,
      example: '+15557122661',
      aliases: ['twilio_number', 'number_from', 'messaging_service_sid'],
    }),
    to: text({
      format: {
        pattern: /^(?:(?:whatsapp|messenger|rcs):\S+|\+?\d{3,})$/,
        expected: 'expected a number (+15558675310)',
      },
      description: 'the number it goes to; with whatsapp: in front by that',
      required: true,
      example: '+15558675310',
      aliases: ['default_recipient_twilio', 'number_to'],
    }),
    ...httpOptions,
  },
  limits: { title: { max: 100, unit: 'utf16' }, message: { max: 1490, unit: 'utf16' } },
  // An SMS costs money, and the service cannot distinguish a second attempt from a second message.
  once: true,
  answer: { status: 201, json: { sid: 'SM0123456789abcdef0123456789abcdef', status: 'queued' } },
  refusal: { status: 401, json: { code: 20003, message: 'Authenticate', status: 401 } },
  async send({ title, message }, options, context) {
    const { account_sid, auth_token, from, to } = options
    const address = `https://api.twilio.com/2010-04-01/Accounts/${encodeURIComponent(account_sid)}/Messages.json`
    const answer = await context.http(address, {
      headers: authorization({ user: account_sid, password: auth_token }),
      form: {
        To: to,
        ...(from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from }),
        Body: `${title}\n${message}`,
      },
      accepts: ({ json }) => typeof field(json, 'sid') === 'string',
      failure: twilioFailure,
    })
    return asObject(answer.json)
  },
  async probe({ account_sid, auth_token }, context) {
    const answer = await context.http(
      `https://api.twilio.com/2010-04-01/Accounts/${encodeURIComponent(account_sid)}.json`,
      {
        method: 'GET',
        headers: authorization({ user: account_sid, password: auth_token }),
        accepts: ({ json }) => typeof field(json, 'sid') === 'string',
        failure: twilioFailure,
      },
    )
    return `the account ${field(answer.json, 'friendly_name') ?? account_sid} is ${field(answer.json, 'status') ?? 'there'}`
  },
})

/** https://www.twilio.com/docs/api/errors: 20429 and 21611 were not processed. */
function twilioFailure({ json }: HttpAnswer): Error | undefined {
  const code = field(json, 'code')
  if (typeof code !== 'number') return undefined
  const reason = `twilio: ${field(json, 'message') ?? code} (${code})`
  if (code === 20429 || code === 21611) return new TransientError(reason)
  if (code === 20003 || code === 20404 || code === 21606) return new ConfigError(reason)
  return new PermanentError(reason)
}
