import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin, type RunOutcome, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { describeWith, which } from '../support/programs.ts'
import { openTerminal } from '../support/pty.ts'
import { standIn } from '../support/stand-in.ts'
import { waitFor } from '../support/wait.ts'

/** The shells that may be /bin/sh, each as words in front of a script. */
const interpreters = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([name = '']) => which(name))
const stored = { code: 0, signal: null, stdout: '', stderr: '' }

/** A configured home whose calls nobody handles until the next run of ntfy: their Node says its version and does nothing. */
async function sleepingHome() {
  const { env, home, ...rest } = await configuredHome()
  const node = join(home, 'node')
  writeFileSync(node, '#!/bin/sh\n[ "$1" = --version ] && echo v20.19.0\n')
  chmodSync(node, 0o755)
  const inbox = join(home, '.local/state/ntfy/inbox')
  const calls = () => (existsSync(inbox) ? readdirSync(inbox) : [])
  return { env, home, inbox, calls, asleep: { ...env, NTFY_NODE: node }, ...rest }
}

describe.each(interpreters)('what nobody waits for, in %s %s', (...interpreter) => {
  const [shell = '', ...options] = interpreter
  const call = (args: string[], how: Parameters<typeof run>[2]): Promise<RunOutcome> =>
    run(shell, [...options, ntfyBin, ...args], how)

  it('arrives as it was called: words, stdin, title, folder', async () => {
    const { server, env, home } = await configuredHome()
    mkdirSync(join(home, 'work'))
    const cwd = join(home, 'work')
    expect(await call(['send', '--no-wait', 'some  words', "it's"], { env, cwd })).toEqual(stored)
    await waitFor('the first', () => server.received.length === 1)
    expect(await call(['-t', 'Title', 'send', '-', '--no-wait'], { env, stdin: 'one\ntwo\n\n' })).toEqual(stored)
    await waitFor('the second', () => server.received.length === 2)
    expect(server.received.map(({ json: { title, message } }) => [title, message])).toEqual([
      [expect.stringMatching(/:~\/work$/), "some  words it's"],
      ['Title', 'one\ntwo'],
    ])
  })

  it('is private, and holds no variable that is not named', async () => {
    const { asleep, inbox, calls } = await sleepingHome()
    expect(
      await call(['send', '--no-wait', 'hi'], { env: { ...asleep, NTFY_TOKEN: 'secret', TMUX: 'socket' } }),
    ).toEqual(stored)
    const [name = ''] = calls()
    const text = readFileSync(join(inbox, name), 'latin1')
    expect(text.split('\0')).toEqual(expect.arrayContaining(['TMUX=socket', 'hi']))
    expect(text).not.toContain('secret')
    expect((await run('stat', ['-c', '%a', inbox, join(inbox, name)], { env: asleep })).stdout).toBe('700\n600\n')
  })

  it('is refused where it cannot be stored', async () => {
    const { asleep, home, calls } = await sleepingHome()
    writeFileSync(join(home, 'file'), '')
    const env = { ...asleep, XDG_STATE_HOME: join(home, 'file') }
    expect(await call(['send', '--no-wait', 'hi'], { env })).toMatchObject({ code: 75, stderr: /^ntfy: not stored: / })
    expect(await call(['hook', 'claude'], { env, stdin: '{}' })).toEqual(stored)
    const words = Array.from({ length: 12 }, () => 'x'.repeat(100_000))
    expect(await call(['send', '--no-wait', ...words], { env: asleep })).toMatchObject({ code: 75 })
    expect(calls()).toEqual([])
  })

  it('refuses a configuration that is a pipe', async () => {
    const { asleep, home, calls } = await sleepingHome()
    await run('mkfifo', [join(home, 'pipe')], { env: asleep })
    for (const option of [['-c', 'pipe'], ['-cpipe'], ['--config=pipe'], ['-vc', 'pipe']]) {
      expect((await call([...option, 'send', '--no-wait', 'hi'], { env: asleep })).code).toBe(64)
    }
    expect(calls()).toEqual([])
  })

  it('leaves to Node what is printed or refused', async () => {
    const { env } = await configuredHome()
    const { code, stdout } = await ntfy(['--json', 'send', '--no-wait', 'hi'], { env })
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { target: 'phone', backend: 'ntfy_sh', outcome: 'queued', id: expect.any(String) },
    ])
    expect(await ntfy(['send', '--no-wait', '--no-queue', 'hi'], { env })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--no-wait and --no-queue exclude each other'),
    })
  })

  it('closes all descriptors of the caller, and leaves its group', async () => {
    const { server, env } = await configuredHome()
    const script = `exec 3>&1 9>&1 10>&1 63>&1; exec "$@"`
    const args = ['-c', script, 'bash', ...interpreter, ntfyBin, 'send', '--no-wait', 'hi']
    let answered = false
    server.answer((_, response) => void response.on('close', () => (answered = true)))
    const child = spawn('bash', args, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true })
    // The end of the pipe comes although the service has not answered yet.
    await once(child, 'close')
    expect({ code: child.exitCode, answered }).toEqual({ code: 0, answered: false })
    try {
      process.kill(-(child.pid ?? 0), 'SIGTERM')
    } catch {}
    await waitFor('the request', () => server.received.length === 1)
  })

  it('reads an event until it is whole, a second at most where its pipe stays open, and none that is a word', async () => {
    const { asleep, home, inbox, calls } = await sleepingHome()
    const { env, calls: waits } = standIn({ home, env: asleep }, 'timeout', `exec ${which('timeout')} "$@"`)
    const seen = new Set<string>()
    const storedWhole = async (event: string) => {
      const open = spawn(shell, [...options, ntfyBin, 'hook', 'claude'], { env, stdio: ['pipe', 'ignore', 'ignore'] })
      open.stdin.write(event)
      expect(await once(open, 'exit')).toEqual([0, null])
      open.stdin.destroy()
      const name = calls().find((one) => !seen.has(one)) ?? ''
      seen.add(name)
      expect(readFileSync(join(inbox, name), 'latin1').endsWith(`\0${event}`)).toBe(true)
    }
    // On a busy machine it may come after the first look.
    await storedWhole('{"a":"\\"}","b":[{"c":1}]}\n')
    const whole = waits().length
    await storedWhole('{"a":{"b":"}"}')
    // busybox has a program of its own.
    if (shell !== 'busybox') expect([whole < 3, waits().length - whole]).toEqual([true, 3])
    expect(await call(['hook', 'codex', '{"b":2}'], { env, stdin: 'not read' })).toEqual(stored)
    const other = calls().find((name) => !seen.has(name)) ?? ''
    expect(readFileSync(join(inbox, other), 'latin1')).toMatch(/\{"b":2\}\0$/)
  })

  it('is taken by the next run, in order, once, with its own time', async () => {
    const { server, env, asleep, home, calls } = await sleepingHome()
    const messages = ['one', 'two', 'three']
    const times: number[] = []
    for (const message of messages) {
      await ntfy(['send', '--no-wait', message], { env: asleep })
      times.push(Date.now())
    }
    expect(calls()).toHaveLength(3)
    await ntfy(['-b', 'phone', 'send', '--no-wait', 'by now'], { env: asleep })
    await ntfy(['log'], { env })
    await waitFor('all of them', () => server.received.length === 4)
    await waitFor('an empty inbox', () => calls().length === 0)
    expect(server.received.map(({ json }) => json['message'])).toEqual([...messages, 'by now'])
    const { stdout } = await ntfy(['log', '--json'], { env })
    expect(stdout.trim().split('\n')).toHaveLength(4)
    expect(existsSync(join(home, '.local/state/ntfy/inbox'))).toBe(true)
  })

  it('is sent once although its process was killed when it had already put it into the outbox', async () => {
    const { server, env, asleep, inbox, calls } = await sleepingHome()
    await ntfy(['send', '--no-wait', 'once'], { env: asleep })
    const [name = ''] = calls()
    const bytes = readFileSync(join(inbox, name))
    const at = (await run('stat', ['-c', '%y', join(inbox, name)], { env })).stdout.trim()
    await ntfy(['log'], { env })
    await waitFor('it', () => server.received.length === 1 && calls().length === 0)
    await waitFor('the log', async () => (await ntfy(['log'], { env })).stdout !== '')
    writeFileSync(join(inbox, name), bytes, { mode: 0o600 })
    await run('touch', ['-d', at, join(inbox, name)], { env })
    await ntfy(['log'], { env })
    await waitFor('an empty inbox', () => calls().length === 0)
    await ntfy(['send', 'last'], { env })
    expect(server.received.map(({ json }) => json['message'])).toEqual(['once', 'last'])
  })

  it('is dropped with a line in the log after a day; what is damaged or unfinished is left out', async () => {
    const { server, env, asleep, inbox, calls } = await sleepingHome()
    await ntfy(['send', '--no-wait', 'old'], { env: asleep })
    const [name = ''] = calls()
    await run('touch', ['-d', '25 hours ago', join(inbox, name)], { env })
    writeFileSync(join(inbox, '.half.tmp'), 'ntfy call 1\0/\0', { mode: 0o600 })
    writeFileSync(join(inbox, 'damaged.call'), 'ntfy call 1\0/\0', { mode: 0o600 })
    await ntfy(['log'], { env })
    await waitFor('only the unfinished one', () => String(calls()) === '.half.tmp')
    expect((await ntfy(['log'], { env })).stdout).toContain('older than 24 hours')
    expect(server.received).toEqual([])
  })

  it('leaves no room for more than a thousand', async () => {
    const { asleep, inbox } = await sleepingHome()
    await ntfy(['send', '--no-wait', 'first'], { env: asleep })
    for (let at = 0; at < 999; at++) writeFileSync(join(inbox, `made-${at}.call`), '')
    expect(await ntfy(['send', '--no-wait', 'more'], { env: asleep })).toMatchObject({ code: 75 })
  })
})

describe('a mistake in a call', () => {
  it('is in the log and in the queue', async () => {
    const { env } = await configuredHome()
    expect(await ntfy(['-b', 'phnoe', 'send', '--no-wait', 'hi'], { env })).toEqual(stored)
    await waitFor('the line', async () =>
      (await ntfy(['log'], { env })).stdout.includes('unknown backend or target phnoe'),
    )
    const [line = ''] = (await ntfy(['queue', 'list', '--json'], { env })).stdout.split('\n')
    expect(JSON.parse(line)).toMatchObject({ target: 'phnoe', message: 'hi', state: 'failed' })
  })

  it('is said at a terminal, before anything is stored', async () => {
    const { server, env, asleep, calls } = await sleepingHome()
    const typed = (args: string[]) => openTerminal(ntfyBin, args, { env: { ...env, TERM: 'xterm' } })
    await typed(['-b', 'phnoe', 'send', '--no-wait', 'hi']).see('unknown backend or target phnoe; did you mean phone?')
    await typed(['send', '--no-wait', '--help']).see('Options:')
    typed(['send', '--no-wait', 'typed'])
    await waitFor('the message', () => server.received.length === 1)
    expect(asleep && calls()).toEqual([])
  })

  it('is in `why` for a hook, which never fails', async () => {
    const { env } = await configuredHome()
    for (const args of [['hook'], ['hook', 'claude'], ['hook', '--flag'], ['hook', 'nosuch', '{']]) {
      expect(await ntfy(args, { env, stdin: '{' })).toEqual(stored)
    }
    await waitFor('the reasons', async () => {
      const { stdout } = await ntfy(['why'], { env })
      return /unknown option --flag/.test(stdout) && /not valid JSON/.test(stdout) && /expected the name/.test(stdout)
    })
    await ntfy(['hook', 'nosuch', '{"secret":1}'], { env })
    const { stdout } = await waitFor('the agent', async () => {
      const why = await ntfy(['why'], { env })
      return /unknown agent nosuch/.test(why.stdout) && why
    })
    expect(stdout).not.toContain('secret')
  })
})

describeWith(['dash'], 'a hundred at once', () => {
  it('all arrive, each once', async () => {
    const { server, env } = await configuredHome()
    const numbers = Array.from({ length: 100 }, (_, at) => String(at))
    const codes = await Promise.all(numbers.map((at) => ntfy(['send', '--no-wait', at], { env })))
    expect(new Set(codes.map(({ code }) => code))).toEqual(new Set([0]))
    await waitFor('all', () => server.received.length >= 100)
    expect(server.received.map(({ json }) => String(json['message'])).sort()).toEqual(numbers.sort())
  })
})
