import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { temporaryHome } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { standIn } from '../support/stand-in.ts'

const invocation = '0123456789abcdef0123456789abcdef'
const journal = 'echo starting; echo password=hunter2secret; echo died'
const show = (properties: Record<string, string>) =>
  `printf '%s\\n' ${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`

it.each([
  [
    { MONITOR_SERVICE_RESULT: 'exit-code', MONITOR_EXIT_CODE: 'exited', MONITOR_EXIT_STATUS: '3' },
    /^❌ backup.service failed \(exit-code, status 3\):/,
  ],
  [
    { MONITOR_SERVICE_RESULT: 'signal', MONITOR_EXIT_CODE: 'killed', MONITOR_EXIT_STATUS: 'KILL' },
    /^❌ backup.service failed \(signal, killed by SIGKILL\):/,
  ],
  [
    { MONITOR_SERVICE_RESULT: 'success', MONITOR_EXIT_CODE: 'exited', MONITOR_EXIT_STATUS: '0' },
    /^✅ backup.service succeeded:/,
  ],
])('the unit that triggered it, with the lines of that run: %j', async (variables, expected) => {
  const configured = await configuredHome()
  const { env, calls } = standIn(configured, 'journalctl', journal)
  const monitored = { ...env, ...variables, MONITOR_UNIT: 'backup.service', MONITOR_INVOCATION_ID: invocation }
  expect(await ntfy(['unit', 'backup-daily'], { env: monitored })).toMatchObject({ code: 0, stdout: '', stderr: '' })
  expect(configured.server.received.map(({ json }) => json['message'])).toEqual([
    expect.stringMatching(new RegExp(`${expected.source}\nstarting\npassword=\\*\\*\\*\ndied$`)),
  ])
  expect(calls()).toEqual([expect.stringContaining(`_SYSTEMD_INVOCATION_ID=${invocation}`)])
})

it('a unit by its name, as the manager knows it; one that is not there, and no manager', async () => {
  const configured = await configuredHome()
  standIn(configured, 'journalctl', journal)
  const killed = {
    Id: 'a.service',
    LoadState: 'loaded',
    ActiveState: 'failed',
    Result: 'oom-kill',
    ExecMainCode: '2',
    ExecMainStatus: '9',
    InvocationID: invocation,
  }
  const { env } = standIn(configured, 'systemctl', show(killed))
  await ntfy(['unit', 'a'], { env })
  expect(configured.server.received[0]?.json['message']).toMatch(
    /^❌ a.service failed \(oom-kill, out of memory, killed by SIGKILL\):\n/,
  )
  expect((await ntfy(['why'], { env })).stdout).toMatch(/ unit a\.service: phone: delivered at /)
  standIn(configured, 'systemctl', show({ Id: 'b.service', LoadState: 'not-found', ActiveState: 'inactive' }))
  expect(await ntfy(['unit', 'b'], { env })).toMatchObject({
    code: 64,
    stderr: 'ntfy: unit b: there is no such unit\n',
  })
  standIn(configured, 'systemctl', 'echo "no bus" >&2; exit 1')
  expect(await ntfy(['unit', 'b'], { env })).toMatchObject({ code: 69, stderr: 'ntfy: systemctl: no bus\n' })
  expect(await ntfy(['unit'], { env })).toMatchObject({ code: 64 })
  expect(await ntfy(['-t', 'x', 'unit', '--install', '--user'], { env })).toMatchObject({
    code: 64,
    stderr: 'ntfy: unit --install: --title means nothing here (ntfy help unit)\n',
  })
})

describeWith(['systemd-analyze'], 'unit --install', () => {
  it('writes what systemd accepts, leaves what is not its own alone, and removes what is', async () => {
    const { home, env } = temporaryHome({ XDG_STATE_HOME: '/st ate/50%' })
    const folder = join(home, '.config/systemd/user')
    expect((await ntfy(['unit', '--install', '--user', '--all'], { env })).code).toBe(0)
    expect(readFileSync(join(folder, 'service.d/10-ntfy.conf'), 'utf8')).toContain('OnFailure=ntfy@%n.service')
    expect(readFileSync(join(folder, 'ntfy@.service.d/10-ntfy.conf'), 'utf8')).toBe('')
    const text = readFileSync(join(folder, 'ntfy@.service'), 'utf8')
    expect(text).toContain('\nEnvironment="XDG_STATE_HOME=/st ate/50%%"\n')
    expect(text).toMatch(/^ExecStart=".*\/ntfy" unit --user %i$/m)
    for (const name of ['plain.service', 'template@.service']) {
      writeFileSync(join(folder, name), '[Service]\nType=oneshot\nExecStart=/bin/true\n')
    }
    const units = ['ntfy@a.service', 'plain.service', 'template@b.service']
    const verified = await run('systemd-analyze', ['verify', '--man=no', ...units], {
      env: { ...env, SYSTEMD_UNIT_PATH: `${folder}:` },
    })
    expect(verified).toMatchObject({ code: 0, stderr: '' })
    expect((await ntfy(['unit', '--uninstall', '--user'], { env })).code).toBe(0)
    expect(readdirSync(folder).sort()).toEqual(['plain.service', 'template@.service'])
    const foreign = join(folder, 'ntfy@.service')
    writeFileSync(foreign, '[Service]\n')
    for (const word of ['--install', '--uninstall']) {
      const refused = await ntfy(['unit', word, '--user', ...(word === '--install' ? ['--all'] : [])], { env })
      expect(refused).toMatchObject({
        code: 69,
        stderr: `ntfy: ${foreign}: not written by ntfy, left alone (remove it first)\n`,
      })
    }
    expect(readFileSync(foreign, 'utf8')).toBe('[Service]\n')
    expect(existsSync(join(folder, 'service.d'))).toBe(false)
  })
})
