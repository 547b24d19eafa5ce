import { existsSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ntfyAt } from '../support/clock.ts'
import { describeWith } from '../support/programs.ts'
import { minutes } from '../support/wait.ts'
import { count, flusherOf, kept, lost, type Place, place, printCounts, recover, repeats, status } from './place.ts'

printCounts('clocks')

function at(here: Place, offset: string, ...args: string[]) {
  return ntfyAt(offset, args, here.env)
}

/** As if what lies in the outbox had been put there before the machine was started. */
function rebooted(here: Place): void {
  for (const { file, content } of kept(here.outbox)) {
    writeFileSync(file, JSON.stringify({ ...content, clock: { boot: 'another', uptime: 1 } }))
  }
}

const next = (here: Place) => kept(here.outbox).map(({ content }) => Date.parse(String(content['next'])))

describeWith(['faketime'], 'the clock', () => {
  it('was two days ahead when it was queued: it is due, and then waits as usual', async () => {
    const here = await place()
    here.ill(status(503))
    await at(here, '+2d', 'send', 'future')
    await here.quiet()
    expect(next(here)[0]).toBeGreaterThan(Date.now() + 86_400_000)
    // Any later run finds it due.
    await here.ntfy('queue')
    await expect.poll(() => here.received.length, { timeout: minutes }).toBe(2)
    await expect.poll(() => next(here)[0], { timeout: minutes }).toBeLessThan(Date.now() + 7_200_000)
    await here.quiet()
    await recover(here, ['future'])
    expect(repeats(here)).toBe(0)
    tally()
  })

  it('went back a year after a failed attempt: nothing waits for that year', async () => {
    const here = await place()
    here.ill(status(503))
    await here.ntfy('send', 'present')
    await here.quiet()
    here.well()
    await at(here, '-365d', 'send', 'past')
    await expect.poll(() => here.taken.length, { timeout: minutes }).toBe(2)
    await recover(here, ['present', 'past'])
    expect(repeats(here)).toBe(0)
    tally(2)
  })

  it('asked for a pause that a clock set back makes last for years: new ones go all the same', async () => {
    const here = await place()
    here.ill(status(429, { 'retry-after': '600' }))
    await at(here, '+400d', 'send', 'future')
    await here.quiet()
    here.well()
    expect(await here.ntfy('send', 'now')).toMatchObject({ code: 0, stderr: '' })
    await recover(here, ['future', 'now'])
    tally(2)
  })

  it('was eight days behind when it was queued, and is right now: it is no older for that', async () => {
    const here = await place()
    here.ill(status(503))
    await at(here, '-8d', 'send', 'booted')
    await here.quiet()
    await here.ntfy('queue', 'flush')
    await here.quiet()
    expect(kept(here.outbox)).toMatchObject([{ failed: false, content: { state: 'waiting', tries: 2 } }])
    expect(Date.parse(String(kept(here.outbox)[0]?.content['created']))).toBeGreaterThan(Date.now() - 7_200_000)
    here.well()
    await here.ntfy('queue', 'flush')
    expect(here.taken).toMatchObject([{ message: expect.stringMatching(/^booted/) }])
    expect(kept(here.outbox)).toEqual([])
    tally()
  })

  it('was years ahead when a rule held it: it is held as long as the rule says, and no longer', async () => {
    const here = await place('limit: 1/hour\n')
    for (const message of ['future 1', 'future 2']) await at(here, '+700d', 'send', message)
    await here.quiet()
    const line = JSON.parse((await here.ntfy('queue', '--json')).stdout)
    expect(line).toMatchObject({
      state: 'held',
      error: expect.stringMatching(/^held until (\d{4}-\d\d-\d\d )?\d\d:\d\d: limit of 1\/hour$/),
    })
    expect(Date.parse(line.next)).toBeLessThan(Date.now() + 7_200_000)
    await here.ntfy('queue', 'flush', '--held')
    expect(lost(here, ['future 1', 'future 2'])).toEqual([])
    tally(2)
  })

  it('was years ahead before a reboot: what a rule held then is due', async () => {
    const here = await place('limit: 1/hour\n')
    for (const message of ['future 1', 'future 2']) await at(here, '+700d', 'send', message)
    await here.quiet()
    rebooted(here)
    await here.ntfy('queue', 'flush')
    expect(lost(here, ['future 1', 'future 2'])).toEqual([])
    expect(kept(here.outbox)).toEqual([])
    tally(2)
  })

  it('six days later: one more attempt, then it is among the failures with its reason', async () => {
    const here = await place()
    here.ill(status(503))
    await here.ntfy('send', 'old')
    await here.quiet()
    rebooted(here)
    const before = here.received.length
    await at(here, '+6d', 'queue', 'flush')
    expect(here.received.length).toBe(before + 1)
    expect(kept(here.outbox)).toMatchObject([{ failed: true, content: { error: expect.stringContaining('503') } }])
    here.well()
    await here.ntfy('queue', 'retry')
    expect(here.taken.map(({ message }) => message)).toEqual(['old'])
    tally()
  })

  it('six days later, while the service came back: it is delivered', async () => {
    const here = await place()
    here.ill(status(503))
    await here.ntfy('send', 'old')
    await here.quiet()
    here.well()
    await at(here, '+6d', 'queue', 'flush')
    expect(here.taken).toMatchObject([{ message: expect.stringMatching(/^old\n\(late: /) }])
    expect(existsSync(here.outbox) && kept(here.outbox)).toEqual([])
    expect(flusherOf(here.outbox)).toBeUndefined()
    tally()
  })

  it('does not take a claim for abandoned because the clock has changed', async () => {
    const here = await place()
    let release = () => {}
    here.ill((request, response) => {
      const answer = { id: 'x', topic: request.json['topic'] }
      release = () => response.end(JSON.stringify(answer))
      return undefined
    })
    const sending = here.ntfy('send', 'slow')
    await expect.poll(() => here.received.length, { timeout: minutes }).toBe(1)
    const other = await at(here, '+3d', 'queue', 'flush')
    expect(other).toMatchObject({ code: 0, stderr: expect.stringContaining('another process is sending to it') })
    expect(here.received).toHaveLength(1)
    release()
    expect(await sending).toMatchObject({ code: 0 })
    expect(kept(here.outbox)).toEqual([])
    tally()
  })
})

function tally(messages = 1): void {
  count('cases')
  count('messages', messages)
  count('lost', 0)
}
