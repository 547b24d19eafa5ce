import { afterEach, expect, it, vi } from 'vitest'
import { attemptWith } from '../support/attempt.ts'
import { answerJson, fakeInternet } from '../support/internet.ts'

afterEach(() => vi.unstubAllEnvs())

it.each<[string, Record<string, unknown>, unknown, string, number, number]>([
  ['ntfy_sh', { topic: 't' }, { id: 'a', topic: 't' }, 'x'.repeat(9000), 4095, 8192],
  ['ntfy_sh', { topic: 't' }, { id: 'a', topic: 't' }, '"'.repeat(9000), 4095, 8192],
  ['bark', { device_key: 'k' }, { code: 200 }, '\n'.repeat(5000), 4096, 4096],
  ['chanify', { token: 't' }, { 'request-uid': 'r' }, '\n'.repeat(5000), 4096, 4096],
])('%s gets no more than its service counts', async (backend, settings, yes, message, text, json) => {
  const internet = await fakeInternet((_, response) => answerJson(response, 200, yes))
  vi.stubEnv('https_proxy', internet.address)
  const result = await attemptWith(backend, { ...settings, ca: internet.ca }, { notification: { message } })
  expect(result).toMatchObject({ kind: 'delivered' })
  const sent = internet.received.at(-1)
  const { message: one, body, text: other } = sent?.json ?? {}
  expect(Buffer.byteLength(String(one ?? body ?? other))).toBeLessThanOrEqual(text)
  expect(Buffer.byteLength(sent?.body ?? '')).toBeLessThanOrEqual(json)
})
