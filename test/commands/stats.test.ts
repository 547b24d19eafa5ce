import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { describeWith } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'

const lines = async (env: Record<string, string>) =>
  (await ntfy(['stats', '--json'], { env })).stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line)] : []))

it('keeps how long commands took that succeeded, of each project, without their words', async () => {
  const { env, home, server } = await configuredHome('title: "{usual}|{cpu}|{peak}"\n')
  const project = join(home, 'project/.git')
  mkdirSync(join(project, '../below'), { recursive: true })
  mkdirSync(project)
  const below = join(project, '../below')
  const busy = 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done'
  await ntfy(['done', '-L', '1h', 'true', 'S3cr3t-9'], { env, cwd: below })
  await ntfy(['done', '-L', '1h', 'true', 'build', '--token', 'S3cr3t-9'], { env, cwd: join(home, 'project') })
  await ntfy(['done', '-L', '1h', 'false'], { env })
  await ntfy(['done', '-L', '1h', '-H', 'printf', ''], { env })
  await ntfy(['done', 'sh', '-c', `${busy}; sleep 0.2`], { env })
  const found = await lines(env)
  expect(found).toMatchObject([
    { command: expect.any(String), folder: home, runs: 1, peak_bytes: expect.any(Number) },
    {
      command: 'true',
      folder: join(home, 'project'),
      runs: 1,
      median_s: expect.any(Number),
      p90_s: expect.any(Number),
    },
    { command: 'true build', folder: join(home, 'project'), runs: 1 },
  ])
  expect(found[0].peak_bytes).toBeGreaterThan(500_000)
  for (const name of readdirSync(join(home, '.local/state/ntfy/stats'))) {
    expect(readFileSync(join(home, '.local/state/ntfy/stats', name), 'utf8')).not.toContain('S3cr3t')
  }
  const title = await waitFor('the title', () => server.received[0]?.json['title'])
  expect(title).toMatch(/^\|0:0\d minutes\|\d+(\.\d)? (kB|MB|GB)$/)
  expect((await ntfy(['stats'], { env })).stdout).toMatch(
    /^COMMAND +RUNS +MEDIAN +90TH +LAST 20 +FOLDER\n(.*[▁-█] +~\S*\n){3}$/u,
  )
})

it('says what is usual where a command took much longer, from five successes on', async () => {
  const { env, home, server, config } = await configuredHome()
  const went = async (words: string[]) => {
    const before = server.received.length
    await ntfy(['done', ...words], { env })
    await waitFor('the notification', () => server.received.length > before)
    return String(server.received.at(-1)?.json['message'])
  }
  const folder = join(home, '.local/state/ntfy/stats')
  await went(['sleep', '0'])
  const file = join(folder, readdirSync(folder)[0] ?? '')
  const stats = JSON.parse(readFileSync(file, 'utf8'))
  const keep = (...seconds: number[]) =>
    writeFileSync(file, JSON.stringify({ ...stats, runs: seconds.map((one) => ({ durationMs: one * 1000 })) }), {
      mode: 0o600,
    })
  keep(190, 190, 190, 190)
  expect(await went(['sleep', '0'])).toMatch(/in 0:00 minutes$/)
  keep(190, 180, 190, 200, 1000)
  expect(await went(['sleep', '0'])).toMatch(/in 0:00 minutes \(usually 3:10\)$/)
  expect(await went(['sleep', '-x'])).toMatch(/failed \(code 1\) in 0:00 minutes \(usually 3:10\)$/)
  expect(await lines(env)).toMatchObject([{ command: 'sleep', runs: 6, p90_s: 1000 }])
  keep(...Array.from({ length: 20 }, (_, at) => at))
  await went(['sleep', '0'])
  expect(await lines(env)).toMatchObject([{ runs: 20 }])
  keep(190, 190, 190, 190, 190)
  writeFileSync(config, `${readFileSync(config, 'utf8')}stats: false\n`)
  expect(await went(['sleep', '0'])).toMatch(/in 0:00 minutes$/)
  await ntfy(['done', '-L', '1h', 'sleep', '0'], { env })
  expect(JSON.parse(readFileSync(file, 'utf8')).runs).toHaveLength(5)
  expect(await lines(env)).toEqual([])
})

it('knows commands of the hooks', async () => {
  const { env, home } = await configuredHome()
  const words = ['shell-done', '--shell', 'bash', '--status', '0', '--duration-ms', '20000', '--foreground-too']
  await ntfy(words, { env, cwd: home, stdin: 'sudo cargo test -q\0sudo cargo test -q' })
  await ntfy([...words, '--private'], { env, cwd: home })
  expect(await lines(env)).toMatchObject([
    { command: 'cargo test', folder: home, runs: 1, median_s: 20, peak_bytes: null },
  ])
})

describeWith(['unshare', 'mount'], 'a command that the kernel killed for memory', () => {
  it.skipIf(process.getuid?.() !== 0)('says so', async () => {
    const { env, home, server } = await configuredHome()
    writeFileSync(join(home, 'events'), 'low 0\noom_kill 1\n')
    writeFileSync(join(home, 'cgroup'), '0::/job\n')
    const script = `mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/job && cp ${home}/events /sys/fs/cgroup/job/memory.events &&
      mount --bind ${home}/cgroup /proc/self/cgroup 2>/dev/null; cg=$(sed -n 's/^0:://p' /proc/self/cgroup); v1=$(sed -n 's/.*:memory://p' /proc/self/cgroup)
      for at in "$cg" "/memory$v1"; do mkdir -p "/sys/fs/cgroup$at"; for name in memory.events memory.oom_control; do cp ${home}/events "/sys/fs/cgroup$at/$name"; done; done
      exec ${ntfyBin} done sh -c 'sleep 0.3; for f in $(find /sys/fs/cgroup -name memory.events -o -name memory.oom_control); do echo oom_kill 2 >$f; done; kill -9 $$'`
    await run('unshare', ['-m', 'sh', '-c', script], { env })
    await waitFor('the notification', () => server.received.length === 1)
    expect(server.received[0]?.json['message']).toMatch(/ was killed by SIGKILL \(out of memory\) in 0:00 minutes$/)
  })
})
