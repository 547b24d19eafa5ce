import type { HttpAnswer } from '../../http/exchange.ts'
import { ConfigError, PermanentError, TransientError } from '../../platform/errors.ts'
import { field } from '../../platform/json.ts'

/** What the Bot API's refusal means. */
export function botFailure({ status, json }: HttpAnswer): Error | undefined {
  const description = field(json, 'description')
  if (field(json, 'ok') !== false || typeof description !== 'string') return undefined
  const text = `telegram: ${description}`
  const wait = field(json, 'parameters', 'retry_after')
  if (status === 429 || status >= 500) return new TransientError(text, typeof wait === 'number' ? wait : undefined)
  const moved = field(json, 'parameters', 'migrate_to_chat_id')
  if (moved !== undefined) return new ConfigError(`${text}; its chat_id is ${moved} now`)
  if (status === 401 || status === 404) return new ConfigError(`${text}; is the token right?`)
  return /chat not found|blocked|kicked|not enough rights/i.test(description)
    ? new ConfigError(text)
    : new PermanentError(text)
}
