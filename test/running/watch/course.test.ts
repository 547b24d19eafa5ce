import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin } from '../../support/cli.ts'
import { configuredHome } from '../../support/configured.ts'
import { nodeWith } from '../../support/home.ts'
import type { LoopbackServer } from '../../support/server.ts'
import { waitFor } from '../../support/wait.ts'

const messages = (server: LoopbackServer) =>
  server.received.map(({ json }) =>
    String(json['message'])
      .replace(/^(✅ )?".*"(?= )/, 'it')
      .replace(/ in \d.*/, ''),
  )

/** What is notified of while a command runs, and at its end. */
async function course(flags: string[], script: string): Promise<{ told: string[]; code: number | null }> {
  const { server, env } = await configuredHome()
  const { code } = await ntfy(['done', ...flags, 'sh', '-c', script], { env })
  await waitFor('its end', () => messages(server).some((text) => /succeeded|failed|killed/.test(text)))
  return { told: messages(server), code }
}

describe('while a command runs', () => {
  it('notifies of its start, a long run and a standstill, whoever looks', async () => {
    const busy = 'end=$(($(date +%s) + 3)); while [ $(date +%s) -lt $end ]; do :; done'
    const [begun, silent, writing] = await Promise.all([
      course(['--started', '--overdue', '1', '--stalled', '1s'], 'sleep 3'),
      course(['--stalled', '1500ms'], busy),
      course(['--stalled', '1500ms'], 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.5; done'),
    ])
    expect(begun?.told.toSorted()).toEqual([
      'it has written nothing and used no CPU for 1s',
      'it is still running after 1s',
      'it started',
      'it succeeded',
    ])
    expect(begun?.told[0]).toBe('it started')
    expect(silent?.told).toEqual(['it succeeded'])
    expect(writing?.told).toEqual(['it succeeded'])
  })

  it('says of a tree that somebody has stopped that it is stopped', async () => {
    const { server, env, home } = await configuredHome()
    // It stops itself, as no test could stop it in time on every machine.
    const job = spawn(ntfyBin, ['done', '--stalled', '1s', 'sh', '-c', 'sleep 300 & kill -STOP $! $$; wait'], {
      env,
      cwd: home,
      stdio: 'ignore',
    })
    onTestFinished(() => void job.kill('SIGKILL'))
    await waitFor('a notification', () => server.received.length > 0)
    expect(messages(server)).toEqual(['it is stopped, for 1s now'])
  })

  it('notifies of lines that match, redacted, once for each pattern, and passes on all of them', async () => {
    const { server, env } = await configuredHome()
    const script = 'seq 1000000; echo "ERROR password=hunter2hunter2"; echo ERROR again; printf "last words"'
    const flags = ['--match', '^ERROR', '--match', 'words$', '--match', '^(9+)+x']
    const { stdout } = await ntfy(['done', ...flags, 'sh', '-c', script], { env })
    expect(stdout.length).toBe(6_888_896 + 'ERROR password=hunter2hunter2\nERROR again\nlast words'.length)
    await waitFor('all', () => server.received.length === 3)
    expect(messages(server).toSorted()).toEqual([
      'it printed: ERROR password=***',
      'it printed: last words',
      'it succeeded',
    ])
  })

  it('a pattern that backtracks for ever holds nothing up but itself', async () => {
    const script = `echo ${'a'.repeat(50)}b; echo fine; sleep 4; echo fine`
    const { told } = await course(['--match', '(a+)+$', '--match', 'fine'], script)
    expect(told).toEqual(['it printed: fine', 'it succeeded'])
  })
})

describe('bad input', () => {
  it.each([
    ['--stalled', '0'],
    ['--stalled', '-5'],
    ['--stalled', 'soon'],
    ['--overdue', '0s'],
    ['--overdue', 'automatic'],
    ['--match', '('],
    ['--match', ''],
    ['--needs-input', 'maybe'],
  ])('%s %s is refused before the command runs', async (flag, value) => {
    const { server, env } = await configuredHome()
    const { code, stdout } = await ntfy(['done', flag, value, 'echo', 'ran'], { env })
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' })
    expect(server.received).toEqual([])
  })

  it('a thread that cannot be started for --match takes nothing from the command', async () => {
    const { server, env, home } = await configuredHome()
    const script = join(home, 'no-thread.cjs')
    writeFileSync(
      script,
      `require('node:worker_threads').Worker = class { constructor() { throw new Error('no thread') } }
require('node:module').syncBuiltinESMExports()\n`,
    )
    const broken = { ...env, NTFY_NODE: nodeWith(home, `--require ${script}`) }
    const { code, stdout, stderr } = await ntfy(['done', '--match', 'b', 'sh', '-c', 'echo ab; exit 3'], {
      env: broken,
    })
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'ab\n' })
    expect(stderr).toBe('ntfy: --match: the output cannot be looked at: no thread\n')
    await waitFor('its end', () => messages(server).some((text) => text.includes('failed')))
  })

  it('--match with --pid says why not', async () => {
    const { env } = await configuredHome()
    const { code, stderr } = await ntfy(['done', '--match', 'x', '--pid', String(process.pid)], { env })
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining('goes past ntfy') })
  })
})
