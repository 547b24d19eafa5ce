import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { waitFor } from '../support/wait.ts'

/** A configuration with a target `phone` on a loopback server, and a hook that saw a command. */
async function hooked(rules = '', top = '') {
  const { server, env, config } = await configuredHome()
  writeFileSync(
    config,
    `backends: [phone]\n${top}phone:\n  backend: ntfy_sh\n  topic: a\n  server: "${server.address}"\n${rules}`,
  )
  const saw = async (command: string, { seconds = 12, status = 0, flags = [] as string[] } = {}) =>
    ntfy(['shell-done', '--shell=bash', `--status=${status}`, `--duration-ms=${seconds * 1000}`, ...flags], {
      env,
      stdin: `${command}\0${command}`,
    })
  const why = async (...args: string[]) => (await ntfy(['why', ...args], { env })).stdout
  return { server, env, config, saw, why }
}

describe('why', () => {
  it('says what was delivered, and what never reached the program', async () => {
    const { saw, why, config } = await hooked('', 'longer_than: 5\n')
    await saw('make test')
    const text = await why()
    expect(text).toMatch(
      /^\d\d:\d\d {2}make test, 12 s: phone: delivered at \d\d:\d\d; away: unknown \(without a terminal\)\n/,
    )
    expect(text).toMatch(/\ncommands under 5 s do not notify \(longer_than in .*:2\)\n$/)
    expect(text).toContain(`longer_than in ${config}:2`)
  })

  it('names the rule that left a target out, and its line', async () => {
    const { saw, why, config } = await hooked('  when:\n    status: failure\n    longer_than: 5m\n')
    await saw('make test', { status: 1 })
    expect(await why('--last')).toContain(
      `make test, 12 s: phone: not sent: shorter than 5 m (when.longer_than in ${config}:8)`,
    )
    await saw('make test', { seconds: 600 })
    expect(await why('--last')).toContain(
      `make test, 10 m: phone: not sent: success, not failure (when.status in ${config}:7)`,
    )
  })

  it('says how the next try is coming', async () => {
    const { saw, why, server } = await hooked()
    server.answer((_, response) => {
      response.statusCode = 503
      return { code: 50301, http: 503, error: 'busy' }
    })
    await saw('make test')
    expect(await why()).toMatch(/make test, 12 s: phone: queued, second try at (\d{4}-\d\d-\d\d )?\d\d:\d\d: .*503/)
    server.answer((_, response) => {
      response.statusCode = 401
      return { code: 40101, http: 401, error: 'unauthorized' }
    })
    await saw('make lint')
    expect(await why('--last')).toMatch(
      /make lint, 12 s: phone: saved; will be sent once the configuration is fixed: .*401/,
    )
    server.answer((_, response) => {
      response.statusCode = 413
      return { code: 41301, http: 413, error: 'too large' }
    })
    await saw('make all')
    expect(await why('-n', '1')).toMatch(/make all, 12 s: phone: not sent: .*413/)
  })

  it('says what is held, skipped and limited', async () => {
    const { saw, why, config } = await hooked('  dedupe: 10m\n', 'quiet: "00:00-24:00"\n')
    await saw('make test')
    expect(await why()).toMatch(
      new RegExp(`make test, 12 s: phone: held until .*: quiet hours \\(quiet in ${config}:2\\)`),
    )
    const other = await hooked('  dedupe: 10m\n')
    await other.saw('make test')
    await other.saw('make test', { seconds: 14 })
    expect(await other.why('--last')).toMatch(
      /make test, 14 s: phone: not sent: the same was sent .* ago \(dedupe in .*:6\)/,
    )
    const limited = await hooked('  limit: 1/hour\n')
    await limited.saw('make test')
    await limited.saw('make lint')
    expect(await limited.why('--last')).toMatch(
      /make lint, 12 s: phone: held until .*: limit of 1\/hour \(limit in .*:6\)/,
    )
  })

  it('says why nobody was told at all', async () => {
    const { saw, why, server, env, config } = await hooked('', 'ignore: [cowsay, npm run]\naway: never\n')
    const reason = async (command: string, options = {}) => {
      await saw(command, options)
      return (await why('--last')).split('\n')[0]?.replace(/^\d\d:\d\d {2}/, '')
    }
    expect(await reason('vim x')).toBe('vim x, 12 s: not sent: interactive program (built-in ignore list)')
    expect(await reason('cd x; sudo cowsay hi')).toBe(
      `cd x; sudo cowsay hi, 12 s: not sent: it is ignored (cowsay) (ignore in ${config}:2)`,
    )
    expect(await reason('make', { flags: ['--ignore=make'] })).toBe(
      'make, 12 s: not sent: it is ignored (AUTO_NTFY_DONE_IGNORE)',
    )
    expect(await reason('make', { status: 130 })).toBe('make, 12 s: not sent: it was interrupted (status 130)')
    expect(await reason('NTFY=off make')).toBe('NTFY=off make, 12 s: not sent: NTFY is off')
    expect(await reason('make')).toBe('make, 12 s: not sent: away: no (the configuration: away: never)')
    await ntfy(['off', '1h'], { env })
    expect(await reason('make')).toMatch(
      /^make, 12 s: not sent: the hooks are off until (\d{4}-\d\d-\d\d )?\d\d:\d\d \(ntfy on\)$/,
    )
    expect(await why()).toMatch(
      /\nthe hooks are off until .*\nprivate commands .* \(private: drop, the default\)\ncommands under 10 s do not notify \(longer_than\)\n$/,
    )
    expect(server.received).toEqual([])
  })

  it('knows what `done` did not tell', async () => {
    const { env, why } = await hooked()
    await ntfy(['done', '-L', '5m', 'true'], { env })
    expect(await why('--last')).toMatch(/^\d\d:\d\d {2}true, 0(\.\d)? s: not sent: shorter than 5 m \(-L\)\n/)
    await ntfy(['done', '--on', 'failure', 'true'], { env })
    expect(await why('--last')).toMatch(/^\d\d:\d\d {2}true, 0(\.\d)? s: not sent: no failure \(--on\)\n/)
    await ntfy(['done', 'true'], { env })
    await waitFor('the delivery', async () => /true.*: phone: delivered at/.test(await why('--last')))
  })

  it('knows that somebody was looking, or came back, and what was dropped', async () => {
    const { env, why, saw, server } = await hooked('', 'away: never\n')
    await ntfy(['done', '-b', 'true'], { env })
    expect(await why('--last')).toMatch(
      /^\d\d:\d\d {2}true, 0(\.\d)? s: not sent: away: no \(the configuration: away: never\)\n/,
    )
    const back = await hooked('  escalate: {to: desktop, after: 1s}\n', 'away: never\n')
    const flags = ['--foreground-too', '--tty=/dev/null', `--shell-pid=${process.pid}`]
    await back.saw('make', { flags })
    await waitFor('its end', async () =>
      (await back.why()).includes('make, 12 s: desktop: not needed: somebody came back'),
    )
    server.answer((_, response) => {
      response.statusCode = 503
      return {}
    })
    await saw('make', { flags: ['--foreground-too'] })
    await ntfy(['queue', 'drop', '--all'], { env })
    expect(await why('--last')).toContain('make, 12 s: phone: not sent: dropped by you at ')
  })

  it('speaks of messages, too, the newest first, and of what its user dropped', async () => {
    const { env, server, saw, why } = await hooked()
    await saw('make')
    await ntfy(['send', 'backup is done'], { env })
    server.answer((_, response) => {
      response.statusCode = 503
      return {}
    })
    await ntfy(['send', 'token=sk_live_4242424242424242 expires'], { env })
    await ntfy(['queue', 'drop', '--all'], { env })
    const lines = (await why()).split('\n')
    expect(lines[0]).toMatch(/^\d\d:\d\d {2}"token=.* expires": phone: not sent: dropped by you at \d\d:\d\d$/)
    expect(lines[0]).not.toContain('4242')
    expect(lines[1]).toMatch(/^\d\d:\d\d {2}"backup is done": phone: delivered at \d\d:\d\d$/)
    expect(lines[2]).toMatch(/^\d\d:\d\d {2}make, 12 s: phone: delivered/)
    expect((await ntfy(['log'], { env })).stdout).toMatch(/phone {2}.*: backup is done\n$/)
  })

  it('knows the threshold of the shell that asks, which may be in no variable of the environment', async () => {
    const { saw, why } = await hooked()
    await saw('make', { flags: ['--threshold-ms=3000', `--shell-pid=${process.pid}`] })
    expect(await why()).toMatch(/\ncommands under 3 s do not notify \(a variable of this shell\)\n$/)
  })

  it('tells no secrets, and gives JSON', async () => {
    const { saw, why } = await hooked()
    await saw('mysql -phunter2 db')
    await saw('curl -H "Authorization: Bearer hunter2" x')
    expect(await why()).not.toContain('hunter2')
    const lines = (await why('--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatchObject({
      source: 'hook',
      durationMs: 12_000,
      status: 0,
      targets: [{ target: 'phone', decision: 'sent' }],
      explained: [expect.stringMatching(/delivered at .*; away: unknown/)],
    })
  })

  it('refuses what is no number', async () => {
    const { env } = await hooked()
    expect(await ntfy(['why', '-n', 'x'], { env })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('why -n x'),
    })
  })
})

describe('the hooks', () => {
  it('tell about what is always told, however short and whatever is ignored', async () => {
    const { saw, server } = await hooked('', 'always: [make test, failure]\nignore: [cowsay]\n')
    const short = { seconds: 1, flags: ['--short'] }
    await saw('cd x && make test', short)
    await saw('make lint', short)
    await saw('false', { ...short, status: 1 })
    await saw('make test', { ...short, status: 130 })
    await saw('cowsay hi', { status: 1 })
    await saw('cowsay hi')
    expect(server.received.map(({ json }) => json['message'])).toEqual([
      expect.stringContaining('"cd x && make test" succeeded'),
      expect.stringContaining('"false" failed (code 1)'),
      expect.stringContaining('"cowsay hi" failed (code 1)'),
    ])
  })

  it('are silent while they are off, and send, done and test are not', async () => {
    const { saw, server, env } = await hooked()
    expect(await ntfy(['off'], { env })).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    await saw('make')
    expect(server.received).toEqual([])
    await ntfy(['send', 'hi'], { env })
    await ntfy(['test'], { env })
    await ntfy(['done', 'true'], { env })
    await waitFor('three messages', () => server.received.length === 3)
    expect(await ntfy(['on'], { env })).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    await saw('make')
    expect(server.received).toHaveLength(4)
  })

  it('are on again when the time is over', async () => {
    const { saw, server, env } = await hooked()
    await ntfy(['off', '1s'], { env })
    await saw('make')
    expect(server.received).toEqual([])
    await waitFor('a message', async () => {
      await saw('make')
      return server.received.length > 0
    })
  })

  it('are silent in one shell alone', async () => {
    const { saw, server, env } = await hooked()
    await ntfy(['off', '--here'], { env })
    await saw('make', { flags: [`--shell-pid=${process.pid}`] })
    expect(server.received).toEqual([])
    await saw('make', { flags: ['--shell-pid=1'] })
    expect(server.received).toHaveLength(1)
    await ntfy(['on'], { env })
    await saw('make', { flags: [`--shell-pid=${process.pid}`] })
    expect(server.received).toHaveLength(2)
  })

  it.each([['soon'], ['0'], ['-5']])('refuse to be off for %s', async (word) => {
    const { env } = await hooked()
    expect(await ntfy(['off', word], { env })).toMatchObject({ code: 64 })
  })
})
