import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { temporaryHome } from '../support/home.ts'
import { timeless } from '../support/message.ts'
import { type LoopbackServer, likeNtfyServer } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

async function messageOf(server: LoopbackServer): Promise<string> {
  await waitFor('a notification', () => server.received.length > 0)
  return String(server.received[0]?.json['message'])
}

/** Nothing was sent: a later message arrives alone. */
async function expectSilence(server: LoopbackServer, env: Record<string, string>): Promise<void> {
  await ntfy(['send', 'later'], { env })
  await waitFor('the later message', () => server.received.length > 0)
  expect(server.received.map(({ json }) => json['message'])).toEqual(['later'])
}

describe('what is said of a command', () => {
  it.each([
    { args: ['true'], code: 0, message: '✅ "true" succeeded in 0:00 minutes' },
    { args: ['sh', '-c', 'exit 2'], code: 2, message: `❌ "sh -c 'exit 2'" failed (code 2) in 0:00 minutes` },
    { args: ['no-such-program'], code: 127, message: '❌ "no-such-program" failed (code 127) in 0:00 minutes' },
    { args: ['-H', 'true'], code: 0, message: '✅ Your command succeeded in 0:00 minutes' },
    {
      args: ['--shell', 'echo a | grep b'],
      code: 1,
      message: `❌ "sh -c 'echo a | grep b'" failed (code 1) in 0:00 minutes`,
    },
    { args: ['--formatter', 'make x', '2', '62'], code: 0, message: '❌ "make x" failed (code 2) in 1:02 minutes' },
    { args: ['--formatter', 'make x', '0', '3723'], code: 0, message: '✅ "make x" succeeded in 1:02:03 hours' },
    {
      args: ['--formatter', 'make x', '137', '5'],
      code: 0,
      message: '❌ "make x" was killed by SIGKILL in 0:05 minutes',
    },
    { args: ['--status', '0'], code: 0, message: '✅ Your command succeeded' },
    { args: ['--status', '3'], code: 3, message: '❌ Your command failed (code 3)' },
    { args: ['--status', '137'], code: 137, message: '❌ Your command was killed by SIGKILL' },
    { args: ['--', 'true'], code: 0, message: '✅ "true" succeeded in 0:00 minutes' },
  ])('$args', async ({ args, code, message }) => {
    const { server, env } = await configuredHome()
    expect(await ntfy(['done', ...args], { env })).toMatchObject({ code })
    const said = await messageOf(server)
    expect(args[0] === '--formatter' ? said : timeless(said)).toBe(message)
  })

  it('names the signal that killed it', async () => {
    const { server, env } = await configuredHome()
    expect(await ntfy(['done', 'sh', '-c', 'kill -9 $$'], { env })).toMatchObject({ signal: 'SIGKILL' })
    expect(timeless(await messageOf(server))).toBe(`❌ "sh -c 'kill -9 $$'" was killed by SIGKILL in 0:00 minutes`)
  })

  it('looks for secrets in more of the output than it shows', async () => {
    const { server, env } = await configuredHome()
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIES3cr3tA\nS3cr3tB\nS3cr3tC\n-----END RSA PRIVATE KEY-----\nok'
    await ntfy(['done', '-o', '--tail', '3', 'printenv', 'KEY'], { env: { ...env, KEY: key } })
    expect(await messageOf(server)).toMatch(/\*\*\*\n-----END RSA PRIVATE KEY-----\nok$/)
  })

  it('has no emoji with -E', async () => {
    const { server, env } = await configuredHome()
    await ntfy(['-E', 'done', 'true'], { env })
    expect(timeless(await messageOf(server))).toBe('"true" succeeded in 0:00 minutes')
  })

  it.each([
    { flags: ['-o'], output: 'one\ntwo' },
    { flags: ['-e'], output: 'error' },
    { flags: ['--tail', '2'], output: /^(two\nerror|error\ntwo|one\ntwo)$/ },
    { flags: ['-o', '--tail', '1'], output: 'two' },
  ])('has the end of the output with $flags, which is shown all the same', async ({ flags, output }) => {
    const { server, env } = await configuredHome()
    const script = 'printf "one\\n\\033[31mtwo\\033[0m\\n"; echo error >&2'
    const outcome = await ntfy(['done', ...flags, 'sh', '-c', script], { env })
    expect(outcome).toMatchObject({ stdout: 'one\n\x1b[31mtwo\x1b[0m\n', stderr: 'error\n' })
    expect((await messageOf(server)).split(':\n').slice(1).join(':\n')).toMatch(output)
  })
})

describe('when it is said', () => {
  it.each([
    { flags: ['-L', '10'], command: 'true' },
    { flags: ['-L10'], command: 'true' },
    { flags: ['--on', 'failure'], command: 'true' },
    { flags: ['--on', 'success'], command: 'false' },
  ])('not with $flags and $command', async ({ flags, command }) => {
    const { server, env } = await configuredHome()
    await ntfy(['done', ...flags, command], { env })
    await expectSilence(server, env)
  })

  it.each([
    { flags: ['-L', '0'], command: 'true' },
    { flags: ['--on', 'failure'], command: 'false' },
    { flags: ['--on', 'success'], command: 'true' },
    { flags: ['-b'], command: 'true' },
  ])('with $flags and $command', async ({ flags, command }) => {
    const { server, env } = await configuredHome()
    await ntfy(['done', ...flags, command], { env })
    expect(await messageOf(server)).toContain(command)
  })
})

describe('wrong usage runs nothing', () => {
  it.each([
    [['done'], 'expected a command to run'],
    [['done', '-L', 'abc', 'touch', 'ran'], '-L abc'],
    [['done', '--frob', 'touch', 'ran'], 'unknown option --frob'],
    [['done', '--on', 'never', 'touch', 'ran'], 'on'],
    [['done', '--tail', 'x', 'touch', 'ran'], '--tail x'],
    [['done', '-p', 'abc'], '--pid abc'],
    [['done', '--pid'], '--pid: expected a process ID'],
    [['done', '--status', 'x'], '--status x'],
    [['done', '--status', '7', 'touch', 'ran'], 'expected no command'],
    [['done', '--status', '0', '--pid', '1'], '--pid and --status: expected one of them'],
    [['done', '--shell', 'touch ran', '--pid', '1'], '--shell: expected a command to run'],
    [['done', '--log', 'always', '--name', 'init'], '--log: expected a command to run'],
    [['done', '-o', '--unit', 'cron'], '--stdout: expected a command to run'],
    [['done', '--tail', '5', '--status', '1'], '--tail: expected a command to run'],
    [['done', '-L', '5', '--status', '1'], '--longer-than: expected a command or a process to wait for'],
    [['done', '--overdue', '5m', '--status', '1'], '--overdue: expected a command or a process to wait for'],
    [['done', '--unit', ''], '--unit : expected the name of a unit'],
    [['done', '--unit', '-x'], '--unit -x: expected the name of a unit'],
  ])('%j', async (args, says) => {
    const { server, env } = await configuredHome()
    const outcome = await ntfy(args, { env })
    expect(outcome.code).toBe(64)
    expect(outcome.stderr).toContain(says)
    await expectSilence(server, env)
  })
})

describe('a broken configuration', () => {
  it.each(['backends: [phone', 'backends: [nowhere]\n', 'phone: {backend: ntfy_sh}\n', '- a list\n'])(
    'neither stops the command nor is silent: %j',
    async (text) => {
      const { env, config } = await configuredHome()
      writeFileSync(config, text)
      expect(await ntfy(['done', 'sh', '-c', 'exit 4'], { env })).toMatchObject({ code: 4 })
      await waitFor('the attempt', async () => {
        const { stdout } = await ntfy(['queue', '--json'], { env })
        return stdout.includes('"state":"failed"') && stdout.includes(`The configuration is broken: ${config}`)
      })
    },
  )

  it('leaves the targets that are right, keeps what is for the others, and says so where cron mails it', async () => {
    const { server, env, config } = await configuredHome()
    const phone = `phone: {backend: ntfy_sh, topic: a, server: "${server.address}"}\n`
    writeFileSync(
      config,
      `backends: [phone, pager]\n${phone}pager: {backend: ntfy_sh, topic: b, when: {status: bad}}\n`,
    )
    const { code, stderr } = await ntfy(['done', 'sh', '-c', 'exit 4'], { env })
    expect(code).toBe(4)
    expect(stderr).toMatch(
      /^ntfy: pager: saved; will be sent once the configuration is fixed: .*pager\.when\.status.*\n$/,
    )
    await waitFor('the right one', () => server.received.length === 1)
    writeFileSync(config, `${phone}pager: {backend: ntfy_sh, topic: b, server: "${server.address}"}\n`)
    await ntfy(['queue', 'flush', '--wait'], { env })
    expect(server.received.map(({ json }) => json['topic'])).toEqual(['a', 'b'])
  })

  it('prints what became of it as JSON if asked for', async () => {
    const { env } = await configuredHome()
    const { stdout } = await ntfy(['--json', 'done', 'echo', 'hi'], { env })
    expect(stdout.split('\n')[0]).toBe('hi')
    expect(JSON.parse(stdout.split('\n')[1] ?? '')).toMatchObject({ target: 'phone', outcome: 'delivered' })
  })

  it('nor does a -b that names nothing', async () => {
    const { env } = await configuredHome()
    expect(await ntfy(['-b', 'nowhere', 'done', 'sh', '-c', 'exit 4'], { env })).toMatchObject({ code: 4 })
    await waitFor('the attempt', async () => (await ntfy(['queue'], { env })).stdout.includes('default'))
  })
})

describe('processes that run already', () => {
  it('tells of each as it ends, with its command line and its age', async () => {
    const { server, env } = await configuredHome()
    const [short, long] = [startSleep('600'), startSleep('601')]
    const watching = await startWatching(['--pid', String(long.pid), String(short.pid)], env)
    short.kill()
    long.kill()
    expect(await watching.exit).toBe(0)
    await waitFor('both notifications', () => server.received.length === 2)
    // Each has a sender of its own: which of two is first on a busy machine is open.
    expect(new Set(server.received.map(({ json }) => timeless(json['message'])))).toEqual(
      new Set([
        `PID[${short.pid}]: "sleep 600" finished in 0:00 minutes`,
        `PID[${long.pid}]: "sleep 601" finished in 0:00 minutes`,
      ]),
    )
  })

  it.each([
    { flags: ['-H'], config: '' },
    { flags: [], config: 'hide_command: true\n' },
  ])('does not show what is to be hidden: $flags $config', async ({ flags, config }) => {
    const { server, env } = await configuredHome(config)
    const watched = startSleep('600')
    const watching = await startWatching([...flags, '--pid', String(watched.pid)], env)
    watched.kill()
    expect(await watching.exit).toBe(0)
    expect(timeless(await messageOf(server))).toBe(`PID[${watched.pid}] finished in 0:00 minutes`)
  })

  it('sends nothing if one of them does not exist', async () => {
    const { server, env } = await configuredHome()
    const gone = spawn('true')
    await new Promise((resolve) => gone.on('exit', resolve))
    const outcome = await ntfy(['done', '-p', String(process.pid), '-p', String(gone.pid)], { env })
    expect(outcome).toMatchObject({ code: 1, stderr: `ntfy: no process with ID ${gone.pid}\n` })
    await expectSilence(server, env)
  })
})

it('is not held up by a pipe in the place of its configuration', async () => {
  const { env, config } = await configuredHome()
  await run('sh', ['-c', 'rm "$1" && mkfifo "$1"', 'sh', config], { env })
  expect(await ntfy(['done', 'sh', '-c', 'exit 4'], { env })).toMatchObject({ code: 4 })
  expect(await ntfy(['send', 'hi'], { env })).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('is not a regular file'),
  })
})

it('does not wait for a server that does not answer', async () => {
  const { server, env } = await configuredHome()
  const answers: (() => void)[] = []
  server.answer((request, response) => {
    answers.push(() => response.end(JSON.stringify(likeNtfyServer(request, response))))
    return undefined
  })
  expect(await ntfy(['done', 'false'], { env })).toMatchObject({ code: 1 })
  // The attempt, which has 10 seconds, goes on without it: nothing was answered before it ended.
  await waitFor('the request', () => answers.length === 1)
  answers[0]?.()
  await waitFor('an empty outbox', async () => (await ntfy(['queue', '--json'], { env })).stdout === '')
})

it('reads a configuration from a pipe before the command can', async () => {
  const { server, env } = await configuredHome()
  const text = `backends: [p]\np: {backend: ntfy_sh, topic: piped, server: "${server.address}"}`
  const script = `"$0" -c <(echo '${text}') done sh -c 'exit 3'`
  expect(await run('bash', ['-c', script, ntfyBin], { env })).toMatchObject({ code: 3, stderr: '' })
  expect(await messageOf(server)).toContain('failed (code 3)')
  expect(server.received[0]?.json['topic']).toBe('piped')
})

it('runs in a folder that was deleted, and without HOME', async () => {
  const { home, env } = temporaryHome()
  const { HOME: _, ...homeless } = env
  // Or it would be the home that the system has for the user.
  Object.assign(homeless, { XDG_STATE_HOME: `${home}/state`, NTFY_CONFIG: `${home}/none.yml` })
  writeFileSync(`${home}/none.yml`, '')
  const script = 'd=$(mktemp -d); cd "$d"; rmdir "$d"; "$0" done sh -c "exit 5"'
  expect(await run('sh', ['-c', script, ntfyBin], { env: homeless, cwd: '/' })).toMatchObject({ code: 5 })
})

function startSleep(seconds: string): ChildProcess {
  const child = spawn('sleep', [seconds])
  onTestFinished(() => void child.kill())
  return child
}

/** `ntfy done --pid`, from when it has looked at the processes. */
async function startWatching(flags: string[], env: Record<string, string>) {
  const child = spawn(ntfyBin, ['-v', 'done', ...flags], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  await waitFor('the wait to begin', () => said.includes('waiting for process'))
  return { exit }
}
