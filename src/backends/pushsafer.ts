import { isForLater } from '../http/index.ts'
import type { Priority } from '../notification/index.ts'
import { ConfigError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { recipients } from './contract/address.ts'
import { defineBackend } from './contract/backend.ts'
import { word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { number, text } from './contract/options.ts'

export default defineBackend({
  name: 'pushsafer',
  title: 'Pushsafer',
  homepage: 'https://www.pushsafer.com/en/pushapi',
  setup: [
    'The private key stands in the dashboard of https://www.pushsafer.com; an alias key for some devices can be made there, too.',
  ],
  addresses: {
    schemes: ['psafer', 'psafers'],
    form: 'psafer://KEY[/DEVICE]',
    read(address) {
      const { sound, vibration } = address.query
      return { key: address.host, device: recipients(address).join('|') || undefined, sound, vibration }
    },
  },
  options: {
    key: text({
      format: word,
      description: 'the private key, or an alias key, from the dashboard',
      required: true,
      secret: true,
      example: 'o23ywmAaaxTYxn00jY2J',
      aliases: ['private_key', 'token'],
    }),
    device: text({ description: 'the id of a device or of a group; else all', aliases: ['devices'] }),
    sound: number({ description: 'the number of a sound', min: 0, max: 62 }),
    icon: number({ description: 'the number of an icon', min: 1, max: 181 }),
    vibration: number({ description: 'how often it vibrates', min: 0, max: 3 }),
    ttl: number({ description: 'minutes after which it is deleted', min: 0, max: 43_200 }),
    ...httpOptions,
  },
  limits: { title: { max: 255, unit: 'codepoints' }, message: { max: 5000, unit: 'codepoints' } },
  answer: { json: { status: 1, success: 'message transmitted', available: 998, message_ids: '18265430:34011' } },
  refusal: { status: 250, json: { status: 0, error: 'private or alias key is missing or not correct!' } },
  async send({ title, message, priority, url: link }, options, context) {
    const answer = await context.http('https://www.pushsafer.com/api', {
      form: {
        k: options.key,
        t: title,
        m: message || ' ',
        pr: String(level[priority]),
        d: options.device,
        s: options.sound?.toString(),
        i: options.icon?.toString(),
        v: options.vibration?.toString(),
        l: options.ttl?.toString(),
        u: link,
      },
      accepts: ({ json }) => field(json, 'status') === 1,
      failure: ({ status, json }) => {
        const error = field(json, 'error')
        if (isForLater(status)) return undefined
        // Every refusal is about the key, the device, or credits that are used up.
        return field(json, 'status') === 0 ? new ConfigError(`pushsafer: ${String(error ?? 'refused')}`) : undefined
      },
    })
    return asObject(answer.json)
  },
})

const level: Record<Priority, number> = { min: -2, low: -1, default: 0, high: 1, urgent: 2 }
