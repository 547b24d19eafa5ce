import type { Delivery, ReferringDelivery } from './delivery.ts'

/** `next` as `delivery` carries it: what both say of the same notification is there once. */
export function referring(delivery: Delivery, next: Delivery): ReferringDelivery {
  const said = delivery.notification as unknown as Record<string, unknown>
  const differs = ([name, value]: [string, unknown]) =>
    value !== said[name] && JSON.stringify(value) !== JSON.stringify(said[name])
  return { ...next, notification: Object.fromEntries(Object.entries(next.notification).filter(differs)) }
}

/** The delivery that replaces this one, complete. */
export function fallbackOf({ fallback, notification }: Delivery): Delivery | undefined {
  if (fallback === undefined) return undefined
  return { ...fallback.delivery, notification: { ...notification, ...fallback.delivery.notification } }
}
