import type { HttpAnswer } from '../../http/exchange.ts'
import { PermanentError } from '../../platform/errors.ts'
import { type Answer, type Context, defineBackend, type Outgoing } from '../contract/backend.ts'
import { choice, type OptionValues, text, url } from '../contract/options.ts'
import { pingAddress, pingTypes } from './address.ts'
import { afterBeginning, forgetBeginning, longestStart } from './beginning.ts'

/** What a configuration says of a ping; the other options are each ping's own. */
export const pingOptions = {
  url: url({ description: 'its address', required: true, secret: true, example: 'https://hc-ping.com/UUID' }),
  type: choice(pingTypes, { description: 'the service that it belongs to', default: 'healthchecks' }),
}

/** Bytes of a body that are kept where the service has not said how many (healthchecks' default). */
const defaultBodyLimit = 10_000

const options = {
  ...pingOptions,
  event: text({ description: 'start, fail, log, an exit status, or success', default: 'success' }),
  run: text({ description: 'the run that it belongs to' }),
}

type Values = OptionValues<typeof options>

/** Heartbeats: not a service that notifications can be sent to. */
export default defineBackend({
  name: 'ping',
  title: 'Heartbeat',
  homepage: 'https://healthchecks.io',
  options,
  limits: {},
  // Who waits for a ping has long since noticed that it is missing.
  keepFor: 24 * 60 * 60_000,
  longestAttempt: ({ event }) => (event === 'start' ? longestStart : undefined),
  async send(notification, options, context) {
    const { event, run } = options
    if (event === 'start' || run === undefined) return send(notification, options, context)
    await afterBeginning(run, context.signal)
    return send(notification, options, context)
  },
})

async function send({ message, outcome }: Outgoing, options: Values, context: Context): Promise<Answer> {
  const { type, run, event } = options
  const ping = { event: event === 'success' ? '' : event, run, durationMs: outcome?.durationMs, text: message }
  const address = pingAddress(type, options.url, ping)
  if (address === undefined) throw new PermanentError(`${type} knows no ${event}`)
  const cache = context.cache(new URL(options.url).origin)
  const body = type === 'healthchecks' ? endOf(message.trim(), bodyLimit(cache.read())) : ''
  try {
    const answer = await context.http(address.href, {
      method: body === '' ? 'GET' : 'POST',
      ...(body !== '' && { body, headers: { 'content-type': 'text/plain; charset=utf-8' } }),
      failure: refusal,
    })
    keepBodyLimit(answer, cache)
    return { status: answer.status }
  } finally {
    if (event === 'start' && run !== undefined) forgetBeginning(run)
  }
}

/** healthchecks answers 404 for a check that is not there, and 409 for a name that several have. */
function refusal({ status }: HttpAnswer): Error | undefined {
  if (status === 404) return new PermanentError('answered 404: there is no such check')
  return status === 409 ? new PermanentError('answered 409: more than one check has this name') : undefined
}

type LimitCache = ReturnType<Context['cache']>

function bodyLimit(known: unknown): number {
  return typeof known === 'number' && known >= 0 ? known : defaultBodyLimit
}

function keepBodyLimit({ headers }: HttpAnswer, cache: LimitCache): void {
  const said = headers['ping-body-limit']
  if (typeof said !== 'string' || !/^\d{1,9}$/.test(said) || Number(said) === bodyLimit(cache.read())) return
  cache.write(Number(said))
}

/** The last bytes of a text, from the beginning of a character. */
function endOf(message: string, most: number): string {
  const bytes = Buffer.from(message)
  if (bytes.length <= most) return message
  let from = bytes.length - most
  while (((bytes[from] ?? 0) & 0xc0) === 0x80) from++
  return bytes.toString('utf8', from)
}
