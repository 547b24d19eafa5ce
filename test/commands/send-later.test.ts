import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { waitFor } from '../support/wait.ts'

const listed = async (env: Record<string, string>) => {
  const { stdout } = await ntfy(['queue', '--json'], { env })
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, string>]))
}

describe('send --in and --at', () => {
  it('holds a message, lists it, drops it by its id, and sends the others each by itself in time', async () => {
    const { server, env } = await configuredHome()
    const before = Date.now()
    const later = await ntfy(['send', '--at', '2035-01-31 18:00', 'much later'], { env: { ...env, TZ: 'UTC' } })
    expect(later).toMatchObject({ code: 0, stderr: 'ntfy: phone: held until 2035-01-31 18:00: as scheduled\n' })
    expect(await ntfy(['send', '--in', '1h', 'an hour'], { env })).toMatchObject({ code: 0 })
    const [, hour] = await listed(env)
    expect(hour).toMatchObject({ state: 'held', message: 'an hour', target: 'phone' })
    expect(Date.parse(hour?.['next'] ?? '') - before).toBeGreaterThanOrEqual(3_600_000)
    await ntfy(['queue', 'drop', hour?.['id'] ?? ''], { env })
    for (const text of ['one', 'two']) await ntfy(['send', '--in', '500ms', text, '--tag', text], { env })
    await ntfy(['send', 'now'], { env })
    await waitFor('three messages', () => server.received.length === 3)
    const got = server.received.map(({ json }) => [json['message'], json['tags']])
    expect(got.sort()).toEqual([
      ['now', undefined],
      ['one', ['one']],
      ['two', ['two']],
    ])
    expect(await listed(env)).toMatchObject([{ message: 'much later', state: 'held' }])
  })

  it('takes the next time that the clock shows, and counts from when --no-wait was typed', async () => {
    const { env } = await configuredHome()
    const zone = { ...env, TZ: 'UTC' }
    const [hour = 0, minute = 0] = new Date().toISOString().slice(11, 16).split(':').map(Number)
    const at = `${(hour + 23) % 24}:${String(minute).padStart(2, '0')}`
    await ntfy(['send', '--no-wait', '--at', at, 'tomorrow'], { env: zone })
    await waitFor('the delivery', async () => (await listed(env)).length === 1)
    const [{ next = '', created = '' } = {}] = await listed(env)
    expect(next.slice(11, 16)).toBe(at.padStart(5, '0'))
    expect(Date.parse(next) - Date.parse(created)).toBeGreaterThan(22 * 3_600_000)
    await ntfy(['queue', 'drop', '--all'], { env })
  })

  it.each([
    [['--at', '25:00'], 'expected a time of day'],
    [['--at', '2020-01-01 10:00'], 'that time is past'],
    [['--at', '2035-02-30 10:00'], 'expected a time of day'],
    [['--at', 'noon'], 'expected a time of day'],
    [['--in', 'soon'], 'expected seconds or a duration'],
    [['--in', '9999999d'], 'within'],
    [['--in', '1m', '--at', '18:00'], 'exclude each other'],
    [['--in', '1m', '--no-queue'], 'cannot be sent later'],
    [['--action', 'no address'], 'expected a label and an address'],
    [['--action', 'Run, javascript:alert(1)'], 'expected a label and an address'],
    [['--action', 'a, x:y', '--action', 'a, x:y', '--action', 'a, x:y', '--action', 'a, x:y'], 'at most 3'],
  ])('refuses %j', async (flags, says) => {
    const { server, env } = await configuredHome()
    const { code, stderr } = await ntfy(['send', ...flags, 'hi'], { env })
    expect([code, server.received.length]).toEqual([64, 0])
    expect(stderr).toContain(says)
  })
})

describe('send --dry-run', () => {
  it('shows what each target would get after its rules, cut for its service, and neither sends, keeps nor counts', async () => {
    const more = `
quiet_one: {backend: webhook, url: "http://127.0.0.1:1/", quiet: {hours: "00:00-24:00"}, limit: 1/hour, dedupe: 1h}
never: {backend: webhook, url: "http://127.0.0.1:1/", when: {source: done}}
`
    const { server, env: own, home, config } = await configuredHome(more)
    chmodSync(config, 0o600)
    const env = { ...own, NTFY_BACKENDS: 'phone,quiet_one,never,ntfy_webpush' }
    const args = ['send', '--dry-run', `${'x'.repeat(5000)}`, '--action', 'Open, https://example.org/']
    for (const _ of ['first', 'the same again']) {
      const { code, stdout, stderr } = await ntfy([...args, '--json'], { env })
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      const of = (target: string) => lines.find((line) => line.target === target)
      expect(of('phone')).toMatchObject({ outcome: 'send', backend: 'ntfy_sh' })
      expect(Buffer.byteLength(of('phone').message)).toBeLessThan(4096)
      expect(of('phone').actions).toEqual([{ label: 'Open', url: 'https://example.org/' }])
      expect(of('quiet_one')).toMatchObject({ outcome: 'held', error: expect.stringContaining('quiet hours') })
      expect(of('quiet_one').message).toMatch(/x\nOpen: https:\/\/example\.org\/$/)
      expect(of('never')).toMatchObject({ outcome: 'skipped', error: expect.stringContaining('not from done') })
      expect(of('ntfy_webpush')).toMatchObject({ outcome: 'parked', error: expect.stringContaining('is missing') })
      expect([code, stderr]).toEqual([78, ''])
    }
    const { stdout } = await ntfy(['-b', 'phone', ...args, '--in', '1h'], { env })
    expect(stdout).toMatch(
      /^phone \(ntfy_sh\): would be held until .*: as scheduled\n {2}title: .*\n {2}message: x+…\n/,
    )
    expect(server.received).toEqual([])
    const state = join(home, '.local/state/ntfy')
    expect(readdirSync(state, { recursive: true }).filter((name) => /outbox|rules/.test(String(name)))).toEqual([])
  })
})
