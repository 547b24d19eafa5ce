import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import { withoutProxies } from '../support/ask.ts'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { temporaryFolder } from '../support/home.ts'
import { answerJson, fakeInternet, type Service } from '../support/internet.ts'

beforeEach(withoutProxies)

const twilio = {
  account_sid: 'AC0123456789abcdef0123456789abcdef',
  auth_token: 'secret-token',
  from: '+15005550006',
  to: '+15005550009',
}

async function sendBySms(service: Service, deadline?: number) {
  const internet = await fakeInternet(service)
  vi.stubEnv('https_proxy', internet.address)
  return attemptWith('twilio', { ...twilio, ca: internet.ca }, { ...(deadline && { deadline }) })
}

it('a short message whose answer is lost is not sent twice', async () => {
  const lost: [Service, number?][] = [[() => {}, 2000], [(_, response) => response.destroy()]]
  for (const [service, deadline] of lost) {
    const result = await sendBySms(service, deadline)
    expect(result).toMatchObject({ kind: 'permanent', error: expect.stringContaining('may have been sent') })
  }
  expect(await sendBySms((_, response) => answerJson(response, 429, {}))).toMatchObject({ kind: 'transient' })
})

it('a program has its say, also when its time is over', async () => {
  const folder = temporaryFolder()
  const command = ['sh', '-c', `echo began >'${join(folder, 'said')}'; sleep 600`]
  const result = await attemptWith('exec', { command }, { deadline: 3000 })
  expect(errorOf(result)).toBe('sh did not end in time')
  expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('began\n')
})
