import { type Delivery, granted, type ReferringDelivery } from '../outbox/delivery.ts'

/** Options that name programs, by the ids of the deliveries that they are for: how another process gets them. */
export type Granted = Record<string, Record<string, unknown>>

/** What deliveries, and those that are their fallbacks, were granted. */
export function grantedTo(deliveries: Delivery[]): Granted {
  const all: Granted = {}
  for (const delivery of deliveries) {
    for (let one: ReferringDelivery | undefined = delivery; one !== undefined; one = one.fallback?.delivery) {
      if (one[granted]) all[one.id] = one[granted]
    }
  }
  return all
}

/** A delivery with the options that this run grants it. */
export function withGranted<D extends ReferringDelivery>(delivery: D, all: Granted): D {
  const { fallback } = delivery
  const options = Object.hasOwn(all, delivery.id) ? all[delivery.id] : undefined
  return {
    ...delivery,
    ...(options && { [granted]: options }),
    ...(fallback && { fallback: { ...fallback, delivery: withGranted(fallback.delivery, all) } }),
  }
}
