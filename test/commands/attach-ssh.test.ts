import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { describeWith } from '../support/programs.ts'
import { closedPort } from '../support/server.ts'
import { standIn } from '../support/stand-in.ts'
import { waitFor } from '../support/wait.ts'

describeWith(['/usr/sbin/sshd', '/usr/bin/ssh', 'ssh-keygen'], 'done --ssh HOST --pid', () => {
  it('a connection that breaks ends nothing; a process that is not there, and a host that does not answer, are said', async () => {
    const configured = await configuredHome()
    const { home, server } = configured
    for (const key of ['host', 'key']) spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, key)])
    copyFileSync(join(home, 'key.pub'), join(home, 'authorized'))
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
    const port = await closedPort()
    const settings = [
      'ListenAddress=127.0.0.1',
      `AuthorizedKeysFile=${join(home, 'authorized')}`,
      'StrictModes=no',
      'UsePAM=no',
      'PidFile=none',
    ]
    const daemon = spawn(
      '/usr/sbin/sshd',
      [
        '-D',
        '-f',
        '/dev/null',
        '-h',
        join(home, 'host'),
        '-p',
        String(port),
        ...settings.flatMap((one) => ['-o', one]),
      ],
      { stdio: 'ignore' },
    )
    onTestFinished(() => void daemon.kill())
    const options = `-F /dev/null -p ${port} -i '${join(home, 'key')}' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`
    const { env, calls } = standIn(configured, 'ssh', `exec /usr/bin/ssh ${options} "$@"`)
    await waitFor(
      'the daemon',
      async () => (await ntfy(['done', '--ssh', '127.0.0.1', '--pid', '99999999'], { env })).code === 1,
    )
    const child = spawn('sleep', ['4321'], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const before = calls().length
    const waiting = ntfy(['done', '--ssh', '127.0.0.1', '--pid', String(child.pid)], { env })
    const connections = () =>
      readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8').split(' ').filter(Boolean)
    await waitFor('the first look', () => {
      const [shell = ''] = spawnSync('pgrep', ['-f', `^sh -s -- ${child.pid}`], { encoding: 'utf8' }).stdout.split('\n')
      return shell !== '' && spawnSync('pgrep', ['-P', shell, 'sleep']).status === 0
    })
    await waitFor('one connection', () => connections().length === 1)
    const [connection] = connections()
    process.kill(Number(connection))
    await waitFor('another one', () => calls().length > before + 1 && connections().some((one) => one !== connection))
    expect(server.received).toEqual([])
    child.kill()
    expect(await waiting).toMatchObject({ code: 0, stdout: '' })
    await waitFor('the message', () => server.received.length === 1)
    expect(server.received[0]?.json['message']).toMatch(/^127\.0\.0\.1: PID\[\d+\]: "sleep 4321" finished in /)
    daemon.kill()
    await waitFor('its end', () => daemon.exitCode !== null || daemon.signalCode !== null)
    expect(await ntfy(['done', '--ssh', '127.0.0.1', '--pid', '1'], { env })).toMatchObject({ code: 69, stdout: '' })
  })
})
