import { expect, it } from 'vitest'
import { ntfyBin } from '../../support/cli.ts'
import { configuredHome } from '../../support/configured.ts'
import { processesOf } from '../../support/processes.ts'
import { describeWith } from '../../support/programs.ts'
import { openTerminal } from '../../support/pty.ts'
import type { LoopbackServer } from '../../support/server.ts'
import { hookFile, type ShellName, shellNames } from '../../support/shell.ts'
import { waitFor } from '../../support/wait.ts'

interface Told {
  message: unknown
  priority: unknown
}

function toldBy(server: LoopbackServer): Told[] {
  return server.received.map(({ json }) => ({ message: json['message'], priority: json['priority'] }))
}

/** Starts a command by `ntfy done` on a terminal of its own. */
async function onTerminal(argv: string[], { flags = [] as string[], config = '', env: more = {} } = {}) {
  const { server, env } = await configuredHome(config)
  const terminal = openTerminal(ntfyBin, ['done', ...flags, ...argv], { env: { ...env, TERM: 'xterm', ...more } })
  return { terminal, told: () => toldBy(server) }
}

const untilToldOf = (count: number, { told }: { told: () => Told[] }) =>
  waitFor(`${count} notifications`, () => told().length >= count && told())

describeWith(['bash', 'dash', 'vim', 'less', 'python3', 'script', 'ssh-keygen', 'stty'], 'done on a terminal', () => {
  it('notifies of questions that nobody sees, and of nothing else', async () => {
    const quiet = await Promise.all(
      [
        ['vim'],
        ['less', '/etc/passwd'],
        ['python3', '-q'],
        ['bash', '--norc', '-i'],
        ['sleep', '60'],
        ['sh', '-c', 'sleep 60 | cat'],
        ['tail', '-f', '/etc/passwd'],
        ['bash', '-c', 'while :; do read -r -t 1 x; done'],
      ].map((argv) => onTerminal(argv)),
    )
    const looked = await onTerminal(['cat'], { config: 'away: never\n' })
    const unwanted = await onTerminal(['cat'], { config: 'needs_input: no\n' })
    const asking = [
      { argv: ['cat'], wants: 'an answer' },
      { argv: ['dash', '-c', 'read x'], wants: 'an answer' },
      { argv: ['sh', '-c', 'true | cat; cat'], wants: 'an answer' },
      { argv: ['python3', '-c', 'input("x? ")'], wants: 'an answer' },
      // On a terminal of its own, as apt runs dpkg.
      { argv: ['script', '-qc', 'cat', '/dev/null'], wants: 'an answer' },
      { argv: ['bash', '-c', 'read -s x'], wants: 'a password' },
      { argv: ['ssh-keygen', '-f', 'key'], wants: 'a password' },
    ]
    const asked = await Promise.all(asking.map(({ argv }) => onTerminal(argv)))
    const forKeys = await onTerminal(['bash', '-c', 'read -n 1 x'], { flags: ['--needs-input', 'any'] })
    for (const [index, one] of asked.entries()) {
      const [first] = await untilToldOf(1, one)
      expect(first).toEqual({ message: expect.stringMatching(`waits for ${asking[index]?.wants}$`), priority: 4 })
    }
    await untilToldOf(1, forKeys)
    for (const one of [...quiet, looked, unwanted]) expect(one.told()).toEqual([])
  })

  it('notifies once of a question, and of its end in the same thread', async () => {
    const asked = await onTerminal(['sh', '-c', 'read x; sleep 2'])
    await untilToldOf(1, asked)
    asked.terminal.type('y\r')
    await asked.terminal.exit
    await untilToldOf(2, asked)
    expect(asked.told().map(({ message }) => String(message).replace(/ in .*/, ''))).toEqual([
      '"sh -c \'read x; sleep 2\'" waits for an answer',
      '✅ "sh -c \'read x; sleep 2\'" succeeded',
    ])
  })

  it('says that a background job wants to read the terminal before it stops with it', async () => {
    const { server, env } = await configuredHome()
    const shell = openTerminal('bash', ['--norc', '-i'], { env: { ...env, PS1: '@@ ' } })
    shell.type(`${ntfyBin} done sh -c 'read x; exit 3' &\r`)
    await waitFor('a notification', () => server.received.length > 0)
    expect(toldBy(server)).toEqual([{ message: expect.stringContaining('wants to read the terminal'), priority: 4 }])
    await waitFor('the stopped job', async () => {
      shell.type('jobs\r')
      await new Promise((resolve) => setTimeout(resolve, 200))
      return /Stopped \(tty input\)|Stopped/.test(shell.output())
    })
    const before = shell.output().length
    shell.type('fg\r')
    // What is typed before the job has the terminal is the shell's.
    await shell.see("exit 3'\r\n", before)
    shell.type('y\r')
    await waitFor('its end', () => server.received.length > 1)
    shell.type('echo status $?\r')
    await shell.see('status 3')
  })

  it('looks at the terminal of a process that is watched', async () => {
    const { server, env } = await configuredHome()
    const asking = openTerminal('cat', [], { env })
    openTerminal(ntfyBin, ['done', '--pid', String(asking.pid)], { env })
    await waitFor('a notification', () => server.received.length > 0)
    expect(toldBy(server)).toEqual([{ message: `PID[${asking.pid}]: "cat" waits for an answer`, priority: 4 }])
  })
})

describeWith(['bash', 'zsh', 'fish', 'python3', 'vim'], 'attend', () => {
  const args: Record<ShellName, string[]> = {
    bash: ['--norc', '-i'],
    zsh: ['-f', '-i'],
    fish: ['--no-config'],
  }

  it.each(shellNames)('notifies of a question in %s, and ends with the last shell', async (name) => {
    const { server, env, home } = await configuredHome()
    const shell = openTerminal(name, args[name], { env: { ...env, NTFY_BIN: ntfyBin, TERM: 'xterm' } })
    const attended = () => processesOf(home).some(({ command }) => command.includes('attend --stay'))
    shell.type(`source ${hookFile(name)}\r`)
    shell.type(`${ntfyBin} attend\r`)
    await waitFor('the attendant', attended)
    shell.type("dash -c 'read x'\r")
    await waitFor('a notification', () => server.received.length > 0)
    expect(toldBy(server)).toEqual([{ message: `"dash -c 'read x'" waits for an answer`, priority: 4 }])
    shell.kill('SIGKILL')
    await waitFor('its end', () => !attended())
  })
})
