import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin } from '../../support/cli.ts'
import { temporaryHome } from '../../support/home.ts'
import { recorder } from '../../support/recorder.ts'
import { waitFor } from '../../support/wait.ts'

const room = '!room:example.org'

interface Event {
  event_id: string
  type: string
  sender: string
  origin_server_ts: number
  content: Record<string, unknown>
  redacts?: string
}

/** A homeserver with one room, as far as sending, syncing and going back go (client-server API v3); it gives at most 5 events at once. */
async function homeserver() {
  const events: Event[] = []
  const waiting: { since: number; response: ServerResponse }[] = []
  let broken = 0
  const answer = (response: ServerResponse, status: number, json: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
  const give = (since: number, response: ServerResponse) => {
    const from = Math.max(since, events.length - 5)
    const timeline = { events: events.slice(from), limited: from > since, prev_batch: `s${from}` }
    answer(response, 200, { next_batch: `s${events.length}`, rooms: { join: { [room]: { timeline } } } })
  }
  const add = (event: Partial<Event>) => {
    const id = `$${events.length}`
    events.push({
      event_id: id,
      type: 'm.room.message',
      sender: '@bob:example.org',
      origin_server_ts: Date.now(),
      content: {},
      ...event,
    })
    for (const { since, response } of waiting.splice(0)) give(since, response)
    return id
  }
  const say = (body: string, more: object = {}) => add({ content: { msgtype: 'm.text', body, ...more } })
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
      const parts = pathname.split('/').slice(4).map(decodeURIComponent)
      if (request.headers.authorization !== 'Bearer syt_x')
        return answer(response, 401, { errcode: 'M_UNKNOWN_TOKEN', error: 'no' })
      if (parts.join('/') === 'account/whoami') return answer(response, 200, { user_id: '@ntfy:example.org' })
      if (parts[0] === 'sync') {
        if (broken > 0) {
          broken--
          return answer(response, 502, {})
        }
        const since = searchParams.get('since')
        const from = since === null ? events.length : Number(since.slice(1))
        const isWaiting = since !== null && from === events.length && searchParams.get('timeout') !== '0'
        return isWaiting ? waiting.push({ since: from, response }) : give(from, response)
      }
      if (parts[2] === 'messages') {
        const from = Number(searchParams.get('from')?.slice(1))
        const to = Number(searchParams.get('to')?.slice(1) ?? 0)
        const start = Math.max(to, from - 3)
        const chunk = events.slice(start, from).reverse()
        return answer(response, 200, { chunk, ...(start > to && { end: `s${start}` }) })
      }
      if (request.method === 'PUT' && parts[2] === 'send')
        return answer(response, 200, { event_id: add({ sender: '@ntfy:example.org', content: JSON.parse(body) }) })
      return answer(response, 404, { errcode: 'M_NOT_FOUND', error: 'not found' })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    address,
    events,
    add,
    say,
    breakDown: (times: number) => {
      broken = times
    },
    listening: () => waiting.length,
  }
}

/** A HOME that receives the room, and shows it by a program that writes it down. */
async function desk(rules = '') {
  const server = await homeserver()
  const { home, env } = temporaryHome()
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  const { program, shown } = recorder(home)
  const section = `{backend: matrix, homeserver: "${server.address}", access_token: syt_x, rooms: ["${room}"]}`
  writeFileSync(
    join(home, '.config/ntfy/ntfy.yml'),
    `backends: [fleet]\nfleet: ${section}\nshow: {backend: exec, command: ["${program}"]${rules}}\n`,
    { mode: 0o600 },
  )
  const once = (...words: string[]) => ntfy(['-b', 'show', 'receive', 'fleet', '--once', ...words], { env })
  return { ...server, env, shown, once }
}

describe('receiving Matrix rooms', () => {
  it('begins now, goes on where it was, and reads what the homeserver has left out', async () => {
    const { say, shown, once } = await desk()
    say('before')
    expect(await once()).toMatchObject({ code: 0, stderr: '' })
    expect(shown()).toEqual([])
    say('one')
    say('two \u001b[31m')
    expect(await once()).toMatchObject({ code: 0, stderr: '' })
    expect(shown()).toMatchObject([
      { title: '@bob:example.org', message: 'one', source: 'received' },
      { title: '@bob:example.org', message: 'two ' },
    ])
    for (let at = 0; at < 12; at++) say(`m${at}`)
    expect(await once()).toMatchObject({ code: 0, stderr: '' })
    expect(shown().at(-1)?.['title']).toBe('fleet: 12 notifications')
    expect(await once('--since', '1h')).toMatchObject({ code: 0 })
    // Only what was said before the first run is new.
    expect(
      shown()
        .map(({ message }) => message)
        .slice(3),
    ).toEqual(['before'])
  })

  it('shows a notification of another ntfy whole', async () => {
    const { env, events, shown, once } = await desk(`, when: {source: received, host: [${hostname()}]}`)
    expect(await once()).toMatchObject({ code: 0 })
    expect(await ntfy(['-b', 'fleet', '-t', 'Build', 'done', 'false'], { env })).toMatchObject({ code: 1 })
    await waitFor('the event', () => events.length > 0)
    const [field = {}] = Object.entries(events[0]?.content ?? {}).flatMap(([name, value]) =>
      name.startsWith('io.github.') ? [value] : [],
    )
    expect(field).toMatchObject({ title: 'Build', host: hostname(), command: 'false', status: 1 })
    expect(JSON.stringify(field)).not.toContain(env['HOME'])
    expect(await once()).toMatchObject({ code: 0, stderr: '' })
    expect(shown()).toMatchObject([
      {
        title: 'Build',
        message: expect.stringMatching(/^❌ "false" failed/),
        outcome: { command: 'false', status: 1 },
        origin: { host: hostname() },
      },
    ])
  })

  it('leaves out what was taken back or cannot be read, and waits for a homeserver that is down', async () => {
    const { add, say, shown, env, breakDown, listening, once } = await desk()
    expect(await once()).toMatchObject({ code: 0 })
    const child = spawn(ntfyBin, ['-b', 'show', 'receive', 'fleet'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await waitFor('the sync', () => listening() > 0)
    breakDown(1)
    // Whoever may write there can write anything.
    const nothing = { toString: 1, valueOf: 1 } as never
    add({ type: 'm.room.redaction', redacts: nothing })
    say('', { body: nothing, 'm.relates_to': { rel_type: 'm.replace', event_id: nothing } })
    add({ sender: nothing, origin_server_ts: 1e300, content: { body: '' } })
    const id = say('first')
    add({ type: 'm.room.encrypted', content: { ciphertext: 'x' } })
    say('* better', {
      'm.relates_to': { rel_type: 'm.replace', event_id: id },
      'm.new_content': { msgtype: 'm.text', body: 'better' },
    })
    await waitFor('both', () => shown().length === 2)
    expect(shown().map(({ message }) => message)).toEqual(['first', 'better'])
    expect(shown()[0]?.['thread']).toBe(shown()[1]?.['thread'])
    child.kill('SIGTERM')
  })

  it('begins now also where the homeserver is down at first', async () => {
    const { say, shown, env, breakDown, listening } = await desk()
    say('before')
    breakDown(1)
    const child = spawn(ntfyBin, ['-b', 'show', 'receive', 'fleet'], { env, stdio: ['ignore', 'ignore', 'ignore'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await waitFor('the sync', () => listening() > 0)
    say('after')
    await waitFor('the message', () => shown().length > 0)
    expect(shown().map(({ message }) => message)).toEqual(['after'])
    child.kill('SIGTERM')
  })

  it('stops where it is refused', async () => {
    const { env, address } = await desk()
    const file = join(env['HOME'] ?? '', '.config/ntfy/ntfy.yml')
    writeFileSync(file, `fleet: {backend: matrix, homeserver: "${address}", access_token: syt_y, rooms: ["${room}"]}\n`)
    expect(await ntfy(['receive', 'fleet', '--once'], { env })).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('M_UNKNOWN_TOKEN'),
    })
  })
})
