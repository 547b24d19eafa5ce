import { expect, it } from 'vitest'
import { waitFor } from '../support/wait.ts'
import { count, place, printCounts, recover, status } from './place.ts'

printCounts('pace')

it('comes back when a service that asked for a moment has had it', async () => {
  const here = await place()
  here.ill(status(429, { 'retry-after': '1' }))
  await here.ntfy('send', 'new')
  here.well()
  await waitFor('the second attempt', () => here.taken.length === 1)
  await here.quiet()
  tally()
})

it('does not hammer a service that always says "at once"', async () => {
  const here = await place()
  const times: number[] = []
  const answer = status(429, { 'retry-after': '0' })
  here.ill((request, response) => {
    times.push(performance.now())
    return answer(request, response)
  })
  await here.ntfy('send', 'new')
  await waitFor('some attempts', () => times.length >= 4)
  expect(Number(times[3]) - Number(times[0])).toBeGreaterThan(2800)
  await recover(here, ['new'])
  tally()
})

it('asks a dead service once for all that waits, and not for each', async () => {
  const here = await place()
  here.ill(status(503))
  for (let number = 0; number < 12; number++) await here.ntfy('send', `message ${number}`)
  const before = here.received.length
  await here.quiet()
  // A run that finds nothing due starts nothing.
  await here.ntfy('queue')
  expect(here.received.length - before).toBeLessThanOrEqual(2)
  await recover(
    here,
    Array.from({ length: 12 }, (_, number) => `message ${number}`),
  )
  tally(12)
})

it('does not let a message that the service chokes on hold back the others', async () => {
  const here = await place()
  here.ill((request, response) =>
    request.json['message'] === 'poison' ? status(500)(request, response) : status(503)(request, response),
  )
  await here.ntfy('send', 'poison')
  await here.ntfy('send', 'good')
  await here.quiet()
  here.ill((request, response) =>
    request.json['message'] === 'poison' ? status(500)(request, response) : { id: 'x', topic: request.json['topic'] },
  )
  await here.ntfy('send', 'new')
  await waitFor('the new one', () => here.taken.length >= 1)
  await here.ntfy('queue', 'flush', '--wait')
  expect(here.taken.map(({ message }) => message).sort()).toEqual(['good', 'new'])
  await recover(here, ['poison', 'good', 'new'])
  tally(3)
})

function tally(messages = 1): void {
  count('cases')
  count('messages', messages)
  count('lost', 0)
}
