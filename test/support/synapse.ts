import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { installPython, pythonOf } from './python.ts'
import { removeFolder } from './remove-folder.ts'
import { waitFor } from './wait.ts'

/** The version that the tests were written for. */
const version = '1.163.2'
const python = pythonOf(`synapse-${version}`)

/**
 * Installs synapse, unless an earlier run has.
 *
 * @returns why it is not there, or nothing
 */
export function installSynapse(): string | undefined {
  return installPython(`synapse-${version}`, `matrix-synapse==${version}`)
}

/** A homeserver for `example.org` of the test file's own. */
export interface Synapse {
  address: string
  log: string
  /** Makes an account and logs in: its name and a token that does not expire. */
  register(name: string, password: string): Promise<{ user: string; token: string }>
  /** Calls the homeserver: its answer, whatever it is. */
  call(token: string, method: string, path: string, json?: unknown): Promise<{ status: number; json: Json }>
  /** Makes a room: its id. */
  room(token: string, settings?: Record<string, unknown>): Promise<string>
  /** Messages in a room, the oldest first: their bodies and ids. */
  messages(token: string, room: string, type?: string): Promise<{ id: string; content: Json }[]>
  /** How often a path was asked for, as the log of the homeserver has it. */
  count(request: string): number
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

type Json = Record<string, never> & Record<string, unknown>

/** @param tokenLifetime how long a token lasts that can be refreshed, in seconds */
export async function startSynapse(folder: string, tokenLifetime = 300): Promise<Synapse> {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const log = join(folder, 'homeserver.log')
  configure(folder, port, log, tokenLifetime)
  const call: Synapse['call'] = async (token, method, path, json) => {
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    return { status: answer.status, json: (await answer.json()) as Json }
  }
  let server: ChildProcess | undefined
  const synapse: Synapse = {
    address,
    log,
    call,
    async register(name, password) {
      const { nonce } = (await call('', 'GET', '/_synapse/admin/v1/register')).json
      const words = [nonce, name, password, 'admin'].join('\0')
      const mac = createHmac('sha1', 'shared').update(words).digest('hex')
      const body = { nonce, username: name, password, admin: true, mac }
      const { json } = await call('', 'POST', '/_synapse/admin/v1/register', body)
      return { user: String(json['user_id']), token: String(json['access_token']) }
    },
    async room(token, settings = {}) {
      const { json } = await call(token, 'POST', '/_matrix/client/v3/createRoom', settings)
      return String(json['room_id'])
    },
    async messages(token, room, wanted = 'm.room.message') {
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages?dir=f&limit=500`
      const events = (await call(token, 'GET', path)).json['chunk'] as unknown as Record<string, unknown>[]
      return events
        .filter(({ type }) => type === wanted)
        .map((event) => ({ id: String(event['event_id']), content: event['content'] as Json }))
    },
    count: (request) => readFileSync(log, 'utf8').split(`"${request}`).length - 1,
    async start() {
      const output = openSync(join(folder, 'output'), 'a')
      server = spawn(python, ['-m', 'synapse.app.homeserver', '-c', join(folder, 'homeserver.yaml')], {
        cwd: folder,
        // Not that of the test which starts it again.
        env: { HOME: folder, PATH: process.env['PATH'] },
        stdio: ['ignore', output, output],
      })
      closeSync(output)
      const isReady = async () => (await fetch(`${address}/health`).catch(() => undefined))?.ok
      await waitFor('synapse', isReady)
    },
    async stop() {
      await ended(server)
      server = undefined
    },
    async remove() {
      await ended(server)
      await removeFolder(folder)
    },
  }
  await synapse.start()
  return synapse
}

/** JSON is YAML. Limits are out of the way, but for that of messages, from which an account can be freed. */
function configure(folder: string, port: number, log: string, tokenLifetime: number): void {
  const wide = { per_second: 1000, burst_count: 1000 }
  const configuration = {
    server_name: 'example.org',
    report_stats: false,
    listeners: [{ port, bind_addresses: ['127.0.0.1'], type: 'http', resources: [{ names: ['client'] }] }],
    database: { name: 'sqlite3', args: { database: join(folder, 'homeserver.db') } },
    log_config: join(folder, 'log.yaml'),
    media_store_path: join(folder, 'media'),
    signing_key_path: join(folder, 'signing.key'),
    bcrypt_rounds: 4,
    registration_shared_secret: 'shared',
    macaroon_secret_key: 'macaroon',
    form_secret: 'form',
    trusted_key_servers: [],
    refreshable_access_token_lifetime: `${tokenLifetime}s`,
    rc_message: { per_second: 0.2, burst_count: 3 },
    rc_login: { address: wide, account: wide, failed_attempts: wide },
    rc_joins: { local: wide, remote: wide },
    rc_room_creation: wide,
    rc_registration: wide,
    presence: { enabled: false },
  }
  const logging = {
    version: 1,
    formatters: { plain: { format: '%(name)s %(message)s' } },
    handlers: { file: { class: 'logging.FileHandler', filename: log, formatter: 'plain' } },
    root: { level: 'INFO', handlers: ['file'] },
  }
  writeFileSync(join(folder, 'homeserver.yaml'), JSON.stringify(configuration))
  writeFileSync(join(folder, 'log.yaml'), JSON.stringify(logging))
  const keys = ['-m', 'synapse.app.homeserver', '-c', join(folder, 'homeserver.yaml'), '--generate-missing-configs']
  const { status, stderr } = spawnSync(python, keys, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`synapse: ${stderr}`)
}

function ended(child: ChildProcess | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return resolve()
    child.on('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
