import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { hookFile, type ShellName, TypedShell } from '../support/shell.ts'

/** A function that writes down all that the hooks could change, but what changes by itself. */
const noting: Record<ShellName, string> = {
  bash: `note() { { shopt; set -o; trap; alias; declare -f; declare -p PROMPT_COMMAND PS0; env | grep -v ^_=
    compgen -v | grep -v ^BASH; ll; } >"$1" 2>&1; }`,
  zsh: `note() { { setopt; trap; alias; functions; typeset -p precmd_functions preexec_functions; env | grep -v ^_=
    set | grep -av '^[_A-Z0-9*#$!?-]' | cut -d= -f1; eval ll; } >"$1" 2>&1; }`,
  fish: `function note; begin; for name in (functions -an); functions $name; end; set -n; env | grep -v ^_=
    complete; status job-control; trap; ll; end >$argv[1] 2>&1; end`,
}

const surroundings: [ShellName, string, string][] = [
  ['bash', 'nothing else', ''],
  ['bash', 'set -a', 'set -a'],
  ['bash', 'aliases off', 'shopt -u expand_aliases'],
  ['bash', 'hooks of others', "PS0=x; export PROMPT_COMMAND=:; trap ': debug' DEBUG"],
  ['bash', 'an array of hooks', 'PROMPT_COMMAND=(: true); PS0='],
  ['zsh', 'nothing else', ''],
  ['zsh', 'allexport', 'setopt allexport'],
  ['zsh', 'aliases off', 'unsetopt aliases'],
  ['zsh', 'hooks of others', 'other() { : }; precmd_functions=(other); preexec_functions=(other)'],
  ['fish', 'nothing else', ''],
]

for (const [shell, title, before] of surroundings) {
  describeWith([shell], `in ${shell}, with ${title}`, () => {
    it('loading the hooks a second time, or ten times, changes nothing', async () => {
      const alias = `alias ll='echo from an alias'`
      const typing = new TypedShell(shell, {
        before: `${noting[shell]}\n${alias}\n${before}`,
        // After a command that took long, PS0 has more to do.
        threshold: '600',
      })
      const note = async (name: string, ...loads: string[]) => {
        await typing.run([...loads, `note ${name}`].join('; '))
        return readFileSync(join(typing.home, name), 'utf8')
      }
      const load = `source '${hookFile(shell)}'`
      await note('first')
      const once = await note('once')
      expect(once).toContain('ntfy')
      expect(await note('twice', load)).toBe(once)
      expect(await note('often', ...Array(9).fill(load))).toBe(once)
      expect(await typing.run('ll')).toContain(title === 'aliases off' ? 'not found' : 'from an alias\n')
    })
  })
}
