import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { loopbackServer } from '../support/server.ts'

/** What the command makes of a configuration whose backend is a module with this text. */
async function send(text: string, settings: Record<string, unknown> = {}) {
  const { home, env } = temporaryHome()
  writeFileSync(join(home, 'mine.mjs'), text)
  const config = { backends: ['mine'], mine: { backend: './mine.mjs', ...settings } }
  writeFileSync(join(home, '.ntfy.yml'), JSON.stringify(config), { mode: 0o600 })
  const { code, stdout, stderr } = await ntfy(['--json', '-t', 'title', 'send', '--no-queue', 'message'], { env })
  return { code, stderr, ...(JSON.parse(stdout || '{}') as { answer?: unknown; error?: string }) }
}

it('a function gets title, message and options, with the exit code of the command', async () => {
  const text = 'export const notify = (title, message, options) => ({ title, message, ...options })'
  const answer = { title: 'title', message: 'message', colour: 'red', retcode: 0 }
  expect(await send(text, { colour: 'red' })).toMatchObject({ code: 0, answer })
})

it('a declaration gets the client that knows what answers mean', async () => {
  const server = await loopbackServer(() => ({ ok: true }))
  const text = `export default { async send({ title }, { address }, { http, id }) {
    return (await http(address, { json: { title, id } })).json
  } }`
  expect(await send(text, { address: server.address })).toMatchObject({ code: 0, answer: { ok: true } })
  expect(server.received[0]?.json).toEqual({ title: 'title', id: expect.stringMatching(/^[-0-9a-f]{36}$/) })
  server.answer((_, response) => {
    response.writeHead(403).end('no entry')
    return undefined
  })
  expect(await send(text, { address: server.address })).toMatchObject({
    code: 78,
    error: expect.stringContaining('no entry'),
  })
})

it.each([
  { thrown: 'new Error("no line")', code: 75 },
  { thrown: '"no line"', code: 75 },
  { thrown: 'Object.assign(new Error("no line"), { exitCode: 69 })', code: 69 },
  { thrown: 'Object.assign(new Error("no line"), { exitCode: 78 })', code: 78 },
])('that throws $thrown ends with $code', async ({ thrown, code }) => {
  const failing = `() => { throw ${thrown} }`
  for (const text of [`export default ${failing}`, `export default { send: ${failing} }`]) {
    expect(await send(text)).toMatchObject({ code, error: 'no line' })
  }
})
