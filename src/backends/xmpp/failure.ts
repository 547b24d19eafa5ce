import { ConfigError, PermanentError, TransientError } from '../../platform/errors.ts'
import { excerpt } from '../../platform/masking.ts'
import { oneLine } from '../../platform/text.ts'
import { child, type Element } from './xml.ts'

/** What a failed login (RFC 6120 §6.5) means. */
export function loginFailure(server: string, failure: Element): Error {
  const { condition, words } = reasonOf(failure)
  if (condition === 'temporary-auth-failure') return new TransientError(`${server}: ${words}`)
  const hint = condition === 'not-authorized' ? ' (wrong jid or password?)' : ''
  return new ConfigError(`${server}: login refused: ${words}${hint}`)
}

/** Conditions of a stream (§4.9.3) that no later attempt can fix; the others pass. */
const lasting = ['host-unknown', 'host-gone', 'policy-violation', 'not-well-formed', 'invalid-xml', 'restricted-xml']

/** What the end of a whole stream means. */
export function streamFailure(server: string, error: Element): Error {
  const { condition, words } = reasonOf(error)
  if (condition === 'see-other-host') {
    return new ConfigError(`${server}: use another server: ${oneLine(child(error, condition)?.text ?? '')}`)
  }
  const Kind = lasting.includes(condition) ? PermanentError : TransientError
  return new Kind(`${server}: ${words}`)
}

/** What it means that something we sent came back (§8.3): the sender, not the service, says how lasting that is. */
export function stanzaFailure(to: string, stanza: Element): Error {
  const error = child(stanza, 'error')
  const { words } = reasonOf(error)
  const text = `${to}: ${words}`
  return error?.attributes['type'] === 'wait' ? new TransientError(text) : new PermanentError(text)
}

/** Why a room does not let us in: what must change are its settings, or ours. */
export function roomFailure(room: string, presence: Element): Error {
  const failure = stanzaFailure(room, presence)
  return failure instanceof TransientError ? failure : new ConfigError(failure.message)
}

/** Its condition, and that with the server's own words. */
export function reasonOf(error: Element | undefined): { condition: string; words: string } {
  const condition = error?.children.find(({ name }) => name !== 'text')?.name ?? 'unknown error'
  const text = child(error, 'text')?.text.trim() ?? ''
  return { condition, words: excerpt(text === '' ? condition : `${condition}: ${text}`, 300) }
}
