import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kept, type Place, place, status } from './place.ts'

/** Puts many deliveries into the outbox by copying one that ntfy has written. */
export async function queued(number: number): Promise<{ here: Place; messages: string[] }> {
  const here = await place()
  here.ill(status(503))
  await here.ntfy('send', 'message 0')
  await here.quiet()
  const [one] = kept(here.outbox)
  const past = new Date(Date.now() - 60_000).toISOString()
  const messages = Array.from({ length: number }, (_, index) => `message ${index}`)
  writeFileSync(String(one?.file), JSON.stringify({ ...one?.content, next: past }))
  messages.slice(1).forEach((message, index) => {
    const id = `aaaaaaaa-bbbb-4ccc-8ddd-${String(index).padStart(12, '0')}`
    const content = {
      ...one?.content,
      id,
      next: past,
      notification: { ...(one?.content['notification'] as object), message },
    }
    writeFileSync(
      join(here.outbox, `${Date.now() + index}`.padStart(14, '0').concat(`-${id}.json`)),
      JSON.stringify(content),
    )
  })
  here.received.length = 0
  here.taken.length = 0
  here.well()
  return { here, messages }
}
