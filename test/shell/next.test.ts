import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { describeWith } from '../support/programs.ts'
import { compare, type ShellName, type ShellOptions, shellNames, TypedShell } from '../support/shell.ts'
import { waitFor } from '../support/wait.ts'

function assign(shell: ShellName, name: string, value: string): string {
  return shell === 'fish' ? `set -g ${name} ${value}` : `${name}=${value}`
}

/** What a shell has left for the program; nothing if there is no such file. */
function word(typing: TypedShell, pid: string): string | undefined {
  const file = join(typing.home, '.local/state/ntfy/shells', pid)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

async function pidOf(typing: TypedShell): Promise<string> {
  const shown = await typing.run(typing.name === 'fish' ? 'echo pid $fish_pid' : 'echo pid $$')
  return /pid (\d+)/.exec(shown.slice(shown.indexOf('\n')))?.[1] ?? ''
}

for (const shell of shellNames) {
  describeWith([shell], `the next command in ${shell}`, () => {
    it('leaves word that the last one that was told is no news, and calls nothing if nothing is shown', async () => {
      const typing = new TypedShell(shell)
      const pid = await pidOf(typing)
      mkdirSync(join(typing.home, '.local/state/ntfy/shells'), { recursive: true })
      writeFileSync(join(typing.home, '.local/state/ntfy/shells', pid), '99')
      await typing.runAll(['true', 'sleep 0.4; : one'])
      const [first] = await typing.called(1)
      expect([first?.flag('--turn'), word(typing, pid)]).toEqual(['1', ''])
      await typing.runAll(['', 'true', 'true'])
      expect(word(typing, pid)).toBe('1')
      await typing.run('sleep 0.4; : two')
      expect(word(typing, pid)).toBe('1')
      await typing.run('true')
      await waitFor('the word', () => word(typing, pid) === '2')
      const calls = await typing.settled()
      expect(calls.map((call) => call.flag('--turn'))).toEqual(['1', '2'])
    })

    it('has what is shown taken back, once, by a process in the background', async () => {
      const typing = new TypedShell(shell)
      const pid = await pidOf(typing)
      mkdirSync(join(typing.home, 'run/ntfy/desktop'), { recursive: true })
      writeFileSync(join(typing.home, `run/ntfy/desktop/thread-shell-${pid}-1`), '')
      writeFileSync(join(typing.home, `run/ntfy/desktop/thread-shell-1${pid}-1`), '')
      await typing.runAll(['sleep 0.4; : one', 'true', 'true', assign(shell, 'x', '1')])
      const calls = await typing.settled()
      const words = calls.map(({ args }) => args).filter(([word]) => word === 'shell-next')
      expect(words).toEqual([['shell-next', '--shell-pid', pid]])
    })

    it('is not changed by that: its text, status, variables and what is shown', async () => {
      const prepared = 'mkdir -p run/ntfy/desktop; cd'
      const lines = [
        ...(shell === 'fish' ? [] : [shell === 'bash' ? 'set -Cuf; IFS=s' : 'set -Cu']),
        shell === 'fish' ? 'sleep 0.4; false' : 'false | sleep 0.4 | (exit 3)',
        shell === 'bash'
          ? 'echo $? ${PIPESTATUS[@]} $_ $!; x=y'
          : shell === 'zsh'
            ? 'echo $? $pipestatus $_'
            : 'echo $status',
        'jobs; echo end',
      ]
      const touch =
        shell === 'fish'
          ? 'touch run/ntfy/desktop/thread-shell-$fish_pid-1'
          : 'touch run/ntfy/desktop/thread-shell-$$-1'
      const options = { before: `cd; ${prepared}; ${touch}` }
      if (shell === 'bash') lines[2] = 'echo $? ${PIPESTATUS[@]} $_; x=y'
      const { hooked, bare, typing } = await compare(shell, lines, options)
      expect(hooked).toBe(bare)
      await typing.called(2)
    })
  })
}

describeWith([...desktopPrograms, 'dunstctl', ...shellNames], 'a notification of a shell on the desktop', () => {
  const desktop = useDesktop({ stays: true })

  /** A shell with the real program, and targets `screen` and `far`, which writes what it gets into a file. */
  const open = (shell: ShellName, rules = '', options: ShellOptions = {}) => {
    const before = [assign(shell, 'NTFY_BIN', ntfyBin), assign(shell, 'NTFY_FOREGROUND_TOO', '1')].join('\n')
    const { DISPLAY = '', DBUS_SESSION_BUS_ADDRESS = '', XDG_RUNTIME_DIR = '' } = desktop().env
    const env = { DISPLAY, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR }
    const typing = new TypedShell(shell, { before, env, threshold: '1', ...options })
    const folder = join(typing.home, '.config/ntfy')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const far = `far: {backend: exec, command: [sh, -c, 'cat >>"${typing.home}/far"; echo >>"${typing.home}/far"']}`
    const yaml = `backends: [screen, far]\nscreen: {backend: desktop${rules}}\n${far}\n`
    writeFileSync(join(folder, 'ntfy.yml'), yaml, { mode: 0o600 })
    return typing
  }
  const displayed = (count: number) =>
    waitFor(`${count} on the screen`, async () => (await desktop().displayed()) === count)
  const far = (typing: TypedShell) =>
    existsSync(join(typing.home, 'far'))
      ? readFileSync(join(typing.home, 'far'), 'utf8').split('\n').filter(Boolean)
      : []

  it.each(shellNames)('goes when the next command starts in %s', async (shell) => {
    const typing = open(shell)
    await typing.run('sleep 1.1')
    await displayed(1)
    await typing.run('')
    expect(await desktop().displayed()).toBe(1)
    await typing.run('true')
    await displayed(0)
    await typing.run('sleep 1.1; true')
    await displayed(1)
    await typing.run('true')
    await displayed(0)
  })

  it.each(shellNames)('does not stay where the next command started before it came in %s', async (shell) => {
    const typing = open(shell)
    await typing.run('true')
    typing.terminal.type('sleep 1.1; : first\r')
    typing.terminal.type('sleep 0.2; : second\r')
    await waitFor('the other target', () => far(typing).length > 0)
    expect(far(typing)[0]).toContain('first')
    const log = join(typing.home, '.local/state/ntfy/log')
    await waitFor('both in the log', () => existsSync(log) && readFileSync(log, 'utf8').trim().split('\n').length === 2)
    await displayed(0)
  })

  it('leads to nobody else when a further command was started or it was closed, and to somebody when not', async () => {
    const typing = open('bash', ', escalate: {to: far, after: 2s}')
    writeFileSync(
      join(typing.home, '.config/ntfy/ntfy.yml'),
      readFileSync(join(typing.home, '.config/ntfy/ntfy.yml'), 'utf8').replace('[screen, far]', '[screen]'),
    )
    const env = { HOME: typing.home, PATH: process.env['PATH'] ?? '' }
    const isHeld = async () => (await ntfy(['queue', 'list', '--json'], { env })).stdout.includes('"held"')
    await typing.run('sleep 1.1; : looked')
    await displayed(1)
    await waitFor('what is held', isHeld)
    await typing.run('true')
    await displayed(0)
    await waitFor('the end of the first', async () => !(await isHeld()))
    await typing.run('sleep 1.1; : closed')
    await displayed(1)
    await waitFor('what is held', isHeld)
    await promisify(execFile)('dunstctl', ['close-all'], { env: desktop().env })
    await waitFor('the end of the second', async () => !(await isHeld()))
    await displayed(0)
    await typing.run('sleep 1.1; : unlooked')
    await displayed(1)
    await waitFor('the other target', () => far(typing).length > 0)
    expect(far(typing)).toHaveLength(1)
    expect(far(typing)[0]).toContain('unlooked')
    await typing.run('true')
    await displayed(0)
  })
})
