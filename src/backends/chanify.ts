import { fitRendered } from '../notification/fit.ts'
import type { Priority } from '../notification/index.ts'
import { asObject, field } from '../platform/json.ts'
import { defineBackend } from './contract/backend.ts'
import { word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { boolean, server, text } from './contract/options.ts'

export default defineBackend({
  name: 'chanify',
  title: 'Chanify',
  homepage: 'https://github.com/chanify/chanify#send-text',
  setup: [
    'Install the app Chanify; the settings of a channel show its token.',
    'With a node of your own give its address as `url`.',
  ],
  addresses: {
    schemes: ['chanify'],
    form: 'chanify://TOKEN',
    read: ({ authority, path }) => ({ token: [authority, ...path].join('/') }),
  },
  options: {
    token: text({
      format: word,
      description: "the token of a channel, from the app's channel settings",
      required: true,
      secret: true,
      example: 'CICswIUFEgRhYmNkGhQ.abcdefghijklmnop',
    }),
    url: server({
      endpoint: /\/v1\/sender\/?$/,
      description: 'the address of the server',
      default: 'https://api.chanify.net',
      aliases: ['server', 'endpoint'],
    }),
    sound: boolean({ description: 'with a sound', default: true }),
    copy: text({ description: 'text that the app offers to copy' }),
    autocopy: boolean({ description: 'copies the text at once', default: false }),
    ...httpOptions,
  },
  limits: { title: { max: 256, unit: 'bytes' }, message: { max: 3000, unit: 'bytes' } },
  answer: { json: { 'request-uid': 'b3d3d3d3-7e0b-4a4f-9c1f-0b8e1d9d3a11' } },
  refusal: { status: 401, json: { res: 401, msg: 'invalid token' } },
  async send({ title, message, priority, url: link }, options, context) {
    const answer = await context.http(`${options.url}/v1/sender`, {
      json: {
        token: options.token,
        title,
        text: JSON.parse(fitRendered(message, (part) => JSON.stringify(textOf(part, link)), longest)),
        sound: options.sound ? 1 : 0,
        copy: options.copy,
        autocopy: options.autocopy ? 1 : undefined,
        'interruption-level': level[priority],
      },
      accepts: ({ json }) => typeof field(json, 'request-uid') === 'string',
    })
    return asObject(answer.json)
  },
})

/** An APNs payload of 4096 bytes holds the text as JSON. */
const longest = { max: 3200, unit: 'bytes' } as const

function textOf(message: string, link: string | undefined): string {
  return link === undefined ? message || ' ' : `${message}\n${link}`
}

/** The words of iOS for how much a notification may disturb. */
const level: Record<Priority, string> = {
  min: 'passive',
  low: 'passive',
  default: 'active',
  high: 'time-sensitive',
  urgent: 'time-sensitive',
}
