import type { Answer, Backend } from '../backends/contract/backend.ts'
import { makeContext } from '../backends/contract/context.ts'
import { loadBackend } from '../backends/index.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { ConfigError, exitCode, messageOf, PermanentError, TransientError } from '../platform/errors.ts'
import { excerpt } from '../platform/masking.ts'
import { hasMovedOn } from '../shell/moved-on.ts'
import { startDeadline } from './deadline.ts'
import { outgoing } from './outgoing.ts'

/** Longest attempt, in milliseconds: everything counts, from the look-up of the name to the last byte of the answer. */
const longestAttempt = 10_000

/** How long a backend whose time is over may take to say what it knows of the message, in milliseconds. */
const lastWord = 200

/** How an attempt ended. */
export type Result =
  | { kind: 'delivered'; answer: Answer | undefined }
  | {
      kind: 'transient'
      error: string
      retryAfter: number | undefined
      keep: boolean
      remaining: Record<string, unknown> | undefined
    }
  | { kind: 'config'; error: string; secret: boolean }
  | { kind: 'permanent'; error: string }
  | { kind: 'bug'; error: string }

/** Tries once to deliver. Whatever a backend does, there is a result when the deadline has passed. */
export async function attempt(
  delivery: Delivery,
  options: Record<string, unknown>,
  { foreground, ...limits }: { foreground: boolean; deadline?: number },
): Promise<Result> {
  const backend = await loadBackend(delivery.backend)
  const deadline = limits.deadline ?? backend.longestAttempt?.(options) ?? longestAttempt + uploadTime(delivery)
  const controller = new AbortController()
  const { id, target, config } = delivery
  const { signal } = controller
  const isStale = () => isNoNews(delivery)
  const context = makeContext({ id, backend, target, config, options, foreground, signal, isStale })
  let stop = () => {}
  const late = new Promise<never>((_, reject) => {
    stop = startDeadline(deadline, () => {
      controller.abort()
      stop = startDeadline(lastWord, () => reject(lateness(backend, deadline)))
    })
  })
  try {
    const sending = backend.send(outgoing(delivery, backend, options), options, context)
    return { kind: 'delivered', answer: await Promise.race([sending, late]) }
  } catch (error) {
    return failure(error)
  } finally {
    stop()
    controller.abort()
  }
}

/** Files take longer: at least 100 kB a second, in milliseconds. */
function uploadTime({ notification: { attachments = [] } }: Delivery): number {
  return attachments.reduce((all, { size }) => all + size / 100, 0)
}

/** Has the shell gone on? What quiet hours or a limit held back comes all the same. */
function isNoNews({ notification, rule }: Delivery): boolean {
  return notification.source === 'hook' && rule === undefined && hasMovedOn(notification)
}

/** The exit code of a command that waited for this result and keeps nothing for later. */
export function exitCodeOf(result: Result): number {
  const codes = { delivered: exitCode.ok, transient: exitCode.unavailable, config: exitCode.config }
  return { ...codes, permanent: exitCode.refused, bug: exitCode.bug }[result.kind]
}

function lateness({ title, once }: Backend, deadline: number): Error {
  const text = `${title} did not answer within ${deadline / 1000} s`
  return once ? new PermanentError(`${text}; it may have been sent all the same`) : new TransientError(text)
}

/** Longest text of an error that is kept, in characters. */
const longestError = 1000

/** What is said of a failure is kept on disk, and shown by processes that do not know the secrets. */
export function errorText(error: unknown): string {
  return excerpt(messageOf(error), longestError)
}

function failure(error: unknown): Result {
  const text = errorText(error)
  if (error instanceof TransientError) {
    return {
      kind: 'transient',
      error: text,
      retryAfter: error.retryAfter,
      keep: error.keep,
      remaining: error.remaining,
    }
  }
  if (error instanceof ConfigError) return { kind: 'config', error: text, secret: false }
  if (error instanceof PermanentError) return { kind: 'permanent', error: text }
  return { kind: 'bug', error: text }
}
