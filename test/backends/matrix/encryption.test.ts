import { spawn } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Attachment,
  DeviceId,
  EncryptedAttachment,
  OlmMachine,
  TrustRequirement,
  UserId,
} from '@matrix-org/matrix-sdk-crypto-wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ntfy, ntfyBin } from '../../support/cli.ts'
import { bodiesOf, encryptedRoom, encryption, password } from '../../support/encrypted-room.ts'
import { temporaryHome } from '../../support/home.ts'
import { manInTheMiddle } from '../../support/man-in-the-middle.ts'
import { matrixReader } from '../../support/matrix-reader.ts'
import { installNio, nioReader } from '../../support/nio.ts'
import { installSynapse, type Synapse, startSynapse } from '../../support/synapse.ts'
import { waitFor } from '../../support/wait.ts'

const missing = installSynapse() ?? installNio()
if (missing !== undefined && process.env['CI'] === 'true')
  throw new Error(`synapse or matrix-nio is missing: ${missing}`)

const delivered = { code: 0, stderr: '' }
let synapse: Synapse

describe.skipIf(missing)(`encrypted rooms of synapse${missing ? ` (missing: ${missing})` : ''}`, () => {
  beforeAll(async () => {
    synapse = await startSynapse(mkdtempSync(join(tmpdir(), 'ntfy-synapse-')))
  })

  afterAll(() => synapse.remove())

  it('are read by everybody in them, each message with a key of its own, and by who joins later from then on', async () => {
    const { me, bob, reader, room, send, indexes } = await encryptedRoom(synapse)
    const carol = await synapse.register('carol', 'carol')
    await synapse.call(me.token, 'POST', `/_matrix/client/v3/rooms/${room}/invite`, { user_id: carol.user })
    const nio = await nioReader(synapse.address, carol.user, 'carol', room)
    for (const text of ['one', 'two']) expect(await send(text)).toMatchObject(delivered)
    const later = await matrixReader(synapse.address, bob.user, 'bob')
    expect(await send('three')).toMatchObject(delivered)
    expect(await bodiesOf(reader, room, TrustRequirement.CrossSigned)).toEqual(['one', 'two', 'three'])
    expect((await bodiesOf(later, room)).at(-1)).toBe('three')
    await waitFor('matrix-nio', () => nio.events().length === 3)
    expect(nio.events().map(({ body }) => body?.split('\n').at(-1))).toEqual(['one', 'two', 'three'])
    const [first = ''] = await indexes()
    const session = first.replace(/ 0$/, '')
    expect(await indexes()).toEqual([0, 1, 2].map((index) => `${session} ${index}`))
    expect(await synapse.messages(me.token, room)).toEqual([])
  })

  it('get what they should beside those that are not encrypted', async () => {
    const { me, reader, room, bodies, run, configure } = await encryptedRoom(synapse)
    const plain = await synapse.room(me.token, {})
    configure({ rooms: [plain, room] })
    expect(await run(['send', 'both'])).toMatchObject(delivered)
    expect(await bodies()).toEqual(['both'])
    expect(await synapse.messages(me.token, plain)).toHaveLength(1)
    await synapse.call(
      me.token,
      'PUT',
      `/_matrix/client/v3/rooms/${plain}/state/m.room.encryption`,
      encryption().content,
    )
    expect(await run(['send', 'later'])).toMatchObject(delivered)
    expect(await synapse.messages(me.token, plain)).toHaveLength(1)

    const initial_state = [encryption()]
    const old = await synapse.room(reader.token, { room_version: '10', invite: [me.user], initial_state })
    expect(old).toContain(':')
    configure({ rooms: [old] })
    for (const piece of ['"', '&<', 'e']) expect(await run(['send'], piece.repeat(100_000))).toMatchObject(delivered)
    const read = await reader.read(old)
    expect(read.map(({ content }) => Buffer.byteLength(String(content?.['body'])) > 21_000)).toEqual([true, true, true])
  })

  it('get a new key after as many messages as they want, and when a member or a device leaves', async () => {
    const { bob, room, send, bodies, indexes, reader } = await encryptedRoom(synapse, {
      settings: { rotation_period_msgs: 2 },
    })
    for (const text of ['1', '2', '3']) expect(await send(text)).toMatchObject(delivered)
    expect(await bodies()).toEqual(['1', '2', '3'])
    const other = await matrixReader(synapse.address, bob.user, 'bob')
    expect(await send('4')).toMatchObject(delivered)
    await other.call('POST', 'logout', {})
    expect(await send('5')).toMatchObject(delivered)
    await reader.call('POST', `rooms/${encodeURIComponent(room)}/leave`, {})
    expect(await send('6')).toMatchObject(delivered)
    const used = (await indexes()).map((index) => index.split(' '))
    expect(used.map(([, index]) => index)).toEqual(['0', '1', '0', '1', '0', '0'])
    expect(new Set(used.map(([session]) => session)).size).toBe(4)
  })

  it('are not read by devices that their owner has not signed, unless all are wanted', async () => {
    const { bob, reader, room, send, configure } = await encryptedRoom(synapse)
    await reader.crossSign()
    const unsigned = await matrixReader(synapse.address, bob.user, 'bob')
    expect(await send('for signed ones')).toMatchObject(delivered)
    configure({ recipients: 'all' })
    expect(await send('for all')).toMatchObject(delivered)
    configure()
    await reader.sign(unsigned.device)
    expect(await send('signed meanwhile')).toMatchObject(delivered)
    expect(await bodiesOf(reader, room)).toEqual(['for signed ones', 'for all', 'signed meanwhile'])
    const [first, ...others] = await bodiesOf(unsigned, room)
    expect(first).not.toBe('for signed ones')
    expect(others).toEqual(['for all', 'signed meanwhile'])
  })

  it('are not read by who has another master key than before, until that is accepted', async () => {
    const { bob, reader, room, send, run } = await encryptedRoom(synapse)
    await reader.crossSign()
    expect(await send('before')).toMatchObject(delivered)
    await reader.crossSign()
    const warned = await run(['--json', 'send', 'changed'])
    const warning = `${bob.user} has another master key than before`
    expect(warned).toMatchObject({ code: 0, stderr: expect.stringContaining(warning) })
    expect(JSON.parse(warned.stdout).answer.warnings).toEqual([expect.stringContaining(warning)])
    expect((await run(['matrix', 'rooms'])).stdout).toContain(bob.user)
    expect(await run(['matrix', 'verify', '--accept', bob.user])).toMatchObject(delivered)
    expect(await send('accepted')).toMatchObject(delivered)
    const [before, changed, accepted] = await bodiesOf(reader, room)
    expect([before, accepted]).toEqual(['before', 'accepted'])
    expect(changed).not.toBe('changed')
  })

  it('are written to without a shield by a device that was signed with the recovery key', async () => {
    const { me, reader, room, recoveryKey } = await encryptedRoom(synapse)
    const stranger = await encryptedRoom(synapse)
    const { env, home } = temporaryHome()
    const server = ['-o', 'homeserver', synapse.address]
    const login = await ntfy([...server, 'matrix', 'login', me.user], { env, stdin: password })
    const [, device = '', fingerprint = ''] =
      /device (\S+), fingerprint (\S+), signed by its owner: no/.exec(login.stdout) ?? []
    const element = `/verify ${device} ${fingerprint}`
    expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining(element) })
    expect(login.stdout).not.toContain('recovery key')
    const verify = (stdin?: string) => {
      const words = ['matrix', 'verify', ...(stdin === undefined ? [] : ['--recovery-key', '-'])]
      return ntfy(words, { env, ...(stdin !== undefined && { stdin }) })
    }
    const send = (text: string) => ntfy(['-b', 'matrix', '-o', 'rooms', room, 'send', text], { env })
    expect(await verify()).toMatchObject({ code: 64, stderr: expect.stringContaining(element) })
    expect(await verify(recoveryKey.slice(1))).toMatchObject({ code: 64, stderr: expect.stringContaining('mistyped') })
    expect(await verify(stranger.recoveryKey)).toMatchObject({ code: 78, stderr: expect.stringContaining('not the') })
    expect(await send('unsigned')).toMatchObject(delivered)
    const signed = await verify(`${recoveryKey}\n`)
    expect(signed).toMatchObject({ ...delivered, stdout: expect.stringContaining('signed by its owner: yes') })
    expect(await send('signed')).toMatchObject(delivered)
    expect((await bodiesOf(reader, room, TrustRequirement.CrossSigned)).at(-1)).toBe('signed')
    writeFileSync(join(home, '.ntfy.yml'), login.stdout, { mode: 0o600 })
    expect((await ntfy(['doctor'], { env })).stdout).toContain(`device ${device}, fingerprint ${fingerprint}, signed`)
  })

  it('get files that only their members can read, and questions that a reaction answers', async () => {
    const { room, run, home, reader } = await encryptedRoom(synapse)
    writeFileSync(join(home, 'report.txt'), 'all is well')
    expect(await run(['send', '--attach', join(home, 'report.txt'), 'see there'])).toMatchObject(delivered)
    const [, file] = await reader.read(room)
    const { body, file: info } = (file?.content ?? {}) as { body: string; file: { url: string } }
    expect(body).toBe('report.txt')
    const uploaded = await download(synapse, reader.token, info.url)
    expect(uploaded.toString()).not.toContain('well')
    expect(Attachment.decrypt(new EncryptedAttachment(uploaded, JSON.stringify(info)))).toEqual(
      new Uint8Array(Buffer.from('all is well')),
    )

    const answer = run(['ask', '--timeout', '2m', 'Go on?'])
    const question = await waitFor('the question', async () =>
      (await reader.read(room)).find(({ content }) => String(content?.['body']).includes('Go on?')),
    )
    expect(question.content?.['body']).toContain('React with')
    const relation = { rel_type: 'm.annotation', event_id: question.id, key: '👍' }
    const path = `rooms/${encodeURIComponent(room)}/send/m.reaction/1`
    await reader.call('PUT', path, { 'm.relates_to': relation })
    expect(await answer).toMatchObject({ code: 0, stdout: 'yes\n' })
    expect(await synapse.messages(reader.token, room)).toEqual([])
    const refused = await run(['ask', '--text', '--timeout', '2m', 'Why?'])
    expect(refused).toMatchObject({ stderr: expect.stringContaining('does not read replies') })
  })

  it('get nothing where the packages that encrypt are not installed, and are told which those are', async () => {
    const { me, room, home, env, logIn } = await encryptedRoom(synapse, { login: false })
    cpSync(join(ntfyBin, '..'), join(home, 'dist'), { recursive: true })
    const bin = join(home, 'dist/ntfy')
    const words = ['-o', 'homeserver', synapse.address, 'matrix', 'login', me.user]
    const missing = /npm install --global @matrix-org\/matrix-sdk-crypto-wasm fake-indexeddb/
    const login = await ntfy(words, { env, bin, stdin: password })
    expect(login).toMatchObject({ code: 0, stderr: expect.stringMatching(missing) })
    const sent = await ntfy(['send', 'kept'], { env, bin })
    expect(sent).toMatchObject({ code: 78, stderr: expect.stringMatching(missing) })
    expect(await synapse.messages(me.token, room)).toEqual([])
    expect(await logIn()).toMatchObject({ code: 0, stderr: '' })
  })

  describe('of a homeserver that is not to be trusted', () => {
    it('get the same bytes again where the answer was lost', async () => {
      const middle = await manInTheMiddle(synapse.address)
      const { send, flush, bodies } = await encryptedRoom(synapse, { address: middle.address })
      middle.meddle = ({ path }) => (path.includes('/send/m.room.encrypted/') ? 'drop' : undefined)
      expect(await send('once')).toMatchObject({ code: 0, stderr: expect.stringContaining('queued') })
      middle.meddle = undefined
      expect(await flush()).toMatchObject({ code: 0 })
      expect(await bodies()).toEqual(['once'])
      const [first, second, ...more] = middle.passed.filter(({ path }) => path.includes('/send/m.room.encrypted/'))
      expect(second).toEqual(first)
      expect(more).toEqual([])
      expect(await send('again')).toMatchObject(delivered)
      middle.passed.length = 0
      expect(await send('and again')).toMatchObject(delivered)
      expect(middle.passed).toHaveLength(5)
    })

    it('get no plain text when it says that they are no longer encrypted, nor keys that it has forged', async () => {
      const middle = await manInTheMiddle(synapse.address)
      const { me, bob, room, send, bodies, reader } = await encryptedRoom(synapse, { address: middle.address })
      expect(await send('first')).toMatchObject(delivered)
      const off = { errcode: 'M_NOT_FOUND', error: 'Event not found.' }
      const forged = (json: Record<string, unknown>) =>
        JSON.parse(JSON.stringify(json).replace(/"key":"...../g, '"key":"AAAAA'))
      middle.meddle = ({ path }, { json }) =>
        path.endsWith('/state/m.room.encryption') ? off : path.endsWith('/keys/claim') ? forged(json) : undefined
      const later = await matrixReader(synapse.address, bob.user, 'bob')
      const without = await matrixReader(synapse.address, bob.user, 'bob', { withOneTimeKeys: false })
      expect(await send('second')).toMatchObject(delivered)
      expect(await synapse.messages(me.token, room)).toEqual([])
      expect(await bodies()).toEqual(['first', 'second'])
      for (const device of [later, without]) expect(await bodiesOf(device, room)).not.toContain('second')
      middle.meddle = undefined
      expect(await send('third')).toMatchObject(delivered)
      expect((await bodiesOf(later, room)).at(-1)).toBe('third')
      // The keys of a known device stay what they were.
      const usurper = await matrixReader(synapse.address, bob.user, 'bob', {
        device: reader.device,
        withOneTimeKeys: false,
      })
      expect(await send('fourth')).toMatchObject(delivered)
      expect(await bodiesOf(usurper, room)).not.toContain('fourth')
    })
  })

  it('get each of twenty at once, with a key of its own', async () => {
    const { send, flush, bodies, indexes } = await encryptedRoom(synapse)
    expect(await send('message 0')).toMatchObject(delivered)
    const texts = Array.from({ length: 20 }, (_, at) => `message ${at + 1}`)
    for (const { code, stderr } of await Promise.all(texts.map(send))) expect(code, stderr).toBe(0)
    expect(await flush()).toMatchObject({ code: 0 })
    expect((await bodies()).sort()).toEqual(['message 0', ...texts].sort())
    const used = (await indexes()).map((index) => index.split(' '))
    expect(new Set(used.map(([session]) => session)).size).toBe(1)
    expect(new Set(used.map(([, index]) => index)).size).toBe(21)
  })

  it('get each message once, whenever ntfy is killed', async () => {
    const { run, flush, bodies, indexes, env } = await encryptedRoom(synapse)
    const texts = Array.from({ length: 5 }, (_, at) => `message ${at}`)
    for (const text of texts) expect(await run(['send', '--no-wait', text])).toMatchObject({ code: 0 })
    for (let round = 0; round < 6; round++) await killed(['queue', 'flush'], env, 60 + Math.random() * 400)
    expect(await flush()).toMatchObject({ code: 0 })
    expect((await bodies()).sort()).toEqual(texts)
    expect(new Set(await indexes()).size).toBe(5)
  })

  describe('whose keys', () => {
    it.each([
      ['are damaged', (file: string) => writeFileSync(file, Buffer.concat([readFileSync(file).fill(1, 3000, 3001)]))],
      ['are lost', (file: string) => rmSync(file)],
    ])('%s get nothing until a login has made a new device', async (_, harm) => {
      const { me, room, send, flush, logIn, run, bodies, recoveryKey, file } = await encryptedRoom(synapse)
      expect(await send('before')).toMatchObject(delivered)
      harm(file())
      const parked = { code: 78, stderr: expect.stringMatching(/are lost.*ntfy matrix login/s) }
      expect(await send('kept')).toMatchObject(parked)
      const { device_id: device } = JSON.parse((await logIn()).stdout)
      expect(await run(['matrix', 'verify', '--recovery-key', '-'], recoveryKey)).toMatchObject(delivered)
      expect(await flush()).toMatchObject({ code: 0 })
      expect(await bodies()).toEqual(['before', 'kept'])
      expect(await synapse.messages(me.token, room)).toEqual([])
      expect((await run(['matrix', 'rooms'])).stdout).toMatch(`device ${device}, `)
    })

    it('were copied are not used twice, and a login makes a new device', async () => {
      const { send, logIn, run, bodies, indexes, file } = await encryptedRoom(synapse)
      const before = (await run(['--json', 'matrix', 'rooms'])).stdout
      expect(await send('one')).toMatchObject(delivered)
      cpSync(file(), `${file()}.copy`, { preserveTimestamps: true })
      expect(await send('two')).toMatchObject(delivered)
      // Once into the file that is there, and once in its place.
      copyFileSync(`${file()}.copy`, file())
      expect(await send('three')).toMatchObject(delivered)
      renameSync(`${file()}.copy`, file())
      expect(await send('four')).toMatchObject(delivered)
      expect(await send('five')).toMatchObject(delivered)
      expect(await bodies()).toEqual(['one', 'two', 'three', 'four', 'five'])
      expect(new Set(await indexes()).size).toBe(5)
      const { device_id: device } = JSON.parse((await logIn()).stdout)
      expect(before).not.toContain(device)
      expect(await send('six')).toMatchObject(delivered)
      expect((await bodies()).at(-1)).toBe('six')
    })

    it('were replaced by another program get nothing, until a login makes a new device', async () => {
      const { me, home, send, logIn, flush, run, bodies } = await encryptedRoom(synapse)
      const { device_id: id } = JSON.parse(
        (await run(['--json', 'matrix', 'rooms'])).stdout.trim().split('\n').at(-1) ?? '',
      )
      const cache = join(home, '.local/state/ntfy/cache')
      const session = readdirSync(cache).find((name) => name.startsWith('matrix-session')) ?? ''
      const { token } = JSON.parse(readFileSync(join(cache, session), 'utf8')).value
      const other = await OlmMachine.initialize(new UserId(me.user), new DeviceId(id))
      const [upload] = await other.outgoingRequests()
      const { device_keys } = JSON.parse(upload?.body ?? '{}')
      const uploaded = await synapse.call(token, 'POST', '/_matrix/client/v3/keys/upload', { device_keys })
      expect(uploaded.status).toBe(200)
      const replaced = { code: 78, stderr: expect.stringMatching(/replaced by another program.*ntfy matrix login/) }
      expect(await send('kept')).toMatchObject(replaced)
      expect(JSON.parse((await logIn()).stdout).device_id).not.toBe(id)
      expect(await flush()).toMatchObject({ code: 0 })
      expect(await bodies()).toEqual(['kept'])
    })

    it('cannot be kept get nothing', async () => {
      const { me, room, send, run, home, env } = await encryptedRoom(synapse)
      writeFileSync(join(home, 'file'), '')
      rmSync(join(home, '.local/state/ntfy/matrix'), { recursive: true })
      writeFileSync(join(home, '.local/state/ntfy/matrix'), '')
      expect(await send('x')).toMatchObject({ code: 78, stderr: expect.stringContaining('cannot be kept') })
      env['XDG_STATE_HOME'] = join(home, 'file')
      const token = ['-b', 'matrix', '-o', 'access_token', me.token]
      expect(await run([...token, 'send', 'x'])).toMatchObject({
        code: 78,
        stderr: expect.stringContaining('cannot be kept'),
      })
      expect(await synapse.messages(me.token, room)).toEqual([])
      expect(await synapse.messages(me.token, room, 'm.room.encrypted')).toEqual([])
    })

    it('are those of another program get nothing by its token, and by one without any get ours', async () => {
      const { me, send, configure, bodies } = await encryptedRoom(synapse, { login: false })
      const element = await matrixReader(synapse.address, me.user, password)
      configure({ access_token: element.token })
      expect(await send('kept')).toMatchObject({
        code: 78,
        stderr: expect.stringMatching(/another program has.*ntfy matrix login/s),
      })
      configure({ access_token: me.token })
      expect(await send('sent')).toMatchObject({ code: 0 })
      expect(await bodies()).toContain('sent')
    })
  })
})

/** Runs ntfy, and ends it by kill -9 after so many milliseconds, if it has not ended before. */
async function killed(words: string[], env: Record<string, string>, after: number): Promise<void> {
  const child = spawn(process.execPath, [join(ntfyBin, '../main.cjs'), ...words], { env, stdio: 'ignore' })
  const timer = setTimeout(() => child.kill('SIGKILL'), after)
  await new Promise((resolve) => child.on('close', resolve))
  clearTimeout(timer)
}

async function download({ address }: Synapse, token: string, url: string): Promise<Buffer<ArrayBuffer>> {
  const path = `/_matrix/client/v1/media/download/${url.replace('mxc://', '')}`
  const answer = await fetch(`${address}${path}`, { headers: { authorization: `Bearer ${token}` } })
  return Buffer.from(await answer.arrayBuffer())
}
