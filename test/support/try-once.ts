import { randomUUID } from 'node:crypto'
import { vi } from 'vitest'
import type { Backend } from '../../src/backends/contract/backend.ts'
import { resolveOptions } from '../../src/config/resolve.ts'
import { attempt } from '../../src/delivery/attempt.ts'
import type { Delivery } from '../../src/outbox/delivery.ts'
import { testNotification } from './context.ts'
import { fakeInternet, type Service } from './internet.ts'
import { minutes } from './wait.ts'

/** The smallest configuration that a declaration allows: its own example, or its required options with theirs. */
export function smallest({ options, example }: Backend): Record<string, unknown> {
  if (example !== undefined) return example
  const required = Object.entries(options).filter(([, { details }]) => details.required)
  return Object.fromEntries(required.map(([name, { details }]) => [name, details.example]))
}

/** A service that has ended needs the address of one that speaks its protocol. */
export function successor({ options }: Backend): Record<string, unknown> {
  return options['endpoint'] === undefined ? {} : { endpoint: 'https://successor.example/api' }
}

/** A notification on its way to a backend. */
export function deliveryFor(backend: Backend, changes: Parameters<typeof testNotification>[0] = {}): Delivery {
  const now = new Date().toISOString()
  const fixed = { version: 1, created: now, next: now, tries: 0, state: 'waiting' } as const
  return {
    ...fixed,
    id: randomUUID(),
    target: backend.name,
    backend: backend.name,
    notification: testNotification(changes),
  }
}

/** Tries a backend once, in its smallest configuration, with all hosts of the internet on this machine. */
export async function tryOnce(backend: Backend, service: Service, changes = {}, deadline = minutes) {
  const internet = await fakeInternet(service)
  const delivery = deliveryFor(backend, changes)
  return { result: await tryWith(internet, backend, delivery, deadline), internet, delivery }
}

/** Tries to send a delivery through an internet that exists already. */
export async function tryWith(
  internet: Awaited<ReturnType<typeof fakeInternet>>,
  backend: Backend,
  delivery = deliveryFor(backend),
  deadline = minutes,
) {
  vi.stubEnv('https_proxy', internet.address)
  const settings = { ...smallest(backend), ...successor(backend), ca: internet.ca }
  const target = { name: backend.name, backend: backend.name, settings }
  const options = await resolveOptions({ path: undefined, lasting: true }, target, {})
  return await attempt(delivery, options, { foreground: false, deadline })
}
