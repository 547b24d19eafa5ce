import type { HttpAnswer } from '../../http/exchange.ts'
import { serviceWords } from '../../http/service-words.ts'
import type { Priority } from '../../notification/index.ts'
import { ConfigError, PermanentError } from '../../platform/errors.ts'
import { field } from '../../platform/json.ts'
import { hideSecret } from '../../platform/masking.ts'
import { cut } from '../../platform/text.ts'
import { type Context, defineBackend, type Outgoing } from '../contract/backend.ts'
import { httpOptions } from '../contract/http-options.ts'
import { choice, json, number, type OptionValues, path, text } from '../contract/options.ts'
import { encrypt, longestPayload, type Subscription } from './encrypt.ts'
import { keyProblem, keyText, vapidHeader } from './vapid.ts'

/** RFC 8291 §5 has these keys. */
const exampleSubscription = {
  endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/gAAAAABcWnTm7s',
  keys: {
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
}

const options = {
  subscription_info: json({
    problem: subscriptionProblem,
    description: 'what the browser gave when it subscribed: endpoint and keys, as YAML or as one text of JSON',
    required: true,
    secret: true,
    example: exampleSubscription,
    aliases: ['subscription'],
  }),
  private_key: path({
    description:
      'the private key (VAPID, P-256) whose public key the browser was given when it subscribed: a file, or its text as PEM, base64url or DER',
    required: true,
    secret: true,
    example: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
    content: keyText,
    problem: keyProblem,
    aliases: ['vapid_private_key'],
  }),
  subject: text({
    format: {
      pattern: /^(?:mailto:\S+|https:\S+|[^@\s]+@\S+)$/i,
      expected: 'expected mailto:me@example.org or https://...',
    },
    description: 'how the push service can reach you: mailto: or https:; without it mailto:user@host.local',
    example: 'mailto:me@example.org',
    aliases: ['email', 'sub'],
  }),
  ttl: number({
    description: 'how long the push service keeps it for a browser that is away, in seconds; 2419200 at most for most',
    default: 432_000,
    min: 0,
  }),
  urgency: choice(['very-low', 'low', 'normal', 'high'], {
    description: "what a browser that saves its battery is woken for, instead of the message's own",
  }),
  topic: text({
    format: { pattern: /^[\w-]{1,32}$/, expected: 'expected up to 32 letters, digits, - and _' },
    description: 'a later message of the same topic replaces one that still waits; up to 32 letters, digits, - and _',
  }),
  ...httpOptions,
}

type WebPushOptions = OptionValues<typeof options>

export default defineBackend({
  name: 'ntfy_webpush',
  title: 'Web Push',
  homepage: 'https://www.rfc-editor.org/rfc/rfc8030',
  setup: [
    'Make a key: openssl ecparam -name prime256v1 -genkey -noout -out private_key.pem, and chmod 600 private_key.pem.',
    'Open a page that subscribes with its public key, such as that of ntfy-webpush (https://dschep.github.io/ntfy-webpush), allow notifications, and copy the subscription that it shows.',
  ],
  aliases: ['webpush'],
  options,
  limits: { title: { max: 500, unit: 'bytes' }, message: { max: longestPayload, unit: 'bytes' } },
  answer: { status: 201, text: '' },
  refusal: { status: 403, text: 'the key in the authorization header does not correspond to the sender ID' },
  async send(notification, options, context) {
    const subscription = subscriptionOf(options.subscription_info)
    const { origin } = new URL(subscription.endpoint)
    const answer = await context.http(subscription.endpoint, {
      headers: {
        ttl: String(Math.floor(options.ttl)),
        urgency: options.urgency ?? urgency[notification.priority],
        topic: topicOf(options, context),
        'content-encoding': 'aes128gcm',
        'content-type': 'application/octet-stream',
        authorization: vapidHeader(
          options.private_key,
          origin,
          subjectOf(options, notification),
          context.now().getTime() / 1000,
        ),
      },
      body: encrypt(payloadOf(notification), subscription),
      // RFC 8030 §5: 201, or 202 if a receipt was requested.
      statuses: [201, 202],
      failure: (answer) => failureOf(origin, answer),
    })
    return { status: answer.status, location: answer.headers['location'] }
  },
})

const urgency: Record<Priority, 'very-low' | 'low' | 'normal' | 'high'> = {
  min: 'very-low',
  low: 'low',
  default: 'normal',
  high: 'high',
  urgent: 'high',
}

function subscriptionProblem(info: unknown): string | undefined {
  const { endpoint, p256dh, auth } = partsOf(info)
  if (typeof endpoint !== 'string' || typeof p256dh !== 'string' || typeof auth !== 'string') {
    return 'expected endpoint, keys.p256dh and keys.auth'
  }
  const local = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/i.test(endpoint)
  const isAddress = URL.canParse(endpoint) && (endpoint.startsWith('https://') || local)
  return isAddress ? undefined : 'endpoint: expected an address (https://...)'
}

function partsOf(info: unknown): Record<keyof Subscription, unknown> {
  return {
    endpoint: field(info, 'endpoint'),
    p256dh: field(info, 'keys', 'p256dh'),
    auth: field(info, 'keys', 'auth'),
  }
}

function subscriptionOf(info: unknown): Subscription {
  const problem = subscriptionProblem(info)
  if (problem !== undefined) throw new ConfigError(`subscription_info: ${problem}`)
  const { endpoint, p256dh, auth } = partsOf(info) as Subscription
  // Everyone who knows the address can send to the browser.
  for (const secret of [endpoint, new URL(endpoint).pathname.slice(1), auth]) hideSecret(secret)
  return { endpoint, p256dh, auth }
}

/** Of a message whose answer was lost the second copy takes the place of the first, if that still waits. */
function topicOf({ topic }: WebPushOptions, { id }: Context): string {
  if (topic === undefined) return id.replace(/\W/g, '').slice(0, 32)
  return topic
}

function subjectOf({ subject }: WebPushOptions, { origin }: Outgoing): string {
  const plain = (text: string) => text.replace(/[^\w.-]/g, '')
  if (subject === undefined) return `mailto:${plain(origin.user)}@${plain(origin.host)}.local`
  if (/^(mailto:|https:)/i.test(subject)) return subject
  return `mailto:${subject}`
}

/** As dschep/ntfy-webpush has it. What JSON makes of quotes and ends of lines is longer than they are. */
function payloadOf({ title, message, url }: Outgoing): Buffer {
  let room = longestPayload
  for (;;) {
    const payload = Buffer.from(JSON.stringify({ title, message: cut(message, { max: room, unit: 'bytes' }), url }))
    if (payload.length <= longestPayload) return payload
    room = Math.min(room, Buffer.byteLength(message)) - Math.ceil((payload.length - longestPayload) / 2)
  }
}

function failureOf(origin: string, answer: HttpAnswer): Error | undefined {
  const text = `${origin} answered ${answer.status}`
  if (answer.status === 404 || answer.status === 410) {
    return new PermanentError(`${text}: the subscription is gone; subscribe anew in the browser`)
  }
  if (answer.status !== 400 && answer.status !== 401 && answer.status !== 403) return undefined
  return new ConfigError(`${text}${serviceWords(answer)} (is it the private_key that the browser subscribed with?)`)
}
