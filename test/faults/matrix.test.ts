import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { bodiesOf, encryptedRoom } from '../support/encrypted-room.ts'
import { matrixReader } from '../support/matrix-reader.ts'
import { canMount, which } from '../support/programs.ts'
import { installSynapse, type Synapse, startSynapse } from '../support/synapse.ts'
import { count, mainFile, printCounts, rounds } from './place.ts'
import { disturb, stepsOf } from './trace.ts'

printCounts('encrypted rooms')

const missing = installSynapse() ?? (which('strace') === undefined ? 'strace' : undefined)
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(`synapse or strace is missing: ${missing}`)

let synapse: Synapse

describe.skipIf(missing)(`encrypted rooms of synapse${missing ? ` (missing: ${missing})` : ''}`, () => {
  beforeAll(async () => {
    synapse = await startSynapse(mkdtempSync(join(tmpdir(), 'ntfy-synapse-')))
  })

  afterAll(() => synapse.remove())

  type Room = Awaited<ReturnType<typeof encryptedRoom>>

  /** Everything that was kept arrived once, and no key was used twice. */
  async function check(room: Room, texts: string[]): Promise<void> {
    expect(await room.flush()).toMatchObject({ code: 0 })
    expect((await room.run(['queue'])).stdout).toBe('')
    expect((await room.bodies()).sort()).toEqual([...texts].sort())
    expect(new Set(await room.indexes()).size).toBe(texts.length)
  }

  it.each([
    ['a key that others have', {}],
    ['a key that they get with it', { rotation_period_msgs: 1 }],
  ])('killed at every step of keeping what a message with %s needs', async (_, settings) => {
    const room = await encryptedRoom(synapse, { settings })
    expect(await room.send('first')).toMatchObject({ code: 0 })
    const place = { home: room.home, env: { ...room.env, UV_THREADPOOL_SIZE: '1' }, outbox: room.folder }
    const steps = await stepsOf(place, ['send', 'model'], false)
    expect(steps.map(({ call }) => call)).toContain('rename')
    const texts = ['first', 'model']
    for (const [at, step] of steps.entries()) {
      const text = `killed at ${at}`
      texts.push(text)
      const { hit } = await disturb(place, ['send', text], step, 'signal=KILL')
      count(hit ? 'kills at a step' : 'kills beside a step')
      expect(await room.flush()).toMatchObject({ code: 0 })
    }
    await check(room, texts)
  })

  it('killed at random moments', async () => {
    const room = await encryptedRoom(synapse, { settings: { rotation_period_msgs: 3 } })
    const began = performance.now()
    expect(await room.send('not killed')).toMatchObject({ code: 0 })
    const usual = performance.now() - began
    const texts = ['not killed']
    for (let round = 0; round < rounds; round++) {
      texts.push(`message ${round}`)
      expect(await room.run(['send', '--no-wait', `message ${round}`])).toMatchObject({ code: 0 })
      const child = spawn(process.execPath, [mainFile, 'queue', 'flush'], { env: room.env, stdio: 'ignore' })
      const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * usual)
      await new Promise((resolve) => child.on('close', resolve))
      clearTimeout(timer)
      count(child.signalCode === 'SIGKILL' ? 'random kills' : 'random kills too late')
    }
    await check(room, texts)
  })

  it('a homeserver that is stopped and started in between', async () => {
    const room = await encryptedRoom(synapse)
    expect(await room.send('before')).toMatchObject({ code: 0, stderr: '' })
    await synapse.stop()
    for (const text of ['one', 'two'])
      expect(await room.send(text)).toMatchObject({ code: 0, stderr: expect.stringContaining('queued') })
    await synapse.start()
    await check(room, ['before', 'one', 'two'])
  })

  it.skipIf(!canMount)('a full disk: nothing goes out that cannot be kept', async () => {
    const room = await encryptedRoom(synapse, { login: false })
    mkdirSync(room.folder, { recursive: true, mode: 0o700 })
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=700', 'tmpfs', room.folder])
    expect(status).toBe(0)
    onTestFinished(() => void spawnSync('umount', ['-l', room.folder]))
    await room.logIn()
    expect(await room.send('before')).toMatchObject({ code: 0, stderr: '' })
    const ballast = join(room.folder, 'ballast')
    const { bavail, bsize } = statfsSync(room.folder)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize))
    expect(await room.send('kept')).toMatchObject({ code: 0, stderr: expect.stringContaining('ENOSPC') })
    expect(await room.bodies()).toEqual(['before'])
    rmSync(ballast)
    await check(room, ['before', 'kept'])
  })

  it('fifty devices read a message', async () => {
    const room = await encryptedRoom(synapse)
    const readers = []
    for (let at = 0; at < 49; at++) readers.push(await matrixReader(synapse.address, room.bob.user, 'bob'))
    expect(await room.send('to all')).toMatchObject({ code: 0 })
    expect(await room.flush()).toMatchObject({ code: 0 })
    for (const reader of readers) expect(await bodiesOf(reader, room.room)).toEqual(['to all'])
  })
})
