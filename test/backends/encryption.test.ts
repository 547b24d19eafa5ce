import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TrustRequirement } from '@matrix-org/matrix-sdk-crypto-wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { indexOf, matrixReader } from '../support/matrix-reader.ts'
import { installSynapse, type Synapse, startSynapse } from '../support/synapse.ts'

const missing = installSynapse()
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(`synapse is missing: ${missing}`)

const password = 'correct "horse" & battery'
const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }
let synapse: Synapse
let count = 0

describe.skipIf(missing)(`encrypted rooms of synapse${missing ? ` (missing: ${missing})` : ''}`, () => {
  beforeAll(async () => {
    synapse = await startSynapse(mkdtempSync(join(tmpdir(), 'ntfy-synapse-')))
  })

  afterAll(() => synapse.remove())

  /** An account of ntfy's own that is logged in, and a room with somebody who reads along. */
  async function setUp() {
    const name = `ntfy${++count}`
    const me = await synapse.register(name, password)
    const bob = await synapse.register(`bob${count}`, 'bob')
    const free = { messages_per_second: 0, burst_count: 0 }
    await synapse.call(me.token, 'POST', `/_synapse/admin/v1/users/${me.user}/override_ratelimit`, free)
    const reader = await matrixReader(synapse.address, `bob${count}`, 'bob')
    const room = await synapse.room(me.token, {
      preset: 'private_chat',
      invite: [bob.user],
      initial_state: [encryption],
    })
    await reader.call('POST', `join/${encodeURIComponent(room)}`, {})
    const { home, env } = temporaryHome()
    const target = { homeserver: synapse.address, user_id: me.user, password, rooms: [room] }
    const configure = (more = {}) =>
      writeFileSync(join(home, '.ntfy.yml'), JSON.stringify({ backends: ['matrix'], matrix: { ...target, ...more } }), {
        mode: 0o600,
      })
    configure()
    const run = (words: string[], stdin?: string) => ntfy(words, { env, ...(stdin !== undefined && { stdin }) })
    return { me, bob, reader, room, home, env, configure, run, send: (text: string) => run(['send', text]) }
  }

  it('are readable', async () => {
    const { reader, room, run, me } = await setUp()
    for (const text of ['one', 'two', 'three']) {
      const t = performance.now()
      console.log(await run(['-v', 'send', text]), performance.now() - t)
    }
    console.log(
      (await import('node:fs'))
        .readFileSync(synapse.log, 'utf8')
        .split('\n')
        .filter((l) => /Processed request/.test(l))
        .slice(-40)
        .join('\n'),
    )
    console.log(await reader.read(room))
    console.log(await reader.read(room, TrustRequirement.CrossSigned))
    console.log((await synapse.messages(me.token, room, 'm.room.encrypted')).map((x) => indexOf(x.content)))
    expect(1).toBe(1)
  })
})
