import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { compare, hookFile, type ShellName, shellNames, TypedShell } from '../support/shell.ts'

const everything: Record<ShellName, string> = {
  bash: 'declare -p PROMPT_COMMAND PS0; trap -p; declare -F; compgen -v; shopt; echo "$-"',
  zsh: 'echo $precmd_functions - $preexec_functions; echo ${(k)functions}; typeset +; setopt; zmodload | grep datetime',
  fish: 'functions -a -n | string join "\\n" | grep -i ntfy; set -n | grep -i ntfy; functions --handlers | cat',
}

for (const shell of shellNames) {
  describeWith([shell], `ntfy_unhook in ${shell}`, () => {
    it('leaves nothing behind, and nothing is reported any more', async () => {
      const variables = /^(_|BASH.*|EPOCH.*|SECONDS|RANDOM|SRANDOM|HIST.*|LINENO|PIPESTATUS|COLUMNS|LINES)$/gm
      // Modules stay loaded: somebody else may be using them by now.
      const modules = /.*(jobstates|jobtexts|EPOCHREALTIME|functions|aliases|zsh\/datetime)\n/g
      const lines = ['sleep 0.4', 'type ntfy_unhook >/dev/null 2>&1 && ntfy_unhook || true', everything[shell]]
      if (shell === 'fish') lines[1] = 'type -q ntfy_unhook; and ntfy_unhook; true'
      const { hooked, bare, typing } = await compare(shell, lines)
      const clean = (shown: string) => shown.replace(variables, '').replace(modules, '')
      expect(clean(hooked)).toBe(clean(bare))
      await typing.called(1)
      await typing.run('sleep 0.4; : unseen')
      await typing.run(`source '${hookFile(shell)}'`)
      expect((await typing.settled()).map(({ typed }) => typed)).toEqual(['sleep 0.4'])
    })

    it('takes the variables of the generated prologue with it, not those of the user', async () => {
      const prologue =
        shell === 'fish' ? "set -g NTFY_BIN 'ntfy'\nset -g NTFY_NODE '/n'\n" : "NTFY_BIN='ntfy'\nNTFY_NODE='/n'\n"
      const typing = new TypedShell(shell, { before: prologue, env: { AUTO_NTFY_DONE_IGNORE: 'vim' } })
      await typing.run('ntfy_unhook')
      expect(await typing.run('echo "[$NTFY_BIN$NTFY_NODE|$AUTO_NTFY_DONE_IGNORE|$NTFY_LONGER_THAN]"')).toContain(
        '[|vim|0.3]',
      )
    })

    it('need not come before the hooks are loaded again, which changes nothing', async () => {
      const source = `source '${hookFile(shell)}'`
      const typing = new TypedShell(shell)
      await typing.run(assign(shell, 'NTFY_NODE', '/n'))
      for (let i = 0; i < 3; i++) await typing.run(source)
      await typing.run('sleep 0.4')
      const calls = await typing.settled()
      expect(calls.map(({ typed, node }) => [typed, node])).toEqual([['sleep 0.4', '/n']])
      await typing.run('ntfy_unhook')
      const left = {
        bash: 'echo "[${PROMPT_COMMAND[*]}$PS0]"',
        zsh: 'echo "[$precmd_functions]"',
        fish: 'functions --handlers | grep -c ntfy',
      }
      expect(await typing.run(left[shell])).toMatch(/\n(\[\]|0)\n/)
    })

    it('is there for hooks that were loaded by eval, or through a pipe', async () => {
      const load = { bash: 'eval "$(cat "$HOOKS")"', zsh: 'eval "$(cat $HOOKS)"', fish: 'cat $HOOKS | source' }[shell]
      const before = {
        bash: 'alias builtin=wrong local=wrong declare=wrong echo=wrong',
        zsh: 'alias local=wrong print=wrong typeset=wrong builtin=wrong',
        fish: '',
      }[shell]
      const typing = new TypedShell(shell, { load, before, env: { HOOKS: hookFile(shell) } })
      await typing.run('sleep 0.4')
      expect(await typing.called(1)).toHaveLength(1)
      await typing.run('ntfy_unhook')
      await typing.run('sleep 0.4; : unseen')
      expect(typing.calls()).toHaveLength(1)
    })
  })
}

function assign(shell: ShellName, name: string, value: string): string {
  return shell === 'fish' ? `set -g ${name} ${value}` : `${name}=${value}`
}

describeWith(['bash', 'zsh', 'fish', 'shellcheck'], 'the files of the hooks', () => {
  it('are clean for their shells and for shellcheck', () => {
    execFileSync('bash', ['-n', hookFile('bash')])
    execFileSync('zsh', ['-n', hookFile('zsh')])
    execFileSync('fish', ['--no-execute', hookFile('fish')])
    execFileSync('shellcheck', ['--norc', '--shell=bash', hookFile('bash')])
  })
})
