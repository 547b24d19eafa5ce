import type { HttpAnswer } from '../http/exchange.ts'
import { resetAfter, retryAfter } from '../http/index.ts'
import type { Priority } from '../notification/index.ts'
import { ConfigError, TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { recipients } from './contract/address.ts'
import { defineBackend, type Outgoing } from './contract/backend.ts'
import { link, word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { boolean, number, text } from './contract/options.ts'

export default defineBackend({
  name: 'pushover',
  title: 'Pushover',
  homepage: 'https://pushover.net/api',
  setup: [
    'Your user key stands on the first page of https://pushover.net after you have logged in.',
    'Make an application of your own at https://pushover.net/apps/build: its token is `api_token`. The one that all users of dschep/ntfy shared is used up every month.',
  ],
  addresses: {
    schemes: ['pover'],
    form: 'pover://USER@TOKEN',
    read(address) {
      const { user, host, query } = address
      if (user === undefined) return undefined
      const { sound, retry, expire, url, url_title, ttl } = query
      const priority = levelNamed(query['priority'])
      const device = recipients(address).join(',') || undefined
      return { user_key: user, api_token: host, device, sound, priority, retry, expire, url, url_title, ttl }
    },
  },
  options: {
    user_key: text({
      format: word,
      description: 'your user key, or that of a group',
      required: true,
      secret: true,
      example: 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG',
      aliases: ['default_recipient_pushover'],
    }),
    api_token: text({
      format: word,
      description: 'the token of an application of your own, made at https://pushover.net/apps/build',
      required: 'to send',
      secret: true,
      example: 'azGDORePK8gMaC0QOYAMyEEuzJnyUi',
      aliases: ['pushover_app_token', 'token'],
    }),
    device: text({ description: 'one device instead of all; several with commas' }),
    sound: text({ description: 'the name of a sound', example: 'cosmic' }),
    priority: number({
      description: "-2 to 2 instead of the message's own; 2 asks until it is acknowledged",
      min: -2,
      max: 2,
    }),
    retry: number({ description: 'seconds between two alarms of priority 2, 30 at least', min: 1, default: 60 }),
    expire: number({ description: 'seconds after which priority 2 gives up, 10800 at most', min: 1, default: 3600 }),
    callback: text({ format: link, description: 'an address that is called when priority 2 is acknowledged' }),
    url: text({ format: link, description: 'an address to show below the message' }),
    url_title: text({ description: 'what that address is called' }),
    html: boolean({ description: 'the message is HTML of yours (b, i, u, font, a)', default: false }),
    ttl: number({ description: 'seconds after which the message is deleted', min: 1 }),
    ...httpOptions,
  },
  takesFiles: () => ({ max: 5_242_880, count: 1, pictures: true }),
  limits: { title: { max: 250, unit: 'codepoints' }, message: { max: 1024, unit: 'codepoints' } },
  answer: { json: { status: 1, request: '647d2300-702c-4b38-8b2f-d56326ae460b' } },
  refusal: {
    status: 400,
    json: {
      user: 'invalid',
      errors: ['user identifier is not a valid user, group, or subscribed user key'],
      status: 0,
    },
  },
  async send(notification, options, context) {
    const priority = options.priority ?? level[notification.priority]
    const link = options.url ?? notification.url
    const answer = await context.http('https://api.pushover.net/1/messages.json', {
      ...bodyOf(notification, {
        token: options.api_token,
        user: options.user_key,
        // A blank message is refused.
        title: notification.message === '' ? undefined : notification.title,
        message: notification.message || notification.title,
        priority,
        device: options.device,
        sound: options.sound,
        url: link?.slice(0, 512),
        url_title: link === undefined ? undefined : options.url_title?.slice(0, 100),
        // A message sent by hand may contain HTML, one about a command may not.
        html: options.html && notification.outcome === undefined ? 1 : undefined,
        ttl: options.ttl,
        timestamp: Math.floor(Date.parse(notification.time) / 1000),
        ...(priority === 2 && {
          // The service refuses what dschep/ntfy had as its default: 86400.
          retry: Math.max(options.retry, 30),
          expire: Math.min(Math.max(options.expire, options.retry), 10_800),
          callback: options.callback,
        }),
      }),
      accepts: ({ json }) => field(json, 'status') === 1,
      failure: wrongKey,
    })
    return asObject(answer.json)
  },
  async probe({ api_token, user_key }, context) {
    const answer = await context.http('https://api.pushover.net/1/users/validate.json', {
      form: { token: api_token, user: user_key },
      accepts: ({ json }) => field(json, 'status') === 1,
      failure: wrongKey,
    })
    const devices = field(answer.json, 'devices')
    return `the keys are right${Array.isArray(devices) ? ` (devices: ${devices.join(', ')})` : ''}`
  },
})

/** Urgent stays below 2, which rings until somebody acknowledges it: that is for those who ask for it. */
const level: Record<Priority, number> = { min: -2, low: -1, default: 0, high: 1, urgent: 1 }

/** A wrong key is answered with 400, as is a wrong message: `"token":"invalid"`, `"user":"invalid"`. */
function wrongKey(answer: HttpAnswer): Error | undefined {
  const { status, json } = answer
  if (status === 429) {
    const wait = resetAfter(answer, 'x-limit-app-reset') ?? retryAfter(answer)
    return new TransientError('pushover: the messages of this month are used up', wait ?? 3600)
  }
  const wrong = ['token', 'user'].find((name) => field(json, name) === 'invalid')
  if (status < 400 || status >= 500 || wrong === undefined) return undefined
  return new ConfigError(`pushover does not know the ${wrong === 'token' ? 'api_token' : 'user_key'}`)
}

/** Apprise has words for them. */
function levelNamed(priority: string | undefined): string | undefined {
  const names = ['low', 'moderate', 'normal', 'high', 'emergency']
  const at = names.findIndex((name) => priority !== undefined && name.startsWith(priority.toLowerCase()))
  return at < 0 ? priority : String(at - 2)
}

/** With a picture the form has parts (https://pushover.net/api#attachments). */
function bodyOf({ files: [file] = [] }: Outgoing, form: Record<string, string | number | undefined>) {
  if (file === undefined) return { form }
  const fields = Object.entries(form).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, content: String(value) }],
  )
  return { multipart: [...fields, { ...file, name: 'attachment', filename: file.name }] }
}
