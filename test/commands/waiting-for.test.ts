import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import type { LoopbackServer } from '../support/server.ts'
import { standIn } from '../support/stand-in.ts'
import { waitFor } from '../support/wait.ts'

const messages = (server: LoopbackServer) => server.received.map(({ json }) => String(json['message']))

function sleeper(seconds: string) {
  const child = spawn('sleep', [seconds], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

it('--name: several are listed and refused, --all notifies of each, --newest of one; nothing, and no regex, are said', async () => {
  const { server, env } = await configuredHome()
  const both = [sleeper('4321.25'), sleeper('4322.25')]
  const refused = await ntfy(['done', '--name', '/sleep 432[12]\\.25/'], { env })
  expect(refused).toMatchObject({ code: 64, stdout: '' })
  for (const { pid } of both) expect(refused.stderr).toContain(` ${pid} `)
  const all = ntfy(['done', '--started', '--all', '--name', '/sleep 432[12]\\.25/'], { env })
  const newest = ntfy(['done', '--started', '--newest', '--name', 'sleep 4321.25'], { env })
  expect((await ntfy(['done', '--wait-for-start', '0.1', '--name', 'no-such-process-x'], { env })).code).toBe(1)
  await waitFor('the beginnings', () => server.received.length === 3)
  for (const child of both) child.kill()
  expect([(await all).code, (await newest).code]).toEqual([0, 0])
  await waitFor('all', () => server.received.length === 6)
  const ends = messages(server).filter((text) => text.includes('finished'))
  expect(ends.sort()).toEqual(
    ['4321.25', '4321.25', '4322.25'].map((text) => expect.stringContaining(`"sleep ${text}" finished in`)),
  )
  for (const words of [['--name', '/(/'], ['--newest'], ['--pid'], ['--pid', '1', '--unit', 'x'], ['--ssh', 'x']]) {
    expect(await ntfy(['done', ...words], { env })).toMatchObject({ code: 64 })
  }
  const shell = await ntfy(['done', '--shell', 'ntfy done --pid $$; exit $?'], {
    env: { ...env, PATH: `${import.meta.dirname}/../../dist:${env['PATH']}` },
  })
  expect(shell).toMatchObject({ code: 64, stderr: expect.stringContaining('that is the shell that this runs in') })
})

it('--container: its exit code, and that the kernel killed it for memory', async () => {
  const configured = await configuredHome()
  const state = (text: string) => `echo '[{"State": ${text}}]'`
  const ended = state(
    '{"Status":"exited","Running":false,"ExitCode":137,"OOMKilled":true,"StartedAt":"2026-11-30T10:00:00Z","FinishedAt":"2026-11-30T10:01:02.5Z"}',
  )
  const script = `case $1 in wait) : >"$HOME/over"; echo 137;; *) if [ -e "$HOME/over" ]; then ${ended}; else ${state('{"Status":"running","Running":true}')}; fi;; esac`
  const { env, calls } = standIn(configured, 'docker', script)
  expect(await ntfy(['done', '--container', 'web'], { env })).toMatchObject({ code: 0, stderr: '' })
  await waitFor('the message', () => configured.server.received.length === 1)
  expect(messages(configured.server)).toEqual([
    '❌ container web failed (code 137, out of memory (OOMKilled)) in 1:02 minutes',
  ])
  expect(calls()).toContain('wait web')
  expect((await ntfy(['why'], { env })).stdout).toContain(' container web, 1 m 2 s: phone: ')
  standIn(configured, 'docker', 'echo "Error: No such container: web" >&2; exit 1')
  standIn(configured, 'podman', 'echo "Error: no such container web" >&2; exit 125')
  expect((await ntfy(['done', '--container', 'web'], { env })).code).toBe(64)
  standIn(configured, 'docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1')
  expect((await ntfy(['done', '--container', 'web'], { env })).code).toBe(69)
})

it('--unit and --gh-run: wait until it is over', async () => {
  const configured = await configuredHome()
  const counting = 'n=$(cat "$HOME/n" 2>/dev/null || echo 0); echo $((n + 1)) >"$HOME/n"'
  const shown = (state: string) => `printf '%s\\n' Id=a.service LoadState=loaded ${state}`
  standIn(configured, 'journalctl', 'exit 1')
  const { env } = standIn(
    configured,
    'systemctl',
    `${counting}; if [ $n = 0 ]; then ${shown('ActiveState=active')}; else ${shown('ActiveState=failed Result=exit-code ExecMainCode=1 ExecMainStatus=4')}; fi`,
  )
  expect((await ntfy(['done', '--unit', 'a'], { env })).code).toBe(0)
  expect(await ntfy(['done', '--unit', 'a'], { env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is not running'),
  })
  const run = (state: string) =>
    `echo '{"workflowName":"CI","displayTitle":"fix","url":"https://github.com/a/b/actions/runs/5",${state}}'`
  standIn(
    configured,
    'gh',
    `rm -f "$HOME/n.gh"; ${counting}; if [ $n -lt 3 ]; then ${run('"status":"in_progress"')}; else ${run('"status":"completed","conclusion":"failure"')}; fi`,
  )
  expect((await ntfy(['done', '--gh-run', '5'], { env })).code).toBe(0)
  await waitFor('both', () => configured.server.received.length === 2)
  expect(messages(configured.server)).toEqual(['❌ a.service failed (exit-code, status 4)', '❌ CI #5 (fix) failed'])
})

it('slurm mail: the job and its user, by the configuration of the site alone; rules know the user', async () => {
  const { server, home, env: own, config } = await configuredHome()
  const site = join(home, 'site/ntfy')
  mkdirSync(site, { recursive: true })
  const phone = (when: string) => `phone: {backend: ntfy_sh, topic: site, server: "${server.address}"${when}}\n`
  writeFileSync(join(site, 'ntfy.yml'), `backends: [phone]\n${phone(', when: {user: alice}')}`)
  writeFileSync(config, 'backends: [nobody]\n')
  const env = { ...own, XDG_CONFIG_DIRS: join(home, 'site'), SLURM_JOB_ID: '3', SLURM_JOB_NAME: 'train' }
  const mail = (user: string, variables: Record<string, string>) =>
    ntfy(['slurm', 'mail', '-s', 'Slurm Job_id=3 Name=train Failed', user], { env: { ...env, ...variables } })
  await mail('bob', { SLURM_JOB_STATE: 'FAILED', SLURM_JOB_EXIT_CODE: '768' })
  const states = [
    [
      { SLURM_JOB_STATE: 'FAILED', SLURM_JOB_EXIT_CODE: '768', SLURM_JOB_RUN_TIME: '00:00:05' },
      '❌ job 3 train of alice failed (status 3), run time 00:00:05',
    ],
    [{ SLURM_JOB_STATE: 'TIMEOUT' }, 'timed out'],
    [{ SLURM_JOB_STATE: 'OUT_OF_MEMORY' }, 'ran out of memory'],
    [{ SLURM_JOB_STATE: 'CANCELLED' }, 'was cancelled'],
    [{ SLURM_JOB_STATE: 'PREEMPTED' }, 'was preempted'],
    [{ SLURM_JOB_STATE: 'COMPLETED', SLURM_JOB_MAIL_TYPE: 'Ended' }, 'succeeded'],
  ] as const
  for (const [at, [variables, expected]] of states.entries()) {
    expect(await mail('alice', variables)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    await waitFor(expected, () => server.received.length === at + 1)
    expect(messages(server)[at]).toContain(expected.replace(/^❌ /, ''))
  }
  expect(server.received[0]?.json['title']).toMatch(/^alice@/)
})

it('slurm wait: one message for an array, by sacct or, without its database, by scontrol', async () => {
  const configured = await configuredHome()
  const tasks = "printf '%s\\n' '9_1|train|COMPLETED|0:0' '9_7|train|FAILED|3:0' '9_31|train|CANCELLED by 0|0:15'"
  const { env } = standIn(
    configured,
    'sacct',
    `if mkdir "$HOME/seen" 2>/dev/null; then echo '9_[1-31]|train|PENDING|0:0'; else ${tasks}; fi`,
  )
  expect((await ntfy(['slurm', 'wait', '9'], { env })).code).toBe(0)
  standIn(configured, 'sacct', 'echo "Slurm accounting storage is disabled" >&2; exit 1')
  standIn(
    configured,
    'scontrol',
    'echo "JobId=5 JobName=one UserId=a(1) JobState=OUT_OF_MEMORY Reason=None ExitCode=0:125"',
  )
  expect((await ntfy(['slurm', 'wait', '5'], { env })).code).toBe(0)
  await waitFor('both', () => configured.server.received.length === 2)
  expect(messages(configured.server)).toEqual([
    '❌ job 9 train: 1 ok, 2 failed: 7, 31',
    '❌ job 5 one ran out of memory (signal 125)',
  ])
  standIn(configured, 'scontrol', 'echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1')
  expect((await ntfy(['slurm', 'wait', '6'], { env })).code).toBe(64)
})
