import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

interface Sent {
  message_id: number
  text: string
  reply_markup?: { inline_keyboard?: { text: string; callback_data: string }[][] }
}

/** The Bot API as far as questions go: one reader at a time, each update given until its offset is passed. */
export async function botServer(chat = 42) {
  const sent: Sent[] = []
  const edited: { message_id: number; text: string }[] = []
  const acknowledged: string[] = []
  let updates: Record<string, unknown>[] = []
  let waiting: { offset: number; response: ServerResponse } | undefined
  let conflicts = 0
  let count = 100
  const reply = (response: ServerResponse, status: number, json: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
  }
  const ok = (response: ServerResponse, result: unknown) => reply(response, 200, { ok: true, result })
  const give = () => {
    const pending = updates.filter(({ update_id }) => Number(update_id) >= (waiting?.offset ?? 0))
    if (waiting === undefined || pending.length === 0) return
    ok(waiting.response, pending)
    waiting = undefined
  }
  const methods: Record<string, (json: Record<string, unknown>, response: ServerResponse) => void> = {
    sendMessage(json, response) {
      const message = { ...json, message_id: ++count } as unknown as Sent
      sent.push(message)
      ok(response, { message_id: count, chat: { id: chat } })
    },
    getUpdates({ offset = 0 }, response) {
      if (waiting !== undefined) {
        conflicts++
        return reply(response, 409, {
          ok: false,
          error_code: 409,
          description: 'Conflict: terminated by other getUpdates request',
        })
      }
      updates = updates.filter(({ update_id }) => Number(update_id) >= Number(offset))
      waiting = { offset: Number(offset), response }
      response.on('close', () => {
        if (waiting?.response === response) waiting = undefined
      })
      give()
    },
    answerCallbackQuery(json, response) {
      acknowledged.push(String(json['text']))
      ok(response, true)
    },
    editMessageText(json, response) {
      edited.push(json as never)
      ok(response, { message_id: json['message_id'] })
    },
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const method = methods[request.url?.split('/').at(-1) ?? '']
      if (method === undefined) reply(response, 404, { ok: false, error_code: 404, description: 'Not Found' })
      else method(JSON.parse(body || '{}') as Record<string, unknown>, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const add = (update: Record<string, unknown>) => {
    updates.push({ update_id: ++count, ...update })
    give()
  }
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    edited,
    acknowledged,
    conflicts: () => conflicts,
    press(message: Sent | undefined, label: string, { from = 7, where = chat } = {}) {
      const data = message?.reply_markup?.inline_keyboard?.flat().find(({ text }) => text === label)?.callback_data
      add({
        callback_query: {
          id: `${count}`,
          from: { id: from, username: 'me' },
          message: { message_id: message?.message_id, chat: { id: where } },
          data,
        },
      })
    },
    write(text: string, { to, from = 7 }: { to?: Sent | undefined; from?: number } = {}) {
      const reply_to_message = to && { message_id: to.message_id }
      add({
        message: {
          message_id: ++count,
          from: { id: from, username: 'me' },
          chat: { id: chat },
          text,
          reply_to_message,
        },
      })
    },
  }
}
