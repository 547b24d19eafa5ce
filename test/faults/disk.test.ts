import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { canMount, describeWith } from '../support/programs.ts'
import { minutes } from '../support/wait.ts'
import { count, kept, place, printCounts, recover, repeats, status } from './place.ts'

printCounts('disks')

/** A disk of so many kilobytes at the place of the state folder. */
function smallDisk(folder: string, kilobytes: number, options = ''): void {
  mkdirSync(folder, { recursive: true })
  const { status: code, stderr } = spawnSync('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${kilobytes}k${options}`,
    'tmpfs',
    folder,
  ])
  if (code !== 0) throw new Error(`mount: ${stderr}`)
  onTestFinished(() => void spawnSync('umount', ['-l', folder]))
}

if (canMount) describeWith(['mount', 'umount'], 'a disk of its own', diskTests)
else describe.skip('a disk of its own (needs root)', () => {})

function diskTests(): void {
  it('full: sends all the same, says what is wrong, and loses nothing without a word', async () => {
    const here = await place()
    const state = dirname(here.outbox)
    smallDisk(state, 64)
    writeFileSync(join(state, 'ballast'), Buffer.alloc(1024), { flag: 'w' })
    fill(state)
    const taken = await here.ntfy('send', 'taken')
    expect(taken).toMatchObject({ code: 0, stderr: expect.stringContaining('the outbox cannot be written') })
    here.ill(status(503))
    const unkept = await here.ntfy('send', 'unkept')
    expect(unkept).toMatchObject({ code: 75, stderr: expect.stringContaining('not sent') })
    expect(here.taken.map(({ message }) => message)).toEqual(['taken'])
    // A job's notification goes the same way, and its process in the background gets it by a pipe.
    here.well()
    expect(await here.ntfy('done', 'true')).toMatchObject({ code: 0, stderr: '' })
    await expect.poll(() => here.taken.length, { timeout: minutes }).toBe(2)
    tally(3)
  })

  it('filling up: each is sent, kept, or said not to be', async () => {
    const here = await place()
    smallDisk(dirname(here.outbox), 96)
    here.ill(status(503))
    const promised: string[] = []
    for (let number = 0; number < 30; number++) {
      const { code, stderr } = await here.ntfy('send', `message ${number}`)
      if (code === 0) promised.push(`message ${number}`)
      else expect({ code, stderr }).toEqual({ code: 75, stderr: expect.stringContaining('not sent') })
    }
    expect(promised.length).toBeGreaterThan(5)
    expect(promised.length).toBeLessThan(30)
    await here.quiet()
    expect(kept(here.outbox)).toHaveLength(promised.length)
    // There is no room to note an attempt, so it is remembered: no attempt after the other without a pause.
    const before = here.received.length
    await here.ntfy('queue', 'flush')
    expect(here.received.length - before).toBeLessThanOrEqual(2 * promised.length)
    await recover(here, promised)
    expect(repeats(here)).toBe(0)
    tally(30)
  })

  it('read-only: nothing is sent twice, and what lies there is sent when it can be claimed', async () => {
    const here = await place()
    const state = dirname(here.outbox)
    smallDisk(state, 512)
    here.ill(status(503))
    await here.ntfy('send', 'old')
    await here.quiet()
    here.well()
    spawnSync('mount', ['-o', 'remount,ro', state])
    expect(await here.ntfy('queue', 'flush')).toMatchObject({ stderr: expect.stringContaining('cannot be written') })
    expect(await here.ntfy('send', 'new')).toMatchObject({ code: 0 })
    expect(here.taken.map(({ message }) => message)).toEqual(['new'])
    spawnSync('mount', ['-o', 'remount,rw', state])
    await recover(here, ['old', 'new'])
    expect(repeats(here)).toBe(0)
    tally(2)
  })
}

/** Until not one byte more fits. */
function fill(folder: string): void {
  for (let number = 0; number < 1000; number++) {
    try {
      writeFileSync(join(folder, `ballast-${number}`), Buffer.alloc(4096))
    } catch {
      return
    }
  }
}

describe('where the outbox should be', () => {
  it.each([
    {
      name: 'is a file',
      make: (outbox: string) => {
        mkdirSync(dirname(outbox), { recursive: true })
        writeFileSync(outbox, 'not a folder')
      },
    },
    {
      name: 'is a file in place of its parent',
      make: (outbox: string) => writeFileSync(dirname(dirname(outbox)), 'x'),
    },
  ])('$name', async ({ make }) => {
    const here = await place()
    mkdirSync(dirname(dirname(dirname(here.outbox))), { recursive: true })
    make(here.outbox)
    expect(await here.ntfy('send', 'taken')).toMatchObject({ code: 0, stderr: expect.stringContaining('cannot be') })
    here.ill(status(503))
    expect(await here.ntfy('send', 'unkept')).toMatchObject({ code: 75 })
    const listed = await here.ntfy('queue')
    expect(listed.stderr).not.toContain('bug')
    expect(here.taken).toHaveLength(1)
    tally(2)
  })

  it.each(['/proc/1/no/where', '/dev/null/x', '/proc/self/fd/99/x'])('is %s', async (folder) => {
    const here = await place()
    here.env['XDG_STATE_HOME'] = folder
    const { code, stderr } = await (await import('../support/cli.ts')).ntfy(['send', 'taken'], { env: here.env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('the outbox cannot be written') })
    expect(here.taken).toHaveLength(1)
    tally()
  })
})

it('keeps what was refused where the folder of failures is a file', async () => {
  const here = await place()
  here.ill(status(400))
  mkdirSync(here.outbox, { recursive: true })
  writeFileSync(join(here.outbox, 'failed'), 'a file')
  expect(await here.ntfy('send', 'refused')).toMatchObject({ code: 69, stderr: expect.stringContaining('cannot be') })
  expect(kept(here.outbox)).toMatchObject([{ message: 'refused', content: { state: 'failed' } }])
  const before = here.received.length
  await here.ntfy('queue', 'flush')
  expect(here.received.length).toBe(before)
  rmSync(join(here.outbox, 'failed'))
  await here.ntfy('queue', 'flush')
  expect(kept(here.outbox)).toMatchObject([{ message: 'refused', failed: true }])
  tally()
})

it('makes folders and files that only their owner can read', async () => {
  const here = await place()
  here.ill(status(503))
  await here.ntfy('send', 'mine')
  await here.quiet()
  expect(statSync(here.outbox).mode & 0o777).toBe(0o700)
  for (const { file } of kept(here.outbox)) expect(statSync(file).mode & 0o777).toBe(0o600)
  chmodSync(here.outbox, 0o700)
  expect(readdirSync(here.outbox).filter((name) => name.endsWith('.tmp'))).toEqual([])
  await recover(here, ['mine'])
  tally()
})

function tally(messages = 1): void {
  count('cases')
  count('messages', messages)
  count('lost', 0)
}
