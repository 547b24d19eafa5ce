import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { ntfyAt } from '../support/clock.ts'
import { configuredHome } from '../support/configured.ts'
import { processesOf } from '../support/processes.ts'
import { describeWith } from '../support/programs.ts'
import { type LoopbackServer, loopbackServer } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

/** A configuration whose targets `phone` and `mail` both send to a loopback server, by topics of these names. */
async function withRules(rules: { phone?: string; mail?: string; top?: string }) {
  const { server, env, config, home } = await configuredHome()
  const target = (name: string, own = '') =>
    `${name}:\n  backend: ntfy_sh\n  topic: ${name}\n  server: "${server.address}"\n${own && `  ${own}\n`}`
  writeFileSync(
    config,
    `backends: [phone]\n${rules.top ?? ''}\n${target('phone', rules.phone)}${target('mail', rules.mail)}`,
  )
  return { server, env, config, home }
}

function messages(server: LoopbackServer, topic = 'phone'): unknown[] {
  return server.received.filter(({ json }) => json['topic'] === topic).map(({ json }) => json['message'])
}

/** Hours around this one, or far from it. */
function hoursAround(now: boolean): string {
  const hour = new Date().getHours() + (now ? 0 : 12)
  const clock = (one: number) => `${String(one % 24).padStart(2, '0')}:00`
  return `${clock(hour + 23)}-${clock(hour + 2)}`
}

const outcome = async (when: string, args: string[]) => {
  const { server, env } = await withRules({ phone: `when: ${when}` })
  await ntfy(args, { env })
  const done = args[0] === 'done'
  if (done) await waitFor('an empty outbox', async () => (await ntfy(['queue', '--json'], { env })).stdout === '')
  return server.received.length > 0
}

describe('when', () => {
  it.each<[string, string[], boolean]>([
    ['{status: failure}', ['done', 'false'], true],
    ['{status: failure}', ['done', 'true'], false],
    ['{status: success}', ['done', 'true'], true],
    ['{status: success}', ['done', 'false'], false],
    ['{status: failure}', ['done', 'sh', '-c', 'kill -TERM $$'], true],
    ['{status: signal}', ['done', 'sh', '-c', 'kill -TERM $$'], true],
    ['{status: signal}', ['done', 'false'], false],
    ['{status: signal}', ['done', 'sh', '-c', 'exit 143'], true],
    ['{status: signal}', ['done', 'sh', '-c', 'exit 193'], false],
    ['{status: [success, signal]}', ['done', 'true'], true],
    ['{longer_than: 5m}', ['done', 'true'], false],
    ['{longer_than: 0.1}', ['done', 'sleep', '0.2'], true],
    ['{shorter_than: 5m}', ['done', 'true'], true],
    ['{shorter_than: 0.1}', ['done', 'sleep', '0.2'], false],
    ['{source: done}', ['done', 'true'], true],
    ['{source: [hook, send]}', ['done', 'true'], false],
    ['{source: hook}', ['send', 'hi'], false],
    ['{source: send}', ['send', 'hi'], true],
    [`{host: ${hostname()}}`, ['send', 'hi'], true],
    ['{host: [other, another]}', ['send', 'hi'], false],
    ['{command: sleep 0}', ['done', 'sleep', '0'], true],
    ['{command: [make, sleep]}', ['done', 'sleep', '0'], true],
    ['{command: make}', ['done', 'sleep', '0'], false],
    ['{not_command: sleep}', ['done', 'sleep', '0'], false],
    ['{not_command: make}', ['done', 'sleep', '0'], true],
    [`{hours: "${hoursAround(true)}"}`, ['send', 'hi'], true],
    [`{hours: "${hoursAround(false)}"}`, ['send', 'hi'], false],
    ['{away: true}', ['send', 'hi'], true],
    ['{away: false}', ['send', 'hi'], false],
    ['{status: failure, longer_than: 5m}', ['done', 'false'], false],
    // What a message has not does not apply to it.
    ['{status: failure, longer_than: 5m, command: make}', ['send', 'hi'], true],
    // What is hidden in the message is still known here.
    ['{command: make}', ['done', '-H', 'sleep', '0'], false],
    ['{command: sleep}', ['done', '-H', 'sleep', '0'], true],
    // A target that is named gets it whatever its conditions say.
    ['{source: hook}', ['-b', 'phone', 'send', 'hi'], true],
    ['{source: hook}', ['test', 'phone'], true],
    ['{source: hook}', ['test'], true],
  ])('%s: %j: %s', async (when, args, told) => {
    expect(await outcome(when, args)).toBe(told)
  })

  it('says why a message was left out, and that this is no failure', async () => {
    const { env } = await withRules({ phone: 'when: {source: [done, hook]}' })
    const { code, stdout, stderr } = await ntfy(['send', 'hi', '--json'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      target: 'phone',
      backend: 'ntfy_sh',
      outcome: 'skipped',
      error: 'from send, not from done or hook (when.source)',
    })
  })
})

describe('quiet hours', () => {
  const quiet = `quiet: {hours: "${hoursAround(true)}", except: high}`

  it('are looked at again when the configuration changes', async () => {
    const { server, env, config } = await withRules({ phone: quiet, mail: quiet })
    await ntfy(['send', 'held'], { env })
    await ntfy(['-b', 'mail', 'send', 'held, too'], { env })
    expect(server.received).toEqual([])
    // Those of mail alone are taken out.
    const text = readFileSync(config, 'utf8')
    writeFileSync(config, text.slice(0, text.lastIndexOf(quiet)))
    await ntfy(['queue', 'flush', '--due', '--wait'], { env })
    await waitFor('the released one', () => server.received.length === 1)
    expect(messages(server, 'mail')).toEqual(['held, too'])
    const { stdout } = await ntfy(['queue', '--json'], { env })
    expect(JSON.parse(stdout)).toMatchObject({ target: 'phone', state: 'held' })
  })

  it('hold, and end in one message', async () => {
    const { server, env } = await withRules({ phone: quiet })
    const first = await ntfy(['send', 'one', '--json'], { env })
    expect(first).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^ntfy: phone: held until (\d{4}-\d\d-\d\d )?\d\d:00: quiet hours\n$/),
    })
    expect(JSON.parse(first.stdout)).toMatchObject({ outcome: 'queued', target: 'phone' })
    await ntfy(['send', 'two'], { env })
    await ntfy(['done', 'true'], { env })
    const kept = (await ntfy(['queue', '--json'], { env })).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(kept.map(({ state }) => state)).toEqual(['held', 'held', 'held'])
    await ntfy(['queue', 'flush'], { env })
    expect(server.received).toEqual([])
    expect(await ntfy(['queue', 'flush', '--held'], { env })).toMatchObject({ code: 0, stderr: '' })
    expect(messages(server)).toHaveLength(1)
    expect(server.received[0]?.json['title']).toBe('3 notifications, held during quiet hours')
    expect(messages(server)[0]).toMatch(/^\d\d:\d\d .+: one\n\d\d:\d\d .+: two\n\d\d:\d\d .+: ✅ "true" succeeded/)
    expect((await ntfy(['queue', '--json'], { env })).stdout).toBe('')
    const log = (await ntfy(['log', '--json'], { env })).stdout
    for (const { id } of kept) expect(log).toContain(id)
  })

  it('send a single one as it is', async () => {
    const { server, env } = await withRules({ phone: quiet })
    await ntfy(['send', 'one'], { env })
    await ntfy(['queue', 'flush', '--held'], { env })
    expect(messages(server)).toEqual(['one'])
  })

  it('let pass what is louder', async () => {
    const { server, env } = await withRules({ phone: quiet })
    await ntfy(['send', 'low', '--priority', 'default'], { env })
    await ntfy(['send', 'loud', '--priority', 'high'], { env })
    await ntfy(['send', 'louder', '--priority', 'urgent'], { env })
    expect(messages(server)).toEqual(['loud', 'louder'])
  })

  it('are over for what was held when any later run of ntfy comes by', async () => {
    const { server, env, home } = await withRules({ phone: quiet })
    await ntfy(['send', 'one'], { env })
    await ntfy(['send', 'two'], { env })
    // A process that still looks at the outbox would find the one due, and the other not yet.
    await waitFor('the background', () => processesOf(home).length === 0)
    const outbox = join(home, '.local/state/ntfy/outbox')
    for (const name of readdirSync(outbox).filter((one) => one.endsWith('.json'))) {
      const text = readFileSync(join(outbox, name), 'utf8')
      writeFileSync(join(outbox, name), text.replace(/"next":"[^"]+"/, `"next":"${new Date().toISOString()}"`))
    }
    await ntfy(['queue'], { env })
    await waitFor('the digest', () => messages(server).length === 1)
    expect(server.received[0]?.json['title']).toBe('2 notifications, held during quiet hours')
  })

  it('send at once what cannot be kept', async () => {
    const { server, env } = await withRules({ phone: quiet })
    const outcome = await ntfy(['send', 'one'], { env: { ...env, XDG_STATE_HOME: '/proc/nowhere' } })
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('the outbox cannot be written') })
    expect(messages(server)).toEqual(['one'])
  })

  it('hold nothing at other times', async () => {
    const { server, env } = await withRules({ top: `quiet: "${hoursAround(false)}"` })
    await ntfy(['send', 'one'], { env })
    expect(messages(server)).toEqual(['one'])
  })

  it('fail what is not to be kept', async () => {
    const { server, env } = await withRules({ phone: quiet })
    expect(await ntfy(['send', 'one', '--no-queue'], { env })).toMatchObject({ code: 75 })
    expect(server.received).toEqual([])
    expect((await ntfy(['queue', '--json'], { env })).stdout).toBe('')
  })

  it('do not concern a test', async () => {
    const { server, env } = await withRules({ phone: quiet })
    expect(await ntfy(['test', 'phone'], { env })).toMatchObject({ code: 0 })
    expect(server.received).toHaveLength(1)
  })
})

describeWith(['faketime'], 'a limit', () => {
  it('holds what is over it, and lets urgent ones pass', async () => {
    const { server, env } = await withRules({ phone: 'limit: 2/hour' })
    for (const word of ['one', 'two', 'three', 'four']) await ntfy(['send', word], { env })
    await ntfy(['send', 'fire', '--priority', 'urgent'], { env })
    expect(messages(server)).toEqual(['one', 'two', 'fire'])
    await ntfy(['queue', 'flush', '--held'], { env })
    expect(messages(server)).toHaveLength(4)
    expect(messages(server)[3]).toMatch(/: three\n.*: four$/)
    expect(server.received[3]?.json['title']).toBe('2 notifications, held by the limit')
  })

  it('is counted for each target, and slides', async () => {
    const { server, env } = await withRules({ top: 'limit: 1/hour' })
    await ntfyAt('-70m', ['send', 'one'], env)
    await ntfyAt('-70m', ['-b', 'mail', 'send', 'one'], env)
    await ntfyAt('-50m', ['send', 'two'], env)
    await ntfyAt('-20m', ['send', 'three'], env)
    expect(messages(server)).toEqual(['one'])
    expect(messages(server, 'mail')).toEqual(['one'])
    await ntfy(['queue', 'flush'], { env })
    await waitFor('messages', () => messages(server).length === 2)
    expect(messages(server)[1]).toMatch(/: two\n.*: three$/)
  })

  it('lets as many pass as it says, however many are sent at once', async () => {
    const { server, env } = await withRules({ phone: 'limit: 3/hour' })
    await Promise.all(Array.from({ length: 8 }, (_, index) => ntfy(['send', `n${index}`], { env })))
    expect(messages(server)).toHaveLength(3)
  })
})

describeWith(['faketime'], 'dedupe', () => {
  it('leaves out what was just sent, whatever it took', async () => {
    const { server, env } = await withRules({ phone: 'dedupe: 10m' })
    await ntfy(['send', 'one'], { env })
    const again = await ntfy(['send', 'one', '--json'], { env })
    expect(JSON.parse(again.stdout)).toMatchObject({
      outcome: 'skipped',
      error: expect.stringMatching(/^the same was sent [\d.]+ s ago \(dedupe\)$/),
    })
    await ntfy(['send', 'two'], { env })
    await ntfy(['send', 'one', '-t', 'other'], { env })
    expect(messages(server)).toEqual(['one', 'two', 'one'])
  })

  it('counts from the last one that was sent', async () => {
    const { server, env } = await withRules({ phone: 'dedupe: 10m' })
    for (const [offset, count] of [
      ['+0m', 1],
      ['+6m', 1],
      ['+12m', 2],
      ['+18m', 2],
    ] as const) {
      await ntfyAt(offset, ['send', 'one'], env)
      expect(messages(server), offset).toHaveLength(count)
    }
  })

  it('knows commands that differ', async () => {
    const { server, env } = await withRules({ phone: 'dedupe: 10m' })
    for (const command of [['sleep', '0'], ['sleep', '1.1'], ['sleep', '0'], ['false'], ['true']]) {
      await ntfy(['done', ...command], { env })
    }
    await waitFor('messages', () => messages(server).length === 4)
    expect((await ntfy(['queue', '--json'], { env })).stdout).toBe('')
  })
})

describe('fallback', () => {
  const refuse = (server: LoopbackServer, status: number) =>
    server.answer(({ json }, response) => {
      if (json['topic'] === 'phone') {
        response.statusCode = status
        return { code: status * 100, http: status, error: 'no' }
      }
      return { id: 'a', time: 1, event: 'message', topic: json['topic'], message: json['message'] }
    })

  it('gets what its target refuses for good', async () => {
    const { server, env } = await withRules({ phone: 'fallback: mail' })
    refuse(server, 413)
    const { code, stdout } = await ntfy(['send', 'hi', '--json'], { env })
    expect(code).toBe(69)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ target, outcome }) => [target, outcome])).toEqual([
      ['phone', 'failed'],
      ['mail', 'delivered'],
    ])
    expect(messages(server, 'mail')).toEqual(['hi'])
    const kept = (await ntfy(['queue', '--json'], { env })).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(kept).toMatchObject([{ target: 'phone', state: 'failed' }])
  })

  it('gets what waits for longer than fallback_after, once, and the target still gets it later', async () => {
    const { server, env } = await withRules({ phone: 'fallback: mail\n  fallback_after: 1s' })
    refuse(server, 503)
    expect(await ntfy(['send', 'hi'], { env })).toMatchObject({ code: 0 })
    await waitFor('messages', () => messages(server, 'mail').length === 1)
    server.answer(({ json }) => ({
      id: 'a',
      event: 'message',
      topic: json['topic'],
      message: json['message'],
      time: 1,
    }))
    await ntfy(['queue', 'flush', '--wait'], { env })
    await waitFor('an empty outbox', async () => (await ntfy(['queue', '--json'], { env })).stdout === '')
    expect(messages(server, 'mail')).toEqual(['hi'])
    expect(messages(server).filter((one) => one === 'hi').length).toBeGreaterThan(1)
  })

  it('goes on to the next, and not in a circle', async () => {
    const { server, env } = await withRules({ phone: 'fallback: mail', mail: 'fallback: phone' })
    server.answer((_, response) => {
      response.statusCode = 413
      return { code: 41301, http: 413, error: 'no' }
    })
    expect(await ntfy(['send', 'hi'], { env })).toMatchObject({ code: 69 })
    expect(server.received.map(({ json }) => json['topic'])).toEqual(['phone', 'mail'])
  })

  it('is not needed where the target takes it', async () => {
    const { server, env } = await withRules({ top: 'fallback: mail\nfallback_after: 1s' })
    await ntfy(['send', 'hi'], { env })
    expect(server.received.map(({ json }) => json['topic'])).toEqual(['phone'])
    expect((await ntfy(['queue', '--json'], { env })).stdout).toBe('')
  })

  it('gets what is sent without keeping it', async () => {
    const { server, env } = await withRules({ phone: 'fallback: mail' })
    refuse(server, 503)
    expect(await ntfy(['send', 'hi', '--no-queue'], { env })).toMatchObject({ code: 75 })
    expect(messages(server, 'mail')).toEqual(['hi'])
  })
})

describe('escalate', () => {
  it('gives it to the next target when nobody has come back', async () => {
    const { server, env } = await withRules({ phone: 'escalate: {to: mail, after: 1s}' })
    expect(await ntfy(['send', 'hi'], { env })).toMatchObject({ code: 0, stderr: '' })
    const kept = JSON.parse((await ntfy(['queue', '--json'], { env })).stdout)
    expect(kept).toMatchObject({ target: 'mail', state: 'held' })
    expect(messages(server, 'mail')).toEqual([])
    await waitFor('messages', () => messages(server, 'mail').length === 1)
    expect(messages(server, 'mail')).toEqual(['hi'])
  })

  it('goes on from one to the next', async () => {
    const third = await loopbackServer()
    const { server, env } = await withRules({
      top: `third: {backend: ntfy_sh, topic: third, server: "${third.address}"}`,
      phone: 'escalate: {to: mail, after: 1s}',
      mail: 'escalate: {to: third, after: 1s}',
    })
    await ntfy(['send', 'hi'], { env })
    await waitFor('the third', () => third.received.length === 1)
    expect(messages(server, 'mail')).toEqual(['hi'])
  })

  it('does not escalate what is held', async () => {
    const { env } = await withRules({ phone: `quiet: "${hoursAround(true)}"\n  escalate: {to: mail, after: 1s}` })
    await ntfy(['send', 'hi'], { env })
    const kept = (await ntfy(['queue', '--json'], { env })).stdout.trim().split('\n')
    expect(kept.map((line) => JSON.parse(line).target)).toEqual(['phone'])
  })

  it('does not escalate what a rule left out', async () => {
    const { env } = await withRules({ phone: 'when: {source: hook}\n  escalate: {to: mail, after: 1s}' })
    await ntfy(['send', 'hi'], { env })
    expect((await ntfy(['queue', '--json'], { env })).stdout).toBe('')
  })
})
