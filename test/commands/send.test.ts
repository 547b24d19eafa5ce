import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { temporaryHome } from '../support/home.ts'
import { closedPort } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

describe('what is sent', () => {
  it('says the words, with the default title, silently', async () => {
    const { server, env } = await configuredHome()
    expect(await ntfy(['send', 'hello', 'world'], { env })).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    expect(server.received).toHaveLength(1)
    expect(server.received[0]?.json).toMatchObject({ topic: 'mine', message: 'hello world', priority: 3 })
    expect(server.received[0]?.json['title']).toMatch(/^.+@.+:~$/)
  })

  it.each(['link', 'link/', 'home/', 'home//.'])('calls the home folder ~ where HOME is %s', async (name) => {
    const { server, env, home } = await configuredHome()
    const [real, link] = [join(home, 'home'), join(home, 'link')]
    mkdirSync(join(real, 'project'), { recursive: true })
    symlinkSync(real, link)
    for (const cwd of [join(home, name, 'project'), join(home, name)]) {
      const config = join(home, '.config/ntfy/ntfy.yml')
      await ntfy(['-c', config, 'send', 'hi'], { env: { ...env, HOME: `${home}/${name}` }, cwd })
    }
    expect(server.received.map(({ json }) => String(json['title']).split(':')[1])).toEqual(['~/project', '~'])
  })

  it.each([
    { name: '- as the only word', args: ['send', '-'] },
    { name: 'no words', args: ['send'] },
  ])('reads stdin with $name, without its last newlines', async ({ args }) => {
    const { server, env } = await configuredHome()
    expect(await ntfy(args, { env, stdin: 'one\ntwo\n\n' })).toMatchObject({ code: 0 })
    expect(server.received[0]?.json['message']).toBe('one\ntwo')
  })

  it('lets words win over stdin', async () => {
    const { server, env } = await configuredHome()
    await ntfy(['send', 'words'], { env, stdin: 'input' })
    expect(server.received[0]?.json['message']).toBe('words')
  })

  it('takes title, priority, address and tags', async () => {
    const { server, env } = await configuredHome()
    const flags = ['-t', 'Über ✓', '--priority', 'urgent', '--url', 'https://example.org/', '--tag', 'a', '--tag', 'b']
    await ntfy(['send', 'hi', ...flags], { env })
    expect(server.received[0]?.json).toMatchObject({
      title: 'Über ✓',
      priority: 5,
      click: 'https://example.org/',
      tags: ['a', 'b'],
    })
  })

  it('replaces shortcodes that stand alone, and none with -E', async () => {
    const { server, env } = await configuredHome()
    await ntfy(['send', 'done :tada: a:b:c'], { env })
    await ntfy(['-E', 'send', 'done :tada:'], { env })
    expect(server.received.map(({ json }) => json['message'])).toEqual(['done 🎉 a:b:c', 'done :tada:'])
  })

  it('takes away what a terminal would obey', async () => {
    const { server, env } = await configuredHome()
    await ntfy(['send', 'a\x1b]0;title\x07b\x1b[31mred\x1b[0m\x00'.replace('\x00', '')], { env })
    expect(server.received[0]?.json['message']).toBe('abred')
  })

  it('keeps words that look like numbers as they are', async () => {
    const { server, env } = await configuredHome()
    await ntfy(['send', '1e3', '007', '--', '-5'], { env })
    expect(server.received[0]?.json['message']).toBe('1e3 007 -5')
  })

  it('prints a line for each target with --json, the answer of the service in it', async () => {
    const { env } = await configuredHome()
    const { stdout } = await ntfy(['send', '--json', 'hi'], { env })
    expect(JSON.parse(stdout)).toMatchObject({
      target: 'phone',
      backend: 'ntfy_sh',
      outcome: 'delivered',
      answer: { topic: 'mine', event: 'message' },
    })
  })
})

describe('which targets', () => {
  it('binds -o to the -b before it, and shares one before any -b', async () => {
    const { server, env } = await configuredHome('other: {backend: ntfy_sh, topic: other}\n')
    const args = ['-o', 'server', server.address, '-b', 'phone', '-o', 'topic', '007', '-b', 'other', 'send', 'hi']
    expect(await ntfy(args, { env })).toMatchObject({ code: 0, stderr: '' })
    expect(server.received.map(({ json }) => json['topic']).sort()).toEqual(['007', 'other'])
  })

  it('takes NTFY_BACKENDS instead of the configured targets', async () => {
    const { server, env } = await configuredHome('spare: {backend: ntfy_sh, topic: spare}\n')
    await ntfy(['-o', 'server', server.address, 'send', 'hi'], { env: { ...env, NTFY_BACKENDS: 'spare' } })
    expect(server.received.map(({ json }) => json['topic'])).toEqual(['spare'])
  })
})

describe('what is refused', () => {
  it.each([
    { args: ['send'], code: 64, says: 'no message' },
    { args: ['sned', 'hi'], code: 64, says: 'unknown command sned; did you mean send?' },
    { args: ['send', '--priorty', 'high', 'hi'], code: 64, says: 'unknown option --priorty; did you mean --priority?' },
    { args: ['send', '--priority', 'loud', 'hi'], code: 64, says: 'priority' },
    { args: ['-b', 'constructor', 'send', 'hi'], code: 64, says: 'unknown backend or target constructor' },
    { args: ['-b', '__proto__', 'send', 'hi'], code: 64, says: 'unknown backend or target __proto__' },
    { args: ['-b', 'phnoe', 'send', 'hi'], code: 64, says: 'unknown backend or target phnoe; did you mean phone?' },
    { args: ['-b', 'phone', '-o', 'topc', 'x', 'send', 'hi'], code: 64, says: 'did you mean topic?' },
    { args: ['-o', 'nothing', 'x', 'send', 'hi'], code: 64, says: 'no target has such an option' },
    { args: ['-b', 'ntfy_sh', 'send', 'hi'], code: 78, says: 'topic is missing' },
    { args: ['-c', '/does/not/exist.yml', 'send', 'hi'], code: 78, says: '/does/not/exist.yml: no such file' },
    { args: [], code: 64, says: 'Everyday:' },
  ])('$args ends with $code', async ({ args, code, says }) => {
    const { server, env } = await configuredHome()
    const outcome = await ntfy(args, { env })
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toContain(says)
    expect(outcome.stderr).toMatch(/^(ntfy: .*\n)+$/)
    expect(server.received).toEqual([])
  })

  it('never lets an escape sequence from argv reach the terminal', async () => {
    const { env } = await configuredHome()
    const { stderr } = await ntfy(['\x1b]0;evil\x07x'], { env })
    expect(stderr).not.toContain('\x1b')
  })
})

describe('when it cannot be delivered', () => {
  it('queues, says so, and sends it when the server is back', async () => {
    const port = await closedPort()
    const { home, env } = temporaryHome()
    const args = ['-b', 'ntfy_sh', '-o', 'topic', 'x', '-o', 'server', `http://127.0.0.1:${port}`]
    const outcome = await ntfy([...args, 'send', 'hi'], { env })
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toContain('queued')
    expect(outcome.stderr).toContain('connection refused')
    const listed = await ntfy(['queue', '--json'], { env })
    expect(JSON.parse(listed.stdout)).toMatchObject({ target: 'ntfy_sh', state: 'waiting', tries: 1, message: 'hi' })
    expect(readdirSync(join(home, '.local/state/ntfy/outbox')).filter((name) => name.endsWith('.json'))).toHaveLength(1)
  })

  it('keeps nothing with --no-queue, and ends with 75', async () => {
    const port = await closedPort()
    const { env } = temporaryHome()
    const args = ['-b', 'ntfy_sh', '-o', 'topic', 'x', '-o', 'server', `http://127.0.0.1:${port}`, 'send', '--no-queue']
    expect(await ntfy([...args, 'hi'], { env })).toMatchObject({ code: 75 })
    expect((await ntfy(['queue'], { env })).stdout).toBe('')
  })

  it.each([
    { status: 500, code: 0, state: 'waiting' },
    { status: 429, code: 0, state: 'waiting' },
    { status: 401, code: 78, state: 'parked' },
    { status: 404, code: 78, state: 'parked' },
    { status: 400, code: 69, state: 'failed' },
  ])('an answer of $status ends with $code and leaves it $state', async ({ status, code, state }) => {
    const { server, env } = await configuredHome()
    server.answer((_, response) => {
      response.statusCode = status
      return { error: 'no such luck' }
    })
    const outcome = await ntfy(['send', 'hi'], { env })
    expect(outcome.code).toBe(code)
    expect(outcome.stderr).toContain(`answered ${status}: no such luck`)
    await waitFor(`the delivery to be ${state}`, async () => {
      const { stdout } = await ntfy(['queue', '--json'], { env })
      return stdout !== '' && JSON.parse(stdout).state === state
    })
  })

  it('does not take another answer for that of the service', async () => {
    const { server, env } = await configuredHome()
    server.answer(() => ({ portal: 'please log in' }))
    expect(await ntfy(['send', 'hi'], { env })).toMatchObject({ code: 0, stderr: expect.stringContaining('queued') })
  })

  it('tries all the same where nothing can be written, and says that it would be lost', async () => {
    const { server, env, home } = await configuredHome()
    writeFileSync(join(home, 'state'), '')
    const outcome = await ntfy(['send', 'hi'], { env: { ...env, XDG_STATE_HOME: join(home, 'state') } })
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('the outbox cannot be written') })
    expect(server.received).toHaveLength(1)
  })

  it('runs without HOME', async () => {
    const { server, env, config } = await configuredHome()
    const { HOME: _, ...homeless } = env
    await ntfy(['-c', config, 'send', 'hi'], { env: homeless, cwd: '/' })
    expect(server.received).toHaveLength(1)
  })
})

it('shows title and message on stderr and ends with 75 where there is neither desktop nor terminal', async () => {
  const { env } = temporaryHome({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' })
  const outcome = await ntfy(['-t', 'Title', 'send', 'Message'], { env })
  expect(outcome).toMatchObject({
    code: 75,
    stdout: '',
    stderr: expect.stringContaining('ntfy: Title\nntfy: Message\n'),
  })
})

it('answers although a descriptor of the caller is open: x=$(ntfy send hi) returns', async () => {
  const port = await closedPort()
  const { env } = temporaryHome()
  const script = `x=$("$0" -b ntfy_sh -o topic x -o server http://127.0.0.1:${port} send hi 2>&1); echo "got $x"`
  expect((await run('sh', ['-c', script, ntfyBin], { env })).stdout).toContain('got ntfy: ntfy_sh: queued')
})

it('refuses to read a file that it may not read, and says why', async () => {
  const { env, config } = await configuredHome()
  chmodSync(config, 0)
  const outcome = await ntfy(['send', 'hi'], { env })
  if (process.getuid?.() === 0) expect(outcome.code).toBe(0)
  else expect(outcome).toMatchObject({ code: 78, stderr: expect.stringContaining('permission denied') })
})
