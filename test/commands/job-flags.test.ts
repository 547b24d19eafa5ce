import { expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import type { LoopbackServer } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

const messages = (server: LoopbackServer) => server.received.map(({ json }) => String(json['message']))

it('--cron: a success prints nothing and does not notify; a failure prints all of it, notifies and keeps its status', async () => {
  const { server, env } = await configuredHome()
  const script = (end: string) => ['done', '--cron', 'sh', '-c', `echo out; echo TOKEN=s3cretvalue9 >&2; ${end}`]
  expect(await ntfy(script('exit 0'), { env })).toMatchObject({ code: 0, stdout: '', stderr: '' })
  expect(await ntfy(script('exit 7'), { env })).toMatchObject({
    code: 7,
    stdout: 'out\n',
    stderr: 'TOKEN=s3cretvalue9\n',
  })
  expect(await ntfy(script('kill -9 $$'), { env })).toMatchObject({ code: null, signal: 'SIGKILL', stdout: 'out\n' })
  await waitFor('both', () => server.received.length === 2)
  expect(messages(server).join()).toContain('failed (code 7) in 0:00 minutes:\nout\nTOKEN=***')
  const both = await ntfy(['done', '--shell', "ntfy done --cron sh -c 'echo 1; echo 2 >&2; echo 3; exit 1' 2>&1"], {
    env: { ...env, PATH: `${import.meta.dirname}/../../dist:${env['PATH']}` },
  })
  expect(both.stdout).toBe('1\n2\n3\n')
  expect(await ntfy(['done', '--cron', '--match', 'x', 'true'], { env })).toMatchObject({ code: 64 })
})

it('ranks other than 0 are silent on success; failures of a run are one message, and --every-rank is each', async () => {
  const { server, env } = await configuredHome('title: "{job} {array} {rank}"\n')
  const rank = (number: number, words: string[], job = '77') =>
    ntfy(['done', ...words], {
      env: { ...env, SLURM_JOB_ID: job, SLURM_ARRAY_TASK_ID: '9', SLURM_PROCID: `${number}`, SLURM_NTASKS: '64' },
    })
  await rank(3, ['true'])
  await rank(0, ['true'])
  await waitFor('rank 0', () => server.received.length === 1)
  expect(server.received[0]?.json['title']).toBe('77 9 0')
  expect((await rank(3, ['sh', '-c', 'kill -9 $$'])).signal).toBe('SIGKILL')
  for (const other of [0, 5, 60]) expect((await rank(other, ['sh', '-c', 'exit 2'])).code).toBe(2)
  await rank(1, ['false'], '78')
  const kept = (await ntfy(['queue', 'list', '--json'], { env })).stdout.trim().split('\n')
  expect(kept.map((line) => JSON.parse(line).state)).toEqual(Array(5).fill('held'))
  const held = kept.map((line) => JSON.parse(line)) as { created: string; next: string }[]
  expect(held.map(({ created, next }) => Date.parse(next) - Date.parse(created))).toEqual(Array(5).fill(60_000))
  await ntfy(['queue', 'flush', '--held'], { env })
  expect(messages(server).slice(1).sort()).toEqual([
    expect.stringMatching(/^❌ "false" failed .*\nrank 1 of 64 failed \(1\)$/),
    expect.stringMatching(/^❌ "sh -c 'kill -9 \$\$'" was killed .*\nrank 3 of 64 failed first \(137\), 3 others$/),
  ])
  await rank(3, ['--every-rank', 'true'])
  await waitFor('the third', () => server.received.length === 4)
})

it.each([
  { OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '2', SLURM_PROCID: '0', SLURM_NTASKS: '1' },
  { PMI_RANK: '1' },
  { PMIX_RANK: '1' },
  { RANK: '1', WORLD_SIZE: '2' },
])('a rank that is silent: %j', async (variables: Record<string, string>) => {
  const { server, env } = await configuredHome()
  await ntfy(['done', 'true'], { env: { ...env, ...variables } })
  expect((await ntfy(['why'], { env })).stdout).toContain('not sent: rank 1')
  expect(server.received).toEqual([])
})

it.each([
  { RANK: '1' },
  { SLURM_PROCID: '0', SLURM_NTASKS: '1' },
  { SLURM_PROCID: '0', SLURM_NTASKS: '4', ENVIRONMENT: 'BATCH' },
])('no rank, whose failure is not held: %j', async (variables: Record<string, string>) => {
  const { server, env } = await configuredHome()
  await ntfy(['done', 'false'], { env: { ...env, ...variables } })
  await waitFor('the message', () => server.received.length === 1)
})
