import type { HttpAnswer } from '../../http/exchange.ts'
import { type Http, isForLater, retryAfter } from '../../http/index.ts'
import { ConfigError, PermanentError, TransientError } from '../../platform/errors.ts'
import { asObject } from '../../platform/json.ts'

export interface CallOptions {
  json?: unknown
  query?: Record<string, string>
  /** A file for the content repository, instead of a path of the API. */
  upload?: { name: string; type: string; content: Buffer }
  /** The field that proves that the homeserver did what was requested: a string. */
  proof?: string
  /** That there is no answer is one, too: an empty one. */
  optional?: true
  /** So is the question for a proof of who asks ("User-interactive authentication"). */
  interactive?: true
}

/**
 * Calls the homeserver (client-server API, version 3).
 *
 * @returns the answer's JSON
 * @throws TransientError, ConfigError, PermanentError by its errcode, else by its status
 */
export type Call = (
  method: 'GET' | 'POST' | 'PUT',
  path: string[],
  options?: CallOptions,
) => Promise<Record<string, unknown>>

/** A homeserver's calls, with a token in the header: in the address it would end up in logs, and is not taken any more. */
export function homeserverCall(http: Http, homeserver: string, token?: string): Call {
  return async (method, path, { json, query, upload, proof, optional, interactive } = {}) => {
    const address = upload
      ? `${homeserver}/_matrix/media/v3/upload?filename=${encodeURIComponent(upload.name)}`
      : [`${homeserver}/_matrix/client/v3`, ...path.map(encodeURIComponent)].join('/')
    const answer = await http(query === undefined ? address : `${address}?${new URLSearchParams(query)}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(upload && { 'content-type': upload.type }),
      },
      ...(upload && { body: upload.content }),
      ...(json !== undefined && { json }),
      ...(optional && { statuses: [200, ...unanswered] }),
      ...(interactive && { statuses: [200, 401] }),
      accepts: ({ json: found }) => {
        const fields = asObject(found)
        return optional || (fields !== undefined && (proof === undefined || typeof fields[proof] === 'string'))
      },
      failure: matrixFailure,
    })
    return (answer.status < 300 || interactive ? asObject(answer.json) : undefined) ?? {}
  }
}

/** The state, or the whole question, is unknown to the homeserver. */
const unanswered = [400, 404, 405, 501]

/** Not in the room, or not allowed to speak in it; at a login a wrong password. */
export class Forbidden extends ConfigError {}

/** The token is not, or no longer, one of the homeserver's. */
export class UnknownToken extends ConfigError {
  /** The device is still there: a login can go on with it ("Soft logout"). */
  readonly isSoft: boolean

  constructor(message: string, isSoft: boolean) {
    super(message)
    this.isSoft = isSoft
  }
}

/** What a person or a configuration has to put right; the message is kept. */
const configured = [
  ...['M_MISSING_TOKEN', 'M_USER_LOCKED', 'M_USER_SUSPENDED', 'M_USER_DEACTIVATED'],
  // A room, an account or an address that is not there may be a matter of spelling.
  ...['M_NOT_FOUND', 'M_UNRECOGNIZED'],
]

/** Client-server API, "Standard error response": what is not for later by its status has an errcode that says more. */
function matrixFailure(answer: HttpAnswer): Error | undefined {
  const { errcode, error, retry_after_ms: wait, soft_logout: isSoft } = asObject(answer.json) ?? {}
  if (typeof errcode !== 'string') return undefined
  const text = `${errcode}: ${error ?? 'no reason given'}`
  const isLimit = errcode === 'M_LIMIT_EXCEEDED' || errcode === 'M_RESOURCE_LIMIT_EXCEEDED'
  if (isLimit || isForLater(answer.status) || answer.status >= 500) {
    const deprecated = typeof wait === 'number' ? Math.ceil(wait / 1000) : undefined
    return new TransientError(text, retryAfter(answer) ?? deprecated)
  }
  if (errcode === 'M_FORBIDDEN') return new Forbidden(text)
  if (errcode === 'M_UNKNOWN_TOKEN') return new UnknownToken(text, isSoft === true)
  return configured.includes(errcode) ? new ConfigError(text) : new PermanentError(text)
}
