import { randomUUID } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { askContext } from '../../../src/backends/contract/ask-context.ts'
import { httpOptions } from '../../../src/backends/contract/http-options.ts'
import { backends, loadBackend } from '../../../src/backends/index.ts'
import { resolveOptions } from '../../../src/config/resolve.ts'
import { answerJson, fakeInternet } from '../../support/internet.ts'
import { smallest } from '../../support/try-once.ts'

/** Every backend of the registry that says that it can be asked. */
const all = await Promise.all(Object.keys(backends).map(loadBackend))
const asking = all.filter(({ ask, asks }) => ask !== undefined || asks !== undefined)
const question = { title: 'title', text: 'really?', words: ['yes', 'no'], freeText: false }

describe.each(asking.map((backend) => ({ name: backend.name, backend })))('$name asks', ({ backend }) => {
  it('as it declares', () => {
    expect(backend.ask).toBeDefined()
    // Yes and no, or no and "I'll come", and a question of some lines.
    expect(backend.asks?.words).toBeGreaterThanOrEqual(2)
    expect(backend.asks?.longest.max).toBeGreaterThanOrEqual(1000)
  })

  it.skipIf(backend.options['ca'] !== httpOptions.ca).each([
    { status: 500, code: 75 },
    { status: 429, code: 75 },
    { status: 401, code: 78 },
    { status: 404, code: 78 },
  ])('and is refused by $status with $code, its token on no line', async ({ status, code }) => {
    const internet = await fakeInternet((_, response) => answerJson(response, status, {}))
    for (const name of ['http_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY']) vi.stubEnv(name, '')
    vi.stubEnv('https_proxy', internet.address)
    const target = { name: backend.name, backend: backend.name, settings: { ...smallest(backend), ca: internet.ca } }
    const options = await resolveOptions({ path: undefined, lasting: true }, target, {})
    const life = new AbortController()
    const context = askContext({ id: randomUUID(), backend, target: backend.name, options, signal: life.signal })
    const put = backend.ask?.(question, options as never, context).then(({ reply }) => reply)
    await expect(put).rejects.toMatchObject({ exitCode: code })
    life.abort()
    vi.unstubAllEnvs()
  })
})
