import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { compare, hookFile, type ShellName } from '../support/shell.ts'

interface Option {
  name: string
  set: string
  /** Typed besides what is typed for all. */
  more?: string[]
}

const tools =
  'builtin command echo printf local read test kill history trap set unset export eval sleep cat date tty sh'
/** For each lower-case word in the text of the hooks, which any variable of theirs could be called by. */
function words(shell: ShellName, each: string): string {
  return `for n in $(grep -oE "\\b[a-z]+\\b" '${hookFile(shell)}' | sort -u); do ${each}; done`
}

const bash: Option[] = [
  { name: 'set -u', set: 'set -u' },
  { name: 'set -e', set: 'set -e' },
  { name: 'set -x', set: 'set -x', more: ['f() { sleep 0.4; }', 'f'] },
  { name: 'set -xu with a PS4', set: 'set -xu; PS4="+ \\$LINENO "' },
  { name: 'set -C', set: 'set -C' },
  { name: 'set -f and an odd IFS', set: 'set -f; IFS=0123456789:/-_' },
  { name: 'set -a', set: 'set -a', more: ['env | grep -c "FUNC.*ntfy\\|^__ntfy\\|^PS0"'] },
  { name: 'set +m', set: 'set +m' },
  { name: 'set -b', set: 'set -b' },
  { name: 'set -H', set: 'set +H' },
  { name: 'POSIX mode', set: 'set -o posix' },
  { name: 'POSIX mode, set -eu', set: 'set -o posix; set -eu' },
  { name: 'failglob', set: 'shopt -s failglob' },
  { name: 'nullglob, dotglob, extglob', set: 'shopt -s nullglob dotglob extglob' },
  { name: 'nocasematch, nocaseglob', set: 'shopt -s nocasematch nocaseglob' },
  { name: 'extdebug, functrace, errtrace', set: 'shopt -s extdebug; set -TE' },
  { name: 'a DEBUG trap and functrace', set: 'set -T; trap "echo \\"debug: \\$BASH_COMMAND\\"" DEBUG' },
  { name: 'an ERR trap and errtrace', set: 'set -E; trap "echo failed" ERR', more: ['false', 'sleep 0.4; false'] },
  { name: 'a RETURN trap and functrace', set: 'set -T; trap "echo returned" RETURN' },
  { name: 'an EXIT trap', set: 'trap "echo gone" EXIT' },
  { name: 'CHLD and HUP traps', set: 'trap "echo child" CHLD; trap "echo hup" HUP' },
  { name: 'lastpipe, inherit_errexit', set: 'shopt -s lastpipe inherit_errexit' },
  { name: 'no expand_aliases', set: 'shopt -u expand_aliases' },
  { name: 'a comma as decimal point', set: 'LC_ALL=de_DE.UTF-8 2>&-' },
  { name: 'aliases of all tools', set: `for t in ${tools}; do alias $t="echo wrong"; done`, more: ['\\sleep 0.4'] },
  { name: 'every word of the hooks readonly', set: words('bash', '[[ -v $n ]] || readonly "$n=x"') },
  {
    name: 'a readonly PS0, HISTTIMEFORMAT and IFS, and names whose attributes locals inherit',
    set: 'shopt -s localvar_inherit; declare -u text last; declare -i line=1 entry=1; readonly PS0 HISTTIMEFORMAT IFS',
  },
  { name: 'functions of all tools', set: 'command() { echo wrong; }; tty() { echo wrong; }; cat() { echo wrong; }' },
]

const zsh: Option[] = [
  { name: 'every word of the hooks readonly', set: words('zsh', '(( ${(P)+n} )) || readonly "$n=x"') },
  { name: 'nounset', set: 'setopt no_unset' },
  { name: 'errexit', set: 'setopt err_exit' },
  { name: 'errreturn', set: 'setopt err_return', more: ['g() { false; echo not here }', 'g'] },
  { name: 'xtrace', set: 'setopt xtrace', more: ['f() { sleep 0.4 }', 'f'] },
  { name: 'verbose', set: 'setopt verbose' },
  { name: 'noclobber', set: 'setopt no_clobber' },
  { name: 'ksharrays', set: 'setopt ksh_arrays' },
  { name: 'shwordsplit and an odd IFS', set: 'setopt sh_word_split; IFS=0123456789:/-_' },
  { name: 'noglob', set: 'setopt no_glob' },
  { name: 'nullglob, globsubst, extendedglob', set: 'setopt null_glob glob_subst extended_glob' },
  { name: 'printexitvalue', set: 'setopt print_exit_value' },
  { name: 'nomonitor', set: 'setopt no_monitor' },
  { name: 'notify', set: 'setopt notify' },
  { name: 'warncreateglobal, typesetsilent', set: 'setopt warn_create_global warn_nested_var typeset_silent' },
  { name: 'allexport', set: 'setopt all_export', more: ['env | grep -c ^__ntfy'] },
  { name: 'localoptions, localtraps', set: 'setopt local_options local_traps' },
  { name: 'ksh emulation', set: 'emulate ksh; PS1="@@ "' },
  { name: 'sh emulation', set: 'emulate sh; PS1="@@ "' },
  { name: 'REPORTTIME=0', set: 'REPORTTIME=100; REPORTMEMORY=100000' },
  { name: 'an error trap', set: 'TRAPZERR() { echo failed }', more: ['false', 'sleep 0.4; false'] },
  { name: 'aliases of all tools', set: `for t in ${tools}; do alias $t="echo wrong"; done`, more: ['\\sleep 0.4'] },
  { name: 'global aliases', set: 'alias -g L="| less" text=wrong value=wrong line=wrong' },
  { name: 'functions of tools', set: 'tty() { echo wrong }; cat() { echo wrong }' },
]

const typed = ['echo one', 'echo two; sleep 0.4', 'echo "three $?"']
/** Options that show the rc file's lines, or act on them. */
const typedOnly = /a readonly PS0|-x|-v|-e|trace|verbose|trap|printexit|errexit|ERR|emulation/

function check(shell: ShellName, { name, set, more = [] }: Option, early: boolean): void {
  it(`${name}, ${early ? 'set before' : 'typed'}`, async () => {
    const lines = [...(early ? [] : [set]), ...(name.startsWith('aliases') ? [] : typed), ...more]
    const { hooked, bare, typing } = await compare(shell, lines, early ? { before: set } : {})
    expect(hooked).toBe(bare)
    const slow = lines.filter((line) => /sleep 0\.4(; false)?$|^f$/.test(line))
    const calls = await typing.called(slow.length)
    expect(calls.map((call) => call.typed)).toEqual(slow)
    expect(calls.map((call) => call.flag('--tty'))).toEqual(calls.map(() => typing.terminal.device))
  })
}

for (const [shell, rows] of [
  ['bash', bash],
  ['zsh', zsh],
] as const) {
  describeWith([shell], `in ${shell} the hooks work, without a word, with`, () => {
    for (const option of rows) {
      check(shell, option, false)
      if (!typedOnly.test(`${option.name} ${option.set}`)) check(shell, option, true)
    }
  })
}

describeWith(['fish'], 'in fish the hooks work, without a word, with', () => {
  const names = 'string count contains math jobs printf disown tty sh'
  for (const set of ['set fish_trace 1', `for f in ${names}; function $f; builtin echo wrong; end; end`]) {
    it(set, async () => {
      const lines = ['echo one', 'builtin echo two; sleep 0.4', 'builtin echo "three $status"']
      const { hooked, bare, typing } = await compare('fish', lines, { after: set })
      expect(hooked).toBe(bare)
      expect((await typing.called(1)).map((call) => call.typed)).toEqual(['builtin echo two; sleep 0.4'])
    })
  }
})

describeWith(['bash'], 'where bash gives no time or does not expand PS0', () => {
  for (const set of ['unset EPOCHREALTIME HISTCMD SECONDS', 'shopt -u promptvars']) {
    it(`the hooks are silent: ${set}`, async () => {
      const { hooked, bare, typing } = await compare('bash', [set, 'set -u', ...typed])
      expect(hooked).toBe(bare)
      expect(typing.calls()).toEqual([])
    })
  }
})
