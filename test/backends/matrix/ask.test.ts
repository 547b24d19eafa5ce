import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ntfyBin } from '../../support/cli.ts'
import { temporaryHome } from '../../support/home.ts'
import { waitFor } from '../../support/wait.ts'

const room = '!room:example.org'

interface Event {
  event_id: string
  type: string
  sender: string
  content: Record<string, unknown>
}

/** A homeserver with one room, as far as sending and syncing go (client-server API v3). */
async function homeserverWithSync() {
  const events: Event[] = []
  const waiting: { since: number; response: ServerResponse }[] = []
  const answer = (response: ServerResponse, status: number, json: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
  const give = (since: number, response: ServerResponse) =>
    answer(response, 200, {
      next_batch: `s${events.length}`,
      rooms: { join: { [room]: { timeline: { events: events.slice(since) } } } },
    })
  const add = (type: string, sender: string, content: Record<string, unknown>) => {
    events.push({ event_id: `$${events.length}`, type, sender, content })
    for (const { since, response } of waiting.splice(0)) give(since, response)
    return `$${events.length - 1}`
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://localhost')
      const parts = url.pathname.split('/').slice(4).map(decodeURIComponent)
      if (request.headers.authorization !== 'Bearer syt_x') return answer(response, 401, { errcode: 'M_UNKNOWN_TOKEN' })
      if (parts.join('/') === 'account/whoami') return answer(response, 200, { user_id: '@ntfy:example.org' })
      if (parts[0] === 'sync') {
        const since = url.searchParams.get('since')
        const from = since === null ? events.length : Number(since.slice(1))
        return since === null || from < events.length ? give(from, response) : waiting.push({ since: from, response })
      }
      if (request.method === 'PUT' && parts[2] === 'send') {
        const content = JSON.parse(body) as Record<string, unknown>
        return answer(response, 200, { event_id: add(parts[3] ?? '', '@ntfy:example.org', content) })
      }
      return answer(response, 404, { errcode: 'M_NOT_FOUND', error: 'not found' })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, events, add }
}

it('a reaction, or a reply, of who may answer is the answer, and the question says how it ended', async () => {
  const { address, events, add } = await homeserverWithSync()
  const { home, env } = temporaryHome()
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  const section = `{backend: matrix, homeserver: "${address}", access_token: syt_x, rooms: ["${room}"], answer_from: ["@me:example.org"]}`
  writeFileSync(join(home, '.config/ntfy/ntfy.yml'), `backends: [room]\nroom: ${section}\n`)
  const asking = async (...words: string[]) => {
    const before = events.length
    const child = spawn(ntfyBin, ['ask', ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let stdout = ''
    child.stdout.on('data', (piece) => (stdout += piece))
    const ended = new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout })))
    return { ended, id: (await waitFor('the question', () => events[before])).event_id }
  }
  const react = (to: string, key: string, sender = '@me:example.org') =>
    add('m.reaction', sender, { 'm.relates_to': { rel_type: 'm.annotation', event_id: to, key } })
  const reply = (to: string, body: string, sender = '@me:example.org') =>
    add('m.room.message', sender, { msgtype: 'm.text', body, 'm.relates_to': { 'm.in_reply_to': { event_id: to } } })
  const first = await asking('deploy?')
  react('$other', '👍')
  react(first.id, '👍', '@stranger:example.org')
  react(first.id, '🎉')
  // What is no text, and cannot be made one, is nobody's answer.
  const nothing = { toString: 1, valueOf: 1 }
  add('m.reaction', '@me:example.org', {
    'm.relates_to': { rel_type: 'm.annotation', event_id: nothing, key: nothing },
  })
  add('m.room.message', '@me:example.org', { 'm.relates_to': { 'm.in_reply_to': { event_id: nothing } } })
  react(first.id, nothing as never)
  reply(first.id, nothing as never)
  reply(first.id, 'yes', '@ntfy:example.org')
  react(first.id, '👎🏽')
  expect(await first.ended).toEqual({ code: 1, stdout: 'no\n' })
  expect(events.at(-1)?.content).toMatchObject({
    'm.relates_to': { rel_type: 'm.replace', event_id: first.id },
    'm.new_content': { body: expect.stringContaining('Answered: no (@me:example.org, room)') },
  })
  const second = await asking('--option', 'stop', '--option', 'go', 'what?')
  react(first.id, '1️⃣')
  react(second.id, '2️⃣')
  expect(await second.ended).toEqual({ code: 1, stdout: 'go\n' })
  const third = await asking('--text', 'why?')
  reply(third.id, '> <@ntfy:example.org> why?\n\nfor a reason')
  expect(await third.ended).toEqual({ code: 0, stdout: 'for a reason\n' })
})
