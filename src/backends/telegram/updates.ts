import { messageOf, TransientError } from '../../platform/errors.ts'
import { asObject, field, textOf } from '../../platform/json.ts'
import { pause, pauseAfter } from '../../platform/retry.ts'
import type { AskContext } from '../contract/backend.ts'
import { botFailure } from './failure.ts'

/** What somebody did in a chat of the bot. */
export interface Update {
  id: number
  chat: string
  /** The number of who did it, and the name, if there is one. */
  from: string
  name: string
  /** Of a button: what has to be acknowledged, and the hash of what stands in it, which is a secret. */
  callback?: string
  code?: string
  /** Of a text: the message that it replies to. */
  text?: string
  replyTo?: string
}

/** How long the service may hold a request back, seconds. */
const patience = 50

/** Updates that are kept for other questions: of these somebody may still have to read them. */
const mostKept = 200

/** How often the updates that another process has read are looked at, milliseconds. */
const lookEvery = 300

/**
 * Gives every update to `take`, until the signal ends that. The service gives each to one reader alone (getUpdates), so
 * the questions of a bot have one reader, who keeps what it reads for the others.
 *
 * @throws ConfigError the bot has a webhook, or its token is wrong
 */
export async function readUpdates(
  { base_url, token }: { base_url: string; token: string },
  context: AskContext,
  take: (update: Update) => void,
): Promise<void> {
  const kept = context.cache(`updates ${hashOf(`${base_url} ${token}`).slice(0, 16)}`)
  const looking = new AbortController()
  const seen = new Set<number>()
  const look = () => {
    for (const update of updatesIn(kept.read())) {
      if (seen.has(update.id)) continue
      seen.add(update.id)
      take(update)
    }
  }
  const read = () =>
    kept.alone(async () => {
      let failures = 0
      while (!context.signal.aborted) {
        const known = updatesIn(kept.read())
        try {
          const offset = (known.at(-1)?.id ?? -1) + 1
          const answer = await context.waiting(`${base_url}/bot${token}/getUpdates`, {
            json: { ...(offset > 0 && { offset }), timeout: patience, allowed_updates: ['callback_query', 'message'] },
            accepts: ({ json }) => field(json, 'ok') === true,
            failure: (found) =>
              found.status === 409 && !/webhook/i.test(String(field(found.json, 'description')))
                ? new TransientError('telegram: another program reads what this bot gets')
                : botFailure(found),
          })
          const result = field(answer.json, 'result')
          const fresh = (Array.isArray(result) ? result : []).flatMap(updateOf)
          if (fresh.length > 0) kept.write([...known, ...fresh].slice(-mostKept))
          look()
          failures = 0
        } catch (error) {
          if (context.signal.aborted) return
          if (!(error instanceof TransientError)) throw error
          context.debug(messageOf(error))
          await pause(pauseAfter(failures++, 10_000), context.signal)
        }
      }
    })
  const watch = async () => {
    while (!looking.signal.aborted && !context.signal.aborted) {
      look()
      await pause(lookEvery, context.signal)
    }
  }
  try {
    await Promise.race([read(), watch()])
  } catch (error) {
    if (!context.signal.aborted) throw error
  } finally {
    looking.abort()
  }
}

export function hashOf(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex')
}

function updatesIn(value: unknown): Update[] {
  return Array.isArray(value)
    ? value.filter(
        (one): one is Update => typeof asObject(one)?.['id'] === 'number' && typeof field(one, 'chat') === 'string',
      )
    : []
}

/** https://core.telegram.org/bots/api#update; one of another kind is kept for its number. */
function updateOf(value: unknown): Update[] {
  const id = field(value, 'update_id')
  if (typeof id !== 'number') return []
  const press = field(value, 'callback_query')
  const from = field(press ?? field(value, 'message'), 'from')
  const message = press === undefined ? field(value, 'message') : field(press, 'message')
  const common = {
    id,
    chat: textOf(field(message, 'chat', 'id')),
    from: textOf(field(from, 'id')),
    name: textOf(field(from, 'username')),
  }
  if (press !== undefined) {
    return [{ ...common, callback: textOf(field(press, 'id')), code: hashOf(textOf(field(press, 'data'))) }]
  }
  const text = field(message, 'text')
  const replyTo = field(message, 'reply_to_message', 'message_id')
  return [
    {
      ...common,
      ...(typeof text === 'string' && replyTo !== undefined && { text: text.slice(0, 4096), replyTo: textOf(replyTo) }),
    },
  ]
}
