import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { compare, hookFile, type ShellName, shellNames, TypedShell } from '../support/shell.ts'
import { waitFor } from '../support/wait.ts'

const lines = ['sleep 0.4', 'echo x', 'sleep 0.5; true', '', 'true', 'sleep 0.6 &', 'sleep 0.7', 'echo end']

function assign(shell: ShellName, name: string, value: string): string {
  return shell === 'fish' ? `set ${name} '${value}'` : `${name}='${value}'`
}

for (const shell of shellNames) {
  describeWith([shell], `the hooks of ${shell} say nothing`, () => {
    it('when they call the program', async () => {
      const { hooked, bare, typing } = await compare(shell, lines)
      expect(hooked).toBe(bare)
      expect(await typing.called(3)).toHaveLength(3)
    })

    it('when the program is missing, cannot run, or fails with words', async () => {
      for (const value of ['/no/such/program', '/etc/passwd', '/', 'sh -c']) {
        const { hooked, bare } = await compare(shell, [
          assign(shell, 'NTFY_BIN', value),
          'sleep 0.4',
          'jobs',
          'echo end',
        ])
        expect(hooked).toBe(bare)
      }
      const stub = 'echo out; echo err >&2; exit 3'
      const { hooked, bare, typing } = await compare(shell, ['sleep 0.4', 'sleep 0.4; true', 'echo end'], { stub })
      expect(hooked).toBe(bare)
      expect(await typing.called(2)).toHaveLength(2)
    })

    it('but once, where the program they were loaded with is gone: another one of PATH is called', async () => {
      const before = assign(shell, shell === 'fish' ? '-g NTFY_BIN' : 'NTFY_BIN', '/gone/bin/ntfy')
      const typing = new TypedShell(shell, { before })
      const first = await typing.run('sleep 0.4')
      expect(first).toMatch(/^ntfy: \/gone\/bin\/ntfy is gone; instead of it: \S+\/bin\/ntfy \(.*--install/m)
      expect(await typing.run('sleep 0.4; true')).not.toContain('gone')
      expect(await typing.called(2)).toHaveLength(2)
    })

    it('in a folder that is gone', async () => {
      const { hooked, bare, typing } = await compare(shell, ['mkdir gone; cd gone; rmdir ../gone', 'sleep 0.4', 'true'])
      expect(hooked).toBe(bare)
      expect(await typing.called(1)).toHaveLength(1)
    })

    it('when HOME and PATH are missing or nonsense', async () => {
      const unset = shell === 'fish' ? 'set -e HOME' : 'unset HOME XDG_STATE_HOME'
      for (const line of [unset, assign(shell, 'HOME', '/no/such/home'), assign(shell, 'XDG_STATE_HOME', 'relative')]) {
        const { hooked, bare, typing } = await compare(shell, [line, 'sleep 0.4', 'echo end'])
        expect(hooked.replace(/~|N/g, '')).toBe(bare.replace(/~|N/g, ''))
        expect(await typing.called(1)).toHaveLength(1)
      }
      const path = shell === 'fish' ? 'set -g PATH' : 'PATH='
      const { hooked, bare } = await compare(shell, ['sleep 0.4', path, '/bin/sleep 0.4', 'echo end'])
      expect(hooked).toBe(bare)
    })

    it('and wait for nothing: the prompt is back while the program still runs', async () => {
      const typing = new TypedShell(shell, { stub: 'until [ -e "$HOME/go" ]; do sleep 0.1; done; : >"$HOME/gone"' })
      await typing.run('sleep 0.4')
      await typing.run('echo back')
      await typing.called(1)
      expect(await typing.run('jobs')).not.toContain('ntfy')
      writeFileSync(join(typing.home, 'go'), '')
      await waitFor('the end of the program', () => existsSync(join(typing.home, 'gone')))
    })

    it('to the program by its terminal, input and signals: it is in a group of its own and has none of them', async () => {
      const typing = new TypedShell(shell, {
        stub: 'ps -o pgid=,tpgid= -p $$ >~/group; ls -l /proc/$$/fd >~/fds; grep SigIgn /proc/$$/status >~/ignored; mv ~/ignored ~/done',
      })
      await typing.run('sleep 0.4')
      await typing.called(1)
      await waitFor('the stub', () => readable(join(typing.home, 'done')))
      const [group, foreground] = readable(join(typing.home, 'group')).trim().split(/ +/)
      expect(group).not.toBe(foreground)
      expect(group).not.toBe(`${typing.terminal.pid}`)
      const descriptors = readable(join(typing.home, 'fds'))
      expect(descriptors).not.toContain('/dev/pts')
      const ignored = BigInt(`0x${readable(join(typing.home, 'done')).split('\t')[1]?.trim()}`)
      expect(ignored & 1n).toBe(1n)
    })

    it('and lose nothing: what is typed ahead is there, Ctrl-C goes to the next command', async () => {
      const typing = new TypedShell(shell, { stub: 'sleep 0.5' })
      await typing.ready()
      typing.terminal.type(`sleep 0.4\recho ahead${shell === 'fish' ? '(math 1+1)' : '$((1+1))'}\r`)
      await typing.terminal.see('ahead2')
      await typing.ready(1)
      await typing.runAndPress('sleep 20', '\u0003')
      await typing.run('echo still')
      expect(await typing.called(1)).toHaveLength(1)
    })

    it('and deliver when the window is closed at once', async () => {
      const typing = new TypedShell(shell, { stub: 'sleep 0.3; echo lived >~/lived' })
      await typing.ready()
      await typing.run('sleep 0.4')
      typing.terminal.kill('SIGHUP')
      await waitFor('the end of the program', () => readable(join(typing.home, 'lived')) !== '')
      expect(typing.calls().map(({ typed }) => typed)).toEqual(['sleep 0.4'])
    })

    it('for ten short commands, and start nothing', async () => {
      const typing = new TypedShell(shell)
      for (let i = 0; i < 10; i++) await typing.run('true')
      expect(await typing.settled()).toEqual([])
    })

    it('in a shell that is not interactive, and leave nothing in it', () => {
      const show = {
        bash: 'compgen -v __ntfy; compgen -A function',
        zsh: 'print ${(k)functions}',
        fish: 'functions -a | grep ntfy',
      }[shell]
      const args = { bash: ['--norc', '-c'], zsh: ['-f', '-c'], fish: ['-c'] }[shell]
      const output = execFileSync(shell, [...args, `source '${hookFile(shell)}'; ${show}; true`], { encoding: 'utf8' })
      expect(output).not.toContain('ntfy')
    })
  })
}

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

describeWith(['bash'], 'a startup file of bash', () => {
  it('goes on after the hooks, when they are evaluated, sourced, and with set -eu', async () => {
    for (const load of ['eval "$(cat "$HOOKS")"', 'source "$HOOKS"', 'set -eu; eval "$(<"$HOOKS")"; set +eu']) {
      const typing = new TypedShell('bash', { load, after: 'echo went on', env: { HOOKS: hookFile('bash') } })
      await typing.run('sleep 0.4')
      expect(typing.shown()).toContain('went on')
      expect(await typing.called(1)).toHaveLength(1)
    }
  })

  it('may hold a history that would look like a command just typed', async () => {
    const typing = new TypedShell('bash', {
      before: 'HISTCONTROL=ignoreboth; history -s "old command"',
      threshold: '0',
    })
    await typing.ready()
    await typing.run('true one')
    expect((await typing.settled()).map(({ typed }) => typed)).toEqual(['true one'])
  })
})
