import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from '../../support/cli.ts'
import { configuredHome } from '../../support/configured.ts'
import { timeless } from '../../support/message.ts'
import { processesOf } from '../../support/processes.ts'
import { describeWith } from '../../support/programs.ts'
import { standIn } from '../../support/stand-in.ts'
import { waitFor } from '../../support/wait.ts'

interface Job {
  wrapper: ChildProcess
  child: number
  file: string
}

function files(home: string): string[] {
  const folder = join(home, '.local/state/ntfy/jobs')
  return existsSync(folder) ? readdirSync(folder) : []
}

/** Starts `done` and waits until its record names the process of the command. */
async function start(home: string, env: Record<string, string>, words: string[]): Promise<Job> {
  const before = files(home)
  const wrapper = spawn(ntfyBin, ['done', ...words], { env, cwd: home, stdio: 'ignore', detached: true })
  const find = () => files(home).find((name) => !before.includes(name))
  const lines = () => {
    const name = find()
    return name === undefined ? [] : readFileSync(join(home, '.local/state/ntfy/jobs', name), 'utf8').split('\n')
  }
  await waitFor('the record', () => lines().length === 3)
  return { wrapper, child: JSON.parse(lines()[1] ?? '').pid, file: find() ?? '' }
}

async function kill(job: Job, what: 'wrapper' | 'both'): Promise<void> {
  const gone = new Promise((resolve) => job.wrapper.on('exit', resolve))
  job.wrapper.kill('SIGKILL')
  await gone
  if (what === 'both') endOf(job.child)
  await waitFor('the end', () => what === 'wrapper' || !existsSync(`/proc/${job.child}`))
}

/** The wrapper's death may have ended it already. */
function endOf(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {}
}

const adopters = (home: string) => processesOf(home).filter(({ command }) => command.endsWith('main.cjs jobs'))

describe('a command whose ntfy was killed', () => {
  it('with it: a later run notifies once, however many there are', async () => {
    const { server, env, home } = await configuredHome()
    const jobs = [
      await start(home, env, ['sleep', '1000']),
      await start(home, standIn({ home, env }, 'curl', 'exec sleep 1004').env, [
        'curl',
        '-u',
        'me:S3cr3t-Pa55',
        'http://127.0.0.1:1',
      ]),
      await start(home, env, ['-H', 'sleep', '1001']),
      await start(home, env, ['--on', 'success', 'sleep', '1002']),
    ]
    for (const job of jobs) await kill(job, 'both')
    // While nobody is gone nothing is started, and what runs is left alone.
    const running = await start(home, env, ['sleep', '1003'])
    await Promise.all([1, 2, 3].map(() => ntfy(['log'], { env })))
    await waitFor('the records', () => files(home).length === 1 && adopters(home).length === 0)
    await kill(running, 'both')
    await ntfy(['log'], { env })
    await waitFor('the last', () => files(home).length === 0 && adopters(home).length === 0)
    await ntfy(['queue', 'flush', '--wait'], { env })
    expect(server.received.map(({ json }) => json['message']).sort()).toEqual([
      '❌ ntfy was killed while a command ran',
      expect.stringMatching(/^❌ ntfy was killed while curl -u \S*\*\*\* http/),
      '❌ ntfy was killed while sleep 1000 ran',
      '❌ ntfy was killed while sleep 1003 ran',
    ])
  })

  it('and goes on: its end is notified by the process that adopts it, or by the next one', async () => {
    const { server, env, home } = await configuredHome()
    const job = await start(home, env, ['sh', '-c', 'while [ ! -e go ]; do sleep 0.05; done; exit 3'])
    await kill(job, 'wrapper')
    await ntfy(['log'], { env })
    const taken = await waitFor('an adopter', () => files(home).find((name) => name !== job.file))
    for (const { pid } of adopters(home)) process.kill(pid, 'SIGKILL')
    await waitFor('its end', () => adopters(home).length === 0)
    await ntfy(['log'], { env })
    await waitFor('the next', () => files(home).some((name) => name !== taken))
    expect(server.received).toEqual([])
    writeFileSync(join(home, 'go'), '')
    await waitFor('its end', () => files(home).length === 0 && adopters(home).length === 0)
    expect(server.received.map(({ json }) => timeless(String(json['message'])))).toEqual([
      expect.stringMatching(/^"sh -c '.*'" ended in 0:00 minutes, status unknown: ntfy was killed while it ran$/),
    ])
  })

  it('after the notification of its end was stored: that is the only one', async () => {
    const { server, env, home } = await configuredHome()
    server.answer((_, response) => {
      response.statusCode = 503
      return {}
    })
    const job = await start(home, env, ['sh', '-c', 'while [ ! -e go ]; do sleep 0.05; done'])
    const record = readFileSync(join(home, '.local/state/ntfy/jobs', job.file))
    writeFileSync(join(home, 'go'), '')
    await waitFor('its end', () => files(home).length === 0 && server.received.length > 0)
    // As if it had been killed just before it removed its record.
    writeFileSync(join(home, '.local/state/ntfy/jobs', job.file), record, { mode: 0o600 })
    await ntfy(['log'], { env })
    await waitFor('the record', () => files(home).length === 0 && adopters(home).length === 0)
    const { stdout } = await ntfy(['queue', '--json'], { env })
    const [kept, ...others] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(kept).toMatchObject({ id: job.file.slice(0, 36), message: expect.stringContaining('succeeded') })
    expect(others).toEqual([])
  })
})

describeWith(['unshare', 'mount'], 'a command whose machine was restarted', () => {
  it.skipIf(process.getuid?.() !== 0)('never ended', async () => {
    const { server, env, home } = await configuredHome()
    const text = await start(home, env, ['sleep', '1000'])
    await kill(text, 'both')
    const lost = await start(home, env, ['sleep', '1001'])
    await kill(lost, 'both')
    // What was written last may not have reached the disk.
    writeFileSync(join(home, '.local/state/ntfy/jobs', lost.file), '')
    const other = lost.file.replace(/^[^.]*\.[^-]*/, '00000000-0000-4000-8000-000000000000.0123456789abcdef')
    writeFileSync(join(home, '.local/state/ntfy/jobs', other), '', { mode: 0o600 })
    writeFileSync(join(home, 'boot'), 'ab-cd\n')
    const script = `mount --bind ${home}/boot /proc/sys/kernel/random/boot_id && exec ${ntfyBin} log`
    await run('unshare', ['-m', 'sh', '-c', script], { env })
    await waitFor('the records', () => files(home).length === 1 && adopters(home).length === 0)
    const messages = server.received.map(({ json }) => String(json['message']))
    const when = /the machine was restarted at (\d{4}-\d\d-\d\d )?\d\d:\d\d, \S+ after it began$/
    expect(messages.sort()).toEqual([
      expect.stringMatching(/^❌ "sleep 1000" never ended: /),
      expect.stringMatching(/^❌ Your command never ended: /),
    ])
    for (const message of messages) expect(message).toMatch(when)
    // Another machine of the same home is for that machine to judge.
    expect(files(home)).toEqual([other])
  })
})

it('runs without a record where there is no place for one', async () => {
  const { server, env } = await configuredHome()
  expect(await ntfy(['done', 'sh', '-c', 'exit 3'], { env: { ...env, XDG_STATE_HOME: '/dev/null' } })).toMatchObject({
    code: 3,
  })
  await waitFor('the notification', () => server.received.length === 1)
})
