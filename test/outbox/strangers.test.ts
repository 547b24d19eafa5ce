import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { temporaryHome } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'

/** Files of ours in whose place somebody may have put something else. */
const files = ['journal', 'log', 'hook-settings', 'off', 'outbox/flusher', 'outbox/pauses/phone', 'shells/1']

describeWith(['mkfifo'], 'what is no file', () => {
  const options = [
    ['webhook', 'ca', 'url: "https://127.0.0.1:1/"'],
    ['mail', 'ca', 'host: 127.0.0.1, port: 1, senderaddress: a@example.org, to: b@example.org'],
    ['mqtt', 'ca', 'url: "mqtts://127.0.0.1:1", topic: t'],
    ['systemlog', 'ca', 'host: 127.0.0.1, protocol: tls'],
    ['xmpp', 'ca', 'jid: a@example.org, password: x, recipient: b@example.org, hostname: 127.0.0.1'],
    [
      'ntfy_webpush',
      'private_key',
      'subscription_info: {endpoint: "https://127.0.0.1:1/", keys: {p256dh: BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4, auth: BTBZMqHH6r4Tts7J_aSIgg}}',
    ],
    ['ntfy_sh', 'token', 'topic: t, server: "http://127.0.0.1:1"'],
  ] as const

  it.each(options)('%s: %s may be a pipe or a device, which is said at once', async (backend, option, others) => {
    const { env, home } = temporaryHome()
    await run('mkfifo', [join(home, 'pipe')], { env })
    for (const path of [join(home, 'pipe'), '/dev/zero', '/dev/tty', home]) {
      const value = option === 'token' ? `{file: ${path}}` : path
      const text = `backends: [x]\nx: {backend: ${backend}, ${others}, ${option}: ${value}}\n`
      writeFileSync(join(home, '.ntfy.yml'), text, { mode: 0o600 })
      const { code, stderr } = await ntfy(['send', '--no-queue', 'hi'], { env })
      // Where the option may hold the key itself, nothing of it is shown.
      const named = option === 'private_key' ? '***' : path
      expect([path, code, stderr]).toEqual([path, 78, expect.stringContaining(named)])
      expect(stderr).not.toContain('in time')
    }
  })
})

describeWith(['mkfifo'], 'a pipe in the place of a file of ours', () => {
  it.each(files)('%s holds nobody up', async (name) => {
    const { env, home, server } = await configuredHome()
    const file = join(home, '.local/state/ntfy', name)
    mkdirSync(join(file, '..'), { recursive: true })
    rmSync(file, { force: true })
    await run('mkfifo', [file], { env })
    expect(await ntfy(['done', 'false'], { env })).toMatchObject({ code: 1, stderr: '' })
    await waitFor('the message', () => server.received.length === 1)
    expect(await ntfy(['send', 'hi'], { env })).toMatchObject({ code: 0 })
    const hook = ['shell-done', '--shell=bash', '--status=0', '--duration-ms=12000', '--shell-pid=1', '--turn=1']
    expect(await ntfy(hook, { env, stdin: 'make\0make' })).toMatchObject({ code: 0 })
    for (const words of [['off', '5m'], ['off', '--here'], ['on']]) {
      expect(await ntfy(words, { env })).toMatchObject({ code: 0, stderr: '' })
    }
    for (const command of ['why', 'log', 'queue', 'doctor']) expect((await ntfy([command], { env })).code).toBe(0)
  })
})
