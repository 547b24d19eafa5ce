import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { attemptWith } from '../support/attempt.ts'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'
import { openTerminal } from '../support/pty.ts'
import { installSynapse, type Synapse, startSynapse } from '../support/synapse.ts'
import { waitFor } from '../support/wait.ts'

const missing = installSynapse()
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(`synapse is missing: ${missing}`)

const password = 'correct "horse" & battery'
const v3 = '/_matrix/client/v3'
let synapse: Synapse
let me: { user: string; token: string }
let room: string

describe.skipIf(missing)(`matrix with synapse${missing ? ` (missing: ${missing})` : ''}`, () => {
  beforeAll(async () => {
    synapse = await startSynapse(mkdtempSync(join(tmpdir(), 'ntfy-synapse-')), 3)
    me = await synapse.register('ntfy', password)
    const free = { messages_per_second: 0, burst_count: 0 }
    await synapse.call(me.token, 'POST', `/_synapse/admin/v1/users/${me.user}/override_ratelimit`, free)
  })

  afterAll(() => synapse.remove())

  beforeEach(async () => {
    vi.stubEnv('XDG_STATE_HOME', temporaryFolder())
    room = await synapse.room(me.token, { name: 'Ops' })
  })

  afterEach(() => vi.unstubAllEnvs())

  function attempt(options: Record<string, unknown> = {}, more: Parameters<typeof attemptWith>[2] = {}) {
    const given = { homeserver: synapse.address, access_token: me.token, rooms: room, ...options }
    return attemptWith('matrix', given, more)
  }

  describe('posting', () => {
    it('reaches a room of the version that the homeserver makes by default, and one of version 12', async () => {
      const newest = await synapse.room(me.token, { room_version: '12' })
      expect(newest).not.toContain(':')
      expect(await attempt({ rooms: [room, newest] })).toMatchObject({ kind: 'delivered' })
      for (const id of [room, newest]) {
        expect(await synapse.messages(me.token, id)).toMatchObject([{ content: { body: 'title\nmessage' } }])
      }
    })

    it('makes one event of two attempts', async () => {
      const first = await attempt({}, { id: 'twice' })
      expect(await attempt({}, { id: 'twice' })).toEqual(first)
      expect(await synapse.messages(me.token, room)).toHaveLength(1)
    })

    it('joins by an alias, and by an invitation', async () => {
      const other = await synapse.register(`other${Date.now()}`, 'x')
      const alias = `ops${Date.now()}`
      const open = await synapse.room(other.token, { preset: 'public_chat', room_alias_name: alias })
      const closed = await synapse.room(other.token, { invite: [me.user] })
      expect(await attempt({ rooms: `#${alias}:example.org ${closed}` })).toMatchObject({ kind: 'delivered' })
      for (const id of [open, closed]) expect(await synapse.messages(other.token, id)).toHaveLength(1)
    })

    it('takes the largest messages', async () => {
      for (const piece of ['"', '&<', '👩‍👩‍👧']) {
        const notification = { title: piece.repeat(2000), message: piece.repeat(100_000) }
        expect(await attempt({}, { notification })).toMatchObject({ kind: 'delivered' })
      }
    })

    it('refuses an encrypted room where nothing is to be encrypted, unless that is allowed', async () => {
      const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }
      const secret = await synapse.room(me.token, { initial_state: [encryption] })
      const options = { rooms: secret, encryption: 'never' }
      const refused = await attempt(options)
      expect(refused).toMatchObject({ kind: 'config', error: expect.stringContaining('allow_unencrypted') })
      expect(await synapse.messages(me.token, secret)).toEqual([])
      expect(await attempt({ ...options, allow_unencrypted: true })).toMatchObject({ kind: 'delivered' })
    })

    it('waits as long as the homeserver asks for', async () => {
      const limited = await synapse.register('limited', 'x')
      const options = { access_token: limited.token, rooms: await synapse.room(limited.token) }
      const last = await waitFor('a refusal', async () => {
        const result = await attempt(options)
        return result.kind === 'delivered' ? undefined : result
      })
      expect(last).toMatchObject({ kind: 'transient', error: expect.stringContaining('M_LIMIT_EXCEEDED') })
      expect(last.kind === 'transient' ? last.retryAfter : undefined).toBeGreaterThan(0)
    })
  })

  describe('a password', () => {
    const login = `POST ${v3}/login`
    const refresh = `POST ${v3}/refresh`

    function configured() {
      const { home, env } = temporaryHome()
      const target = { homeserver: synapse.address, user_id: me.user, password, rooms: [room] }
      const file = join(home, '.ntfy.yml')
      writeFileSync(file, JSON.stringify({ backends: ['matrix'], matrix: target }), { mode: 0o600 })
      const kept = join(home, '.local/state/ntfy/cache')
      const session = () => {
        const name = readdirSync(kept).find((one) => one.startsWith('matrix-session')) ?? ''
        expect(statSync(kept).mode & 0o777).toBe(0o700)
        expect(statSync(join(kept, name)).mode & 0o777).toBe(0o600)
        return JSON.parse(readFileSync(join(kept, name), 'utf8')).value as Record<string, string>
      }
      return { env, send: (text: string) => ntfy(['send', text], { env }), session }
    }

    it('logs in once, for all processes, and then refreshes its token, one for all', async () => {
      const { send, session } = configured()
      const before = synapse.count(login)
      const both = await Promise.all([send('one'), send('two')])
      expect(both).toMatchObject([
        { code: 0, stderr: '' },
        { code: 0, stderr: '' },
      ])
      expect(synapse.count(login)).toBe(before + 1)
      const { token = '' } = session()
      const expired = async () => (await synapse.call(token, 'GET', `${v3}/account/whoami`)).status === 401
      await waitFor('the token to expire', expired)
      const refreshes = synapse.count(refresh)
      const next = await Promise.all([send('three'), send('four')])
      expect(next).toMatchObject([
        { code: 0, stderr: '' },
        { code: 0, stderr: '' },
      ])
      expect(synapse.count(refresh)).toBe(refreshes + 1)
      expect(synapse.count(login)).toBe(before + 1)
      expect(await synapse.messages(me.token, room)).toHaveLength(4)
    })

    it('logs in again, as the same device, when its token was revoked', async () => {
      const { send, session } = configured()
      await send('one')
      const first = session()
      await synapse.call(first['token'] ?? '', 'POST', `${v3}/logout`, {})
      expect(await send('two')).toMatchObject({ code: 0, stderr: '' })
      expect(session()).toMatchObject({ device: first['device'] })
      expect(await synapse.messages(me.token, room)).toHaveLength(2)
    })

    it('is a matter of configuration when it is wrong, and never shown', async () => {
      const result = await attempt({ access_token: undefined, user_id: me.user, password: 'wrong-password' })
      expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('M_FORBIDDEN') })
      expect(JSON.stringify(result)).not.toContain('wrong-password')
    })
  })

  it('keeps what is sent while the homeserver is down, and delivers it once', async () => {
    const { home, env } = temporaryHome()
    const target = { homeserver: synapse.address, access_token: me.token, rooms: [room] }
    writeFileSync(join(home, '.ntfy.yml'), JSON.stringify({ backends: ['matrix'], matrix: target }), { mode: 0o600 })
    await synapse.stop()
    for (const text of ['one', 'two']) {
      const outcome = await ntfy(['send', text], { env })
      expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('queued') })
    }
    await synapse.start()
    expect(await ntfy(['queue', 'flush', '--wait'], { env })).toMatchObject({ code: 0 })
    expect((await ntfy(['queue'], { env })).stdout).toBe('')
    const bodies = (await synapse.messages(me.token, room)).map(({ content }) => String(content['body']))
    expect(bodies).toEqual([expect.stringMatching(/one$/), expect.stringMatching(/two$/)])
  })

  describe('ntfy alone', () => {
    it('logs in, joins, lists and sends', async () => {
      const { home, env } = temporaryHome()
      const own = ['-o', 'homeserver', synapse.address]
      const login = await ntfy([...own, 'matrix', 'login', me.user], { env, stdin: `${password}\n` })
      expect(login).toMatchObject({ code: 0, stderr: '' })
      expect(login.stdout).not.toMatch(/sy[tr]_|horse/)
      const other = await synapse.register(`host${Date.now()}`, 'x')
      const invited = await synapse.room(other.token, { name: 'Night\u001b[31m shift', invite: [me.user] })
      expect(await ntfy(['matrix', 'join', invited], { env })).toMatchObject({ code: 0, stdout: `${invited}\n` })
      const rooms = await ntfy(['--json', 'matrix', 'rooms'], { env })
      const listed = rooms.stdout.trim().split('\n')
      const found = listed.map((line) => JSON.parse(line)).find(({ room_id: id }) => id === invited)
      expect(found).toEqual({ room_id: invited, name: 'Night\u001b[31m shift', encrypted: false })
      expect((await ntfy(['matrix', 'rooms'], { env })).stdout).toContain(`${invited}  Night shift\n`)
      writeFileSync(join(home, '.ntfy.yml'), login.stdout.replace('#room:example.org', invited), { mode: 0o600 })
      expect(await ntfy(['-b', 'matrix', 'send', 'hi'], { env })).toMatchObject({ code: 0, stderr: '' })
      expect(await synapse.messages(other.token, invited)).toHaveLength(1)
    })

    it('asks for the password and the recovery key without showing them', async () => {
      const { user } = await synapse.register('typist', password)
      const words = ['-o', 'homeserver', synapse.address, '--json', 'matrix', 'login', user]
      const first = await ntfy(words, { env: temporaryHome().env, stdin: password })
      const { signed, recovery_key: key } = JSON.parse(first.stdout)
      expect(signed).toBe(true)
      const { env } = temporaryHome()
      const terminal = openTerminal(ntfyBin, words, { env })
      await terminal.see(`password of ${user}: `)
      terminal.type('mistyped\u0015')
      terminal.type(`${password}y\u007f\r`)
      await terminal.see(`recovery key of ${user}`)
      terminal.type(`${key}\r`)
      expect(await terminal.exit).toMatchObject({ code: 0 })
      expect(terminal.output()).toMatch(/"signed":true/)
      expect(terminal.output()).not.toMatch(/horse|mistyped|\*/)
      expect(terminal.output()).not.toContain(key.slice(0, 4))
      expect(terminal.output()).not.toContain('recovery_key')
    })

    it('prints a token for elsewhere only when asked, and keeps none then', async () => {
      const { home, env } = temporaryHome()
      const words = ['-o', 'homeserver', synapse.address, 'matrix', 'login', '--print-token', me.user]
      const { stdout } = await ntfy(words, { env, stdin: password })
      expect(await attempt({ access_token: stdout.trim() })).toMatchObject({ kind: 'delivered' })
      expect(existsSync(join(home, '.local/state/ntfy/cache'))).toBe(false)
    })
  })
})
