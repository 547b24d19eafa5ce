import type { HttpAnswer } from '../http/exchange.ts'
import { iconAddress } from '../notification/actions.ts'
import { fitRendered } from '../notification/fit.ts'
import type { Priority } from '../notification/index.ts'
import { ConfigError, PermanentError, TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { recipients, serverOf } from './contract/address.ts'
import { defineBackend } from './contract/backend.ts'
import { httpOptions } from './contract/http-options.ts'
import { choice, server, text, url } from './contract/options.ts'

export default defineBackend({
  name: 'bark',
  title: 'Bark',
  homepage: 'https://github.com/Finb/bark-server/blob/master/docs/API_V2.md',
  setup: [
    'Install the app Bark on an iPhone; its first page shows an address such as https://api.day.app/KEY/..., whose KEY is `device_key`.',
    'With a server of your own add it in the app, and give its address as `url`.',
  ],
  addresses: {
    schemes: ['bark', 'barks'],
    form: 'barks://HOST/KEY',
    read(address) {
      const [device_key, ...others] = recipients(address)
      if (device_key === undefined || others.length > 0) return undefined
      const { sound, level, group, icon } = address.query
      return { url: serverOf(address), device_key, sound, level, group, icon }
    },
  },
  options: {
    device_key: text({
      format: { pattern: /^[^\s/]+$/, expected: 'expected the key alone, without the address around it' },
      description: 'the key that the app shows',
      required: true,
      secret: true,
      example: 'ynJ5Ft4atkMkWeo2PAvFhF',
      aliases: ['key'],
    }),
    url: server({
      endpoint: /\/push\/?$/,
      description: 'the address of the server',
      default: 'https://api.day.app',
      aliases: ['server'],
    }),
    level: choice(['critical', 'active', 'timeSensitive', 'passive'], {
      description: "how it disturbs, instead of the message's own priority",
    }),
    sound: text({ description: 'the name of a sound' }),
    group: text({ description: 'messages of a group stand together' }),
    icon: url({ description: 'the address of a picture' }),
    ...httpOptions,
  },
  limits: { title: { max: 200, unit: 'bytes' }, message: { max: 3600, unit: 'bytes' } },
  answer: { json: { code: 200, message: 'success', timestamp: 1622020720 } },
  refusal: {
    status: 400,
    json: { code: 400, message: 'failed to get device token: failed to get [x] device token from database' },
  },
  async send(notification, options, context) {
    const { title, message, priority, url: link } = notification
    const { device_key, sound, group, icon } = options
    const level = options.level ?? levels[priority]
    const picture = iconAddress(notification) ?? icon
    const content = (body: string) => ({ title, body, level, sound, group, icon: picture, url: link, id: context.id })
    const fitting = fitRendered(message, (part) => asApple(content(part)), longestPayload)
    const answer = await context.http(`${options.url}/push`, {
      json: { device_key, ...JSON.parse(fitting) },
      accepts: ({ json }) => field(json, 'code') === 200,
      failure: barkFailure,
    })
    return asObject(answer.json)
  },
  async probe(options, context) {
    await context.http(`${options.url}/register/${encodeURIComponent(options.device_key)}`, {
      method: 'GET',
      accepts: ({ json }) => field(json, 'code') === 200,
      failure: barkFailure,
    })
    return 'the server knows the key'
  },
})

/** APNs takes 4096 bytes of JSON, in which the server adds some names. */
const longestPayload = { max: 3800, unit: 'bytes' } as const

/** The server writes JSON as Go does, where these take six bytes each (encoding/json, HTMLEscape). */
function asApple(content: object): string {
  return JSON.stringify(content).replace(/[<>&\u2028\u2029]/g, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

const levels: Record<Priority, string> = {
  min: 'passive',
  low: 'passive',
  default: 'active',
  high: 'timeSensitive',
  urgent: 'timeSensitive',
}

/** 400 is an unknown key, and 500 holds Apple's own reason. */
function barkFailure({ status, json }: HttpAnswer): Error | undefined {
  const reason = field(json, 'message')
  if (typeof reason !== 'string') return undefined
  const text = `bark: ${reason}`
  if (status === 400 && /device|key/i.test(reason)) return new ConfigError(text)
  if (status !== 500) return undefined
  return /BadDeviceToken|Unregistered|PayloadTooLarge/.test(reason)
    ? new PermanentError(text)
    : new TransientError(text)
}
