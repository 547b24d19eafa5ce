import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ntfy } from './cli.ts'
import { temporaryHome } from './home.ts'
import { indexOf, matrixReader, type Reader } from './matrix-reader.ts'
import type { Synapse } from './synapse.ts'

export const password = 'correct "horse" & battery'

export const algorithm = 'm.megolm.v1.aes-sha2'

/** The state event that makes a room an encrypted one. */
export const encryption = (settings: Record<string, unknown> = {}) => ({
  type: 'm.room.encryption',
  state_key: '',
  content: { algorithm, ...settings },
})

let count = 0

/** An account for ntfy, an encrypted room of its own, and somebody who reads along there. */
export async function encryptedRoom(
  synapse: Synapse,
  {
    settings = {},
    login = true,
    address = synapse.address,
  }: { settings?: Record<string, unknown>; login?: boolean; address?: string } = {},
) {
  const name = `ntfy${++count}`
  const me = await synapse.register(name, password)
  const bob = await synapse.register(`bob${count}`, 'bob')
  await unlimited(synapse, me)
  const reader = await matrixReader(synapse.address, `bob${count}`, 'bob')
  const room = await synapse.room(me.token, {
    preset: 'private_chat',
    invite: [bob.user],
    initial_state: [encryption(settings)],
  })
  await reader.call('POST', `join/${encodeURIComponent(room)}`, {})
  const { home, env } = temporaryHome()
  const configure = (more: Record<string, unknown> = {}) => {
    const target = { homeserver: address, user_id: me.user, rooms: [room], ...more }
    const file = { backends: ['matrix'], matrix: target }
    writeFileSync(join(home, '.ntfy.yml'), JSON.stringify(file), { mode: 0o600 })
  }
  configure()
  const run = (words: string[], stdin?: string) => ntfy(words, { env, ...(stdin !== undefined && { stdin }) })
  const logIn = () => run(['--json', 'matrix', 'login', me.user], password)
  const made = {
    me,
    bob,
    reader,
    room,
    home,
    env,
    configure,
    run,
    logIn,
    folder: join(home, '.local/state/ntfy/matrix'),
  }
  return {
    ...made,
    recoveryKey: login ? String(JSON.parse((await logIn()).stdout)['recovery_key']) : '',
    /** Where the device's keys are. */
    file: () => join(made.folder, readdirSync(made.folder).find((name) => /^[0-9a-f]{32}$/.test(name)) ?? 'none'),
    send: (text: string) => run(['send', text]),
    flush: () => run(['queue', 'flush', '--wait']),
    /** The keys that were used, in the order of the events. */
    indexes: async () => {
      const events = await synapse.messages(me.token, room, 'm.room.encrypted')
      return events.map(({ content }) => indexOf(content))
    },
    /** What somebody reads in the room. */
    bodies: (by: Reader = reader) => bodiesOf(by, room),
  }
}

/** The last lines of what can be read in a room; of what cannot, why. */
export async function bodiesOf(reader: Reader, room: string, trust?: Parameters<Reader['read']>[1]): Promise<string[]> {
  const events = await reader.read(room, trust)
  return events.map(
    ({ content, error }) =>
      String(content?.['body'] ?? error)
        .split('\n')
        .at(-1) ?? '',
  )
}

/** Lifts the limit of messages. */
export async function unlimited(synapse: Synapse, { user, token }: { user: string; token: string }): Promise<void> {
  const free = { messages_per_second: 0, burst_count: 0 }
  await synapse.call(token, 'POST', `/_synapse/admin/v1/users/${user}/override_ratelimit`, free)
}
