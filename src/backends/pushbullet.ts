import { resetAfter, retryAfter } from '../http/index.ts'
import { TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { recipients } from './contract/address.ts'
import { defineBackend } from './contract/backend.ts'
import { account, word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { text } from './contract/options.ts'

/** Seconds until a used-up month is tried again. */
const quotaPause = 3600

export default defineBackend({
  name: 'pushbullet',
  title: 'Pushbullet',
  homepage: 'https://docs.pushbullet.com/#create-push',
  setup: ['In https://www.pushbullet.com/#settings/account choose Create Access Token.'],
  addresses: {
    schemes: ['pbul'],
    form: 'pbul://TOKEN[/DEVICE]',
    read(address) {
      const [who, ...others] = recipients(address)
      if (others.length > 0) return undefined
      const whom = who === undefined ? {} : who.startsWith('#') ? { channel: who.slice(1) } : { device_iden: who }
      return { access_token: address.host, ...(who?.includes('@') ? { email: who } : whom) }
    },
  },
  options: {
    access_token: text({
      format: word,
      description: 'the access token, made at https://www.pushbullet.com/#settings/account',
      required: true,
      secret: true,
      example: 'o.0123456789abcdefghijklmnopqrstuv',
      aliases: ['pushbullet_access_token', 'token'],
    }),
    device_iden: text({
      format: word,
      description: 'one device instead of all',
      aliases: ['pushbullet_source_device'],
    }),
    email: text({
      format: account,
      description: 'somebody else, by the address of the account',
      aliases: ['default_recipient_pushbullet'],
    }),
    channel: text({ description: 'the tag of a channel of yours', aliases: ['channel_tag'] }),
    ...httpOptions,
  },
  limits: { title: { max: 250, unit: 'codepoints' }, message: { max: 10_000, unit: 'codepoints' } },
  answer: { json: { active: true, iden: 'ujpah72o0sjAoRtnM0jc', type: 'note', title: 'Done', body: 'make' } },
  refusal: {
    status: 401,
    json: {
      error: { code: 'invalid_access_token', type: 'invalid_request', message: 'Access token is missing or invalid.' },
    },
  },
  async send(notification, options, context) {
    const { title, message, url } = notification
    const answer = await context.http('https://api.pushbullet.com/v2/pushes', {
      headers: { 'access-token': options.access_token },
      json: {
        ...(url === undefined ? { type: 'note' } : { type: 'link', url }),
        title,
        body: message,
        device_iden: options.device_iden,
        email: options.email,
        channel_tag: options.channel,
        guid: context.id,
      },
      accepts: ({ json }) => typeof field(json, 'iden') === 'string',
      failure: (answer) => {
        const wait = resetAfter(answer, 'x-ratelimit-reset') ?? retryAfter(answer)
        if (answer.status === 429) return new TransientError('pushbullet: too many messages', wait)
        return field(answer.json, 'error', 'code') === 'pushbullet_pro_required'
          ? new TransientError('pushbullet: the messages of this month are used up', wait ?? quotaPause)
          : undefined
      },
    })
    return asObject(answer.json)
  },
  async probe({ access_token }, context) {
    const answer = await context.http('https://api.pushbullet.com/v2/users/me', {
      method: 'GET',
      headers: { 'access-token': access_token },
      accepts: ({ json }) => typeof field(json, 'iden') === 'string',
    })
    return `the token of ${field(answer.json, 'email') ?? 'an account'}`
  },
})
