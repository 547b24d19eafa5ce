import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { expect, it } from 'vitest'
import { findPlace } from '../../src/terminal/place.ts'
import { away } from '../support/away.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith, which } from '../support/programs.ts'
import { openTerminal } from '../support/pty.ts'
import { tmuxServer } from '../support/tmux.ts'
import { minutes, waitFor } from '../support/wait.ts'

const limit = () => AbortSignal.timeout(minutes)

describeWith(['sshd', 'ssh', 'ssh-keygen', 'tmux'], 'over ssh', () => {
  it('nothing is known of the focus, whatever DISPLAY says, and the terminal is the one of TERM', async () => {
    const { terminal } = await login('sleep 600; :', { DISPLAY: ':0', WINDOWID: '1' })
    expect(await away(terminal, limit())).toMatchObject({ answer: 'unknown' })
    expect(await findPlace(terminal, limit())).toMatchObject({ remote: true, kind: { name: 'kitty' } })
  })

  it('tmux knows it, by what the terminal reports', async () => {
    const { command, run, panes } = tmuxServer()
    const [pane] = await panes()
    const { screen } = await login(`${command.join(' ')} attach -t main; :`)
    await waitFor('the client', async () => (await run('list-clients')) !== '')
    // Nothing was asked yet: now it is.
    expect(await away(pane, limit())).toMatchObject({ answer: 'unknown' })
    await screen.see('\u001b[?1004h')
    const flags = () => run('list-clients', '-F', '#{client_flags}')
    screen.type('\u001b[O')
    await waitFor('the report', async () => !(await flags()).includes('focused'))
    expect(await away(pane, limit())).toMatchObject({ answer: 'yes', source: expect.stringMatching(/^tmux: pane/) })
    screen.type('\u001b[I')
    await waitFor('the report', async () => (await flags()).includes('focused'))
    // Something typed there later than the question proves that reports flow; the clock of tmux has seconds.
    await waitFor('a key', async () => {
      screen.type('x')
      return (await away(pane, limit())).answer === 'no'
    })
    expect(await findPlace(pane, limit())).toMatchObject({ remote: true, kind: { name: 'kitty' } })
  })
})

/** Logs in to a server of its own on this machine, with keys of its own; the shell there runs the script. */
async function login(script: string, env: Record<string, string> = {}) {
  const folder = temporaryFolder()
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${folder}/${name}`])
  }
  writeFileSync(`${folder}/authorized`, readFileSync(`${folder}/user.pub`))
  const port = await freePort()
  const settings = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: `${folder}/host`,
    AuthorizedKeysFile: `${folder}/authorized`,
    StrictModes: 'no',
    UsePAM: 'no',
    PidFile: 'none',
    PermitRootLogin: 'yes',
    PermitUserEnvironment: 'no',
  }
  writeFileSync(
    `${folder}/sshd_config`,
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
  )
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const base = { HOME: folder, PATH: process.env['PATH'] ?? '' }
  openTerminal(which('sshd') ?? 'sshd', ['-D', '-e', '-f', `${folder}/sshd_config`], { env: base })
  const sign = `${folder}/sign`
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const remote = `echo $$ $(tty) > ${sign}.new; mv ${sign}.new ${sign}; ${script}`
  const words = `env ${set.join(' ')} sh -c '${remote}'`
  const options = [
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${folder}/known`,
    'LogLevel=ERROR',
    'ConnectionAttempts=20',
  ]
  const screen = openTerminal(
    'ssh',
    ['-F', 'none', '-tt', '-i', `${folder}/user`, ...options.flatMap((option) => ['-o', option])].concat(
      '-p',
      String(port),
      `${userInfo().username}@127.0.0.1`,
      words,
    ),
    { env: { ...base, TERM: 'xterm-kitty' }, name: 'xterm-kitty' },
  )
  await waitFor('a shell over ssh', () => existsSync(sign)).catch((error) => {
    throw new Error(`${error.message}: ${screen.output()}`)
  })
  const [pid, tty = ''] = readFileSync(sign, 'utf8').trim().split(' ')
  return { screen, terminal: { tty, shellPid: Number(pid) } }
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
