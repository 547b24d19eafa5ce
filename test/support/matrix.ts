import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** An event as the homeserver keeps it. */
export interface MatrixEvent {
  room: string
  id: string
  content: Record<string, unknown>
}

/** What is answered instead of the usual: a status and a body, `drop` for an answer that is lost on its way. */
export type Fault = { status: number; body: unknown; headers?: Record<string, string> } | 'drop'

const token = 'syt_bnRmeQ_secret'
const password = 'correct horse'

/**
 * A homeserver as far as posting and logging in go (client-server API v3): it checks every request against the
 * specification, knows one account, and drops a second event with the same transaction id.
 */
export async function homeserver() {
  const wrong: string[] = []
  const joined = new Set(['!plain:example.org', '!v12roomWithoutServer', '!other:example.org'])
  const invited = new Set(['!invited:example.org'])
  const aliases: Record<string, string> = { '#ops/x:example.org': '!plain:example.org' }
  const events: MatrixEvent[] = []
  const transactions = new Map<string, string>()
  const encrypted = new Set<string>()
  const tombstones: Record<string, string> = {}
  const sessions = sessionsOf(wrong)
  const faults: Fault[] = []
  const requests: string[] = []

  function answer(request: IncomingMessage, body: string): { status: number; body: unknown } {
    const { method = '', url = '', headers } = request
    if (method === 'GET' && url === '/_matrix/client/v3/login') return { status: 200, body: { flows: sessions.flows } }
    const own = method === 'POST' ? sessions.answer(url.split('/').slice(4).join('/'), parsed(body) ?? {}) : undefined
    if (own !== undefined) return own
    const refusal = sessions.refusal(headers.authorization?.replace('Bearer ', '') ?? '')
    if (refusal !== undefined) return refusal
    if (url.includes('access_token')) wrong.push('a token in the address')
    if (/[^A-Za-z0-9\-._~!$&'()*+,;=:@%/]/.test(url)) wrong.push(`not encoded: ${url}`)
    const [, prefix, api, version, ...path] = url.split('/')
    if (`${prefix}/${api}/${version}` !== '_matrix/client/v3') return failure(404, 'M_UNRECOGNIZED', 'Unrecognized')
    const parts = path.map(decodeURIComponent)
    if (method === 'GET' && parts.length === 3 && parts[0] === 'directory' && parts[1] === 'room') {
      const room = aliases[parts[2] ?? '']
      return room
        ? { status: 200, body: { room_id: room, servers: ['example.org'] } }
        : failure(404, 'M_NOT_FOUND', `Room alias ${parts[2]} not found`)
    }
    if (method === 'GET' && parts.join('/') === 'account/whoami') {
      return { status: 200, body: { user_id: '@ntfy:example.org', device_id: 'DEVICE0' } }
    }
    if (method === 'GET' && parts.join() === 'joined_rooms') return { status: 200, body: { joined_rooms: [...joined] } }
    if (method === 'GET' && parts.length === 4 && parts[2] === 'state') return state(parts[1] ?? '', parts[3] ?? '')
    if (headers['content-type'] !== 'application/json') wrong.push('a body that is not application/json')
    const content = parsed(body)
    if (content === undefined) return failure(400, 'M_NOT_JSON', 'Content not JSON.')
    if (method === 'POST' && parts.length === 2 && parts[0] === 'join') return join(parts[1] ?? '')
    const [rooms, room = '', send, type, transaction = ''] = parts
    if (method === 'PUT' && parts.length === 5 && rooms === 'rooms' && send === 'send' && type === 'm.room.message') {
      return post(room, transaction, content)
    }
    return failure(404, 'M_UNRECOGNIZED', `Unrecognized request ${method} ${url}`)
  }

  function state(room: string, type: string) {
    if (!joined.has(room)) return failure(403, 'M_FORBIDDEN', `User @ntfy:example.org not in room ${room}`)
    if (type === 'm.room.encryption' && encrypted.has(room)) {
      return { status: 200, body: { algorithm: 'm.megolm.v1.aes-sha2' } }
    }
    const next = type === 'm.room.tombstone' ? tombstones[room] : undefined
    if (next !== undefined) return { status: 200, body: { body: 'upgraded', replacement_room: next } }
    return failure(404, 'M_NOT_FOUND', 'Event not found.')
  }

  function join(room: string) {
    if (invited.delete(room)) joined.add(room)
    if (!joined.has(room)) return failure(403, 'M_FORBIDDEN', 'You are not invited to this room.')
    return { status: 200, body: { room_id: room } }
  }

  function post(room: string, transaction: string, content: Record<string, unknown>) {
    const scope = JSON.stringify([room, transaction])
    const known = transactions.get(scope)
    if (known !== undefined) return { status: 200, body: { event_id: known } }
    if (!joined.has(room) || tombstones[room]) {
      return failure(403, 'M_FORBIDDEN', `User @ntfy:example.org not in room ${room}, or may not speak`)
    }
    wrong.push(...faultsOf(content))
    const id = `$event${events.length}`
    if (sizeOf(room, id, content) > 65_536) return failure(413, 'M_TOO_LARGE', 'event too large')
    events.push({ room, id, content })
    transactions.set(scope, id)
    return { status: 200, body: { event_id: id } }
  }

  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      requests.push(`${request.method} ${request.url}`)
      // Whether a room is encrypted is asked before every event; what goes wrong shall go wrong with that.
      const fault = request.url?.includes('/state/') ? undefined : faults.shift()
      if (fault !== undefined && fault !== 'drop') return reply(response, fault)
      const usual = answer(request, body)
      if (fault === 'drop') response.destroy()
      else reply(response, usual)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { address, token, password, events, faults, requests, wrong, encrypted, tombstones, sessions }
}

/** Logins, refresh tokens and their ends ("Login", "Refreshing access tokens", "Soft logout"). */
function sessionsOf(wrong: string[]) {
  const valid = new Map([[token, 'DEVICE0']])
  const refreshing = new Map<string, string>()
  const logins: Record<string, unknown>[] = []
  let count = 0
  let soft = false
  const issue = (device: string, refreshable: boolean) => {
    const name = `syt_token${++count}`
    valid.set(name, device)
    if (!refreshable) return { access_token: name }
    refreshing.set(`syr_refresh${count}`, device)
    return { access_token: name, refresh_token: `syr_refresh${count}`, expires_in_ms: sessions.lifetime }
  }
  function logIn(body: Record<string, unknown>) {
    logins.push(body)
    const { type, identifier, password: given, device_id: device = `DEVICE${count}`, refresh_token: refreshable } = body
    const { type: kind, user } = (identifier ?? {}) as Record<string, unknown>
    if (type !== 'm.login.password' || kind !== 'm.id.user') wrong.push(`a login by ${JSON.stringify(body)}`)
    if (given !== password || !['ntfy', '@ntfy:example.org'].includes(String(user))) {
      return failure(403, 'M_FORBIDDEN', `Invalid username or password: ${given}`)
    }
    for (const [name, owner] of valid) if (owner === device) valid.delete(name)
    const tokens = issue(String(device), refreshable === true && sessions.lifetime !== undefined)
    return { status: 200, body: { user_id: '@ntfy:example.org', device_id: device, ...tokens } }
  }
  const sessions = {
    logins,
    flows: [{ type: 'm.login.sso' }, { type: 'm.login.password' }],
    refreshes: 0,
    /** How long a token lasts, if it can be refreshed, milliseconds. */
    lifetime: undefined as number | undefined,
    answer(path: string, body: Record<string, unknown>): { status: number; body: unknown } | undefined {
      if (path === 'login') return logIn(body)
      if (path !== 'refresh') return undefined
      sessions.refreshes++
      const device = refreshing.get(String(body['refresh_token']))
      if (device === undefined) return failure(401, 'M_UNKNOWN_TOKEN', 'Invalid refresh token')
      refreshing.delete(String(body['refresh_token']))
      return { status: 200, body: issue(device, true) }
    },
    refusal(name: string) {
      if (name === '') return failure(401, 'M_MISSING_TOKEN', 'Missing access token')
      if (valid.has(name)) return undefined
      const { status, body } = failure(401, 'M_UNKNOWN_TOKEN', 'Unknown access token')
      return { status, body: { ...body, soft_logout: soft } }
    },
    /** Ends all tokens: softly, they can be refreshed; otherwise only a login helps. */
    end(softly: boolean) {
      valid.clear()
      soft = softly
      if (!softly) refreshing.clear()
    },
  }
  return sessions
}

/** "m.room.message" and "User and room mentions": what is wrong with a content. */
function faultsOf(content: Record<string, unknown>): string[] {
  const { msgtype, body, format, formatted_body, 'm.mentions': mentions } = content
  const found: string[] = []
  if (typeof body !== 'string' || body === '') found.push('no body')
  if (msgtype !== 'm.text' && msgtype !== 'm.notice') found.push(`msgtype ${msgtype}`)
  if (JSON.stringify(mentions) !== '{}') found.push(`m.mentions ${JSON.stringify(mentions)}`)
  if ((format === 'org.matrix.custom.html') !== (typeof formatted_body === 'string')) found.push('half a format')
  const tags = typeof formatted_body === 'string' ? [...formatted_body.matchAll(/<\/?([^>]*)>/g)] : []
  for (const [tag, name = ''] of tags)
    if (!['strong', 'br', 'a'].includes(name.split(' ')[0] ?? '')) found.push(`tag ${tag}`)
  return found
}

/** "Size limits": the whole event in canonical JSON, with the most that a homeserver adds. */
function sizeOf(room: string, id: string, content: unknown): number {
  const hash = 'x'.repeat(43)
  const name = `@${'u'.repeat(100)}:${'s'.repeat(150)}`
  const event = {
    ...{ auth_events: Array(10).fill(`$${hash}`), prev_events: Array(20).fill(`$${hash}`), depth: 2 ** 53 },
    ...{
      content,
      event_id: id,
      hashes: { sha256: hash },
      origin_server_ts: Date.now(),
      room_id: room.padEnd(255, 'x'),
    },
    ...{ sender: name, signatures: { [name]: { 'ed25519:a_abcd': 'x'.repeat(86) } }, type: 'm.room.message' },
  }
  return Buffer.byteLength(JSON.stringify(event))
}

function failure(status: number, errcode: string, error: string) {
  return { status, body: { errcode, error } }
}

function reply(response: ServerResponse, { status, body, headers }: Exclude<Fault, 'drop'>): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
