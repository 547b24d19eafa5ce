import { randomUUID } from 'node:crypto'
import type { Outgoing } from '../../src/backends/contract/backend.ts'
import { resolveOptions } from '../../src/config/resolve.ts'
import { attempt, type Result } from '../../src/delivery/attempt.ts'
import type { Delivery } from '../../src/outbox/delivery.ts'
import { ConfigError } from '../../src/platform/errors.ts'
import { testNotification } from './context.ts'
import { minutes } from './wait.ts'

/** Tries a backend once, as a delivery of a target with these settings would. */
export async function attemptWith(
  backend: string,
  settings: Record<string, unknown>,
  {
    notification = {},
    deadline = minutes,
    id = randomUUID(),
    config,
    remaining = {},
  }: {
    notification?: Partial<Outgoing>
    deadline?: number
    id?: string
    /** The file that the settings come from. */
    config?: string
    /** What an earlier attempt left to do. */
    remaining?: Record<string, unknown>
  } = {},
): Promise<Result> {
  const now = new Date().toISOString()
  const delivery: Delivery = {
    version: 1,
    id,
    target: 'target',
    backend,
    created: now,
    next: now,
    tries: 0,
    state: 'waiting',
    ...(config && { config }),
    notification: testNotification(notification),
  }
  try {
    const target = { name: 'target', backend, settings }
    const options = await resolveOptions({ path: config, lasting: true }, target, remaining)
    return await attempt(delivery, options, { foreground: false, deadline })
  } catch (error) {
    if (error instanceof ConfigError) return { kind: 'config', error: error.message, secret: false }
    throw error
  }
}

/** What an attempt said of its failure. */
export function errorOf(result: Result): string {
  return result.kind === 'delivered' ? '' : result.error
}

/** A mail to `ops@example.org` by a server on this port. */
export function sendMail(
  port: number,
  settings: Record<string, unknown> = {},
  options: Parameters<typeof attemptWith>[2] = {},
) {
  const fixed = { host: '127.0.0.1', port, senderaddress: 'ntfy@example.org', to: ['ops@example.org'] }
  return attemptWith('mail', { ...fixed, ...settings }, options)
}
