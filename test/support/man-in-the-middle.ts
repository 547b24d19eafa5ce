import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

type Json = Record<string, unknown>

/** A request on its way to a homeserver. */
export interface Passing {
  method: string
  /** Without its query, and decoded. */
  path: string
  body: string
}

/** Does something to an answer: another one instead, `drop` for one that is lost. */
export type Meddle = (passing: Passing, answer: { status: number; json: Json }) => Json | 'drop' | undefined

/** A homeserver that is not to be trusted: it hands on what another one answers, but for what a test does to it. */
export async function manInTheMiddle(homeserver: string) {
  const passed: Passing[] = []
  const middle = { address: '', passed, meddle: undefined as Meddle | undefined }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const { method = '', url = '', headers } = request
      const body = Buffer.concat(chunks)
      const passing = { method, path: decodeURIComponent(url.split('?')[0] ?? ''), body: body.toString() }
      passed.push(passing)
      const { authorization, 'content-type': type } = headers
      const answer = await fetch(`${homeserver}${url}`, {
        method,
        headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
        ...(body.length > 0 && { body }),
      }).catch(() => undefined)
      if (answer === undefined) return response.destroy()
      const bytes = Buffer.from(await answer.arrayBuffer())
      const json = parsed(bytes)
      const other = json && middle.meddle?.(passing, { status: answer.status, json })
      if (other === 'drop') return response.destroy()
      const status = other === undefined ? answer.status : typeof other['errcode'] === 'string' ? 404 : 200
      response.writeHead(status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
      response.end(other === undefined ? bytes : JSON.stringify(other))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  middle.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return middle
}

function parsed(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString()) as Json
  } catch {
    return undefined
  }
}
