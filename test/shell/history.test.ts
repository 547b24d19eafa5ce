import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { type ShellName, shellNames, TypedShell } from '../support/shell.ts'

interface History {
  name: string
  in: ShellName
  before?: string
  lines: string[]
  /** The texts of the calls. */
  reported: string[]
}

const slow = 'sleep 0.4'
const spaced = ' sleep 0.4; : secret'
const rows: History[] = [
  {
    name: 'a leading space, HISTCONTROL unset',
    in: 'bash',
    before: 'unset HISTCONTROL',
    lines: [spaced],
    reported: [],
  },
  {
    name: 'a leading space, ignorespace',
    in: 'bash',
    before: 'HISTCONTROL=ignorespace',
    lines: [spaced],
    reported: [],
  },
  { name: 'a leading space, ignoredups', in: 'bash', before: 'HISTCONTROL=ignoredups', lines: [spaced], reported: [] },
  { name: 'a leading space, ignoreboth', in: 'bash', before: 'HISTCONTROL=ignoreboth', lines: [spaced], reported: [] },
  {
    name: 'a leading space after a like command, ignoreboth',
    in: 'bash',
    before: 'HISTCONTROL=ignoreboth',
    lines: ['true', '# x', spaced, ')', spaced],
    reported: [],
  },
  {
    name: 'a leading space behind a prompt hook, ignoreboth',
    in: 'bash',
    before: 'HISTCONTROL=ignoreboth; PROMPT_COMMAND="true prompt"',
    lines: [slow, spaced, slow],
    reported: [slow, slow],
  },
  ...['', 'ignoredups', 'ignoreboth', 'erasedups', 'ignoreboth:erasedups'].map(
    (control): History => ({
      name: `a line three times, HISTCONTROL=${control}`,
      in: 'bash',
      before: `HISTCONTROL=${control}`,
      lines: [slow, slow, 'true', slow],
      reported: [slow, slow, slow],
    }),
  ),
  {
    name: 'a leading space before a part of the last line, ignoreboth',
    in: 'bash',
    before: 'HISTCONTROL=ignoreboth',
    lines: ['sleep 0.4; true', ' sleep 0.4 # private', 'sleep 0.41; (true)', ' sleep 0.41'],
    reported: ['sleep 0.4; true', 'sleep 0.41; (true)'],
  },
  {
    name: 'a loop twice, ignoreboth',
    in: 'bash',
    before: 'HISTCONTROL=ignoreboth',
    lines: ['for i in 1; do sleep 0.4; done', 'for i in 1; do sleep 0.4; done'],
    reported: ['for i in 1; do sleep 0.4; done', 'for i in 1; do sleep 0.4; done'],
  },
  {
    name: 'a pipeline twice, ignoreboth',
    in: 'bash',
    before: 'HISTCONTROL=ignoreboth',
    lines: ['sleep 0.4 | cat', 'sleep 0.4 | cat'],
    reported: ['sleep 0.4 | cat', 'sleep 0.4 | cat'],
  },
  {
    name: 'an alias twice, ignoreboth',
    in: 'bash',
    before: 'HISTCONTROL=ignoreboth; alias nap="sleep 0.4"',
    lines: ['nap', 'nap'],
    reported: ['nap', 'nap'],
  },
  {
    name: 'functions, redirections and subshells twice, ignoreboth',
    in: 'bash',
    before: 'HISTCONTROL=ignoreboth; inner() { true; sleep 0.4; }; deploy() { true; inner; }',
    lines: ['deploy', 'deploy', 'sleep 0.4  >log', 'sleep 0.4  >log', '( sleep 0.4 )', '( sleep 0.4 )'],
    reported: ['deploy', 'deploy', 'sleep 0.4  >log', 'sleep 0.4  >log', '( sleep 0.4 )', '( sleep 0.4 )'],
  },
  {
    name: 'a leading space after a function, ignoreboth',
    in: 'bash',
    before: 'HISTCONTROL=ignoreboth; deploy() { sleep 0.4; }',
    lines: ['deploy', ' sleep 0.4; : secret', ' sleep 0.41'],
    reported: ['deploy'],
  },
  {
    name: 'HISTIGNORE',
    in: 'bash',
    before: 'HISTIGNORE="sleep*:true"',
    lines: ['sleep 0.4; : token', 'true', 'echo; sleep 0.4'],
    reported: ['echo; sleep 0.4'],
  },
  {
    name: 'set +o history',
    in: 'bash',
    lines: ['set +o history', 'sleep 0.4; : token', 'set -o history', slow],
    reported: [slow],
  },
  { name: '!!', in: 'bash', lines: [slow, '!!'], reported: [slow, slow] },
  {
    name: 'HISTTIMEFORMAT',
    in: 'bash',
    before: 'HISTTIMEFORMAT="%F %T "',
    lines: [slow, 'echo; sleep 0.4'],
    reported: [slow, 'echo; sleep 0.4'],
  },
  {
    name: 'history -a; history -n',
    in: 'bash',
    before: 'PROMPT_COMMAND="history -a; history -n"',
    lines: [slow, 'true', 'echo "of another shell" >>~/history; sleep 0.4'],
    reported: [slow, 'echo "of another shell" >>~/history; sleep 0.4'],
  },
  {
    name: 'history -a; history -c; history -r',
    in: 'bash',
    before: 'PROMPT_COMMAND="history -a; history -c; history -r"',
    lines: [slow, 'true', 'echo; sleep 0.4', 'echo; sleep 0.4'],
    reported: [slow, 'echo; sleep 0.4', 'echo; sleep 0.4'],
  },
  {
    name: 'an edited history',
    in: 'bash',
    lines: ['true', slow, 'history -d 1', 'echo; sleep 0.4', 'history -s "of another"', 'sleep 0.5'],
    reported: [slow, 'echo; sleep 0.4', 'sleep 0.5'],
  },
  {
    name: 'a full history',
    in: 'bash',
    before: 'HISTSIZE=3',
    lines: ['true 1', 'true 2', 'true 3', slow, 'true 4', 'echo; sleep 0.4'],
    reported: [slow, 'echo; sleep 0.4'],
  },
  { name: 'a leading space', in: 'zsh', lines: [spaced, slow], reported: [slow] },
  {
    name: 'a leading space, HIST_IGNORE_SPACE',
    in: 'zsh',
    before: 'setopt hist_ignore_space',
    lines: [spaced, slow],
    reported: [slow],
  },
  {
    name: 'an alias that begins with a space, HIST_IGNORE_SPACE',
    in: 'zsh',
    before: "setopt hist_ignore_space; alias nap=' sleep'",
    lines: ['nap 0.4', slow],
    reported: [slow],
  },
  {
    name: 'a line three times, HIST_IGNORE_ALL_DUPS',
    in: 'zsh',
    before: 'setopt hist_ignore_dups hist_ignore_all_dups hist_reduce_blanks',
    lines: [slow, slow, 'true', slow],
    reported: [slow, slow, slow],
  },
  {
    name: 'zshaddhistory that keeps nothing',
    in: 'zsh',
    before: 'zshaddhistory() { [[ $1 != *secret* ]] }',
    lines: ['sleep 0.4; : secret', slow],
    reported: [slow],
  },
  {
    name: 'zshaddhistory that keeps a history of its own',
    in: 'zsh',
    before: "zshaddhistory() { print -r -- ${1%%$'\\n'} >>~/own; return 0 }",
    lines: [slow, '[ $(wc -l <~/own) = 2 ] && sleep 0.4'],
    reported: [slow, '[ $(wc -l <~/own) = 2 ] && sleep 0.4'],
  },
  {
    name: 'HISTORY_IGNORE',
    in: 'zsh',
    before: 'HISTORY_IGNORE="(true|sleep *secret)"',
    lines: ['sleep 0.4; : secret', slow],
    reported: [slow],
  },
  { name: '!!', in: 'zsh', lines: [slow, '!!'], reported: [slow, slow] },
  { name: 'a shared history', in: 'zsh', before: 'setopt share_history', lines: [slow, slow], reported: [slow, slow] },
  { name: 'a leading space', in: 'fish', lines: [spaced, slow], reported: [slow] },
  { name: 'a line three times', in: 'fish', lines: [slow, slow, 'true', slow], reported: [slow, slow, slow] },
  { name: 'a private session', in: 'fish', before: 'set -g fish_private_mode 1', lines: [slow], reported: [] },
  { name: 'a session without a history', in: 'fish', before: "set -g fish_history ''", lines: [slow], reported: [] },
]

for (const shell of shellNames) {
  describeWith([shell], `the history of ${shell}`, () => {
    describe('decides what is reported', () => {
      for (const { name, before, lines, reported } of rows.filter((row) => row.in === shell)) {
        it(name, async () => {
          const typing = new TypedShell(shell, { ...(before !== undefined && { before }) })
          await typing.runAll(lines)
          const kept = /set -g fish_|HISTIGNORE/.test(before ?? '')
          const calls = kept ? await typing.called(reported.length) : await typing.settled()
          expect(calls.map(({ typed }) => typed)).toEqual(reported)
        })
      }
    })

    it('stays as it was: no line is added, none is kept that was to be left out', async () => {
      const typing = new TypedShell(shell, {
        before: { bash: 'HISTCONTROL=ignoreboth', zsh: 'setopt hist_ignore_space inc_append_history', fish: '' }[shell],
      })
      await typing.runAll([slow, ' sleep 0.4; : secret', 'true', ' true secret', 'echo end'])
      await typing.called(1)
      const file = { bash: 'history', zsh: 'history', fish: '.local/share/fish/fish_history' }[shell]
      await typing.run({ bash: 'history -w', zsh: 'true', fish: 'history save' }[shell])
      const kept = readFileSync(join(typing.home, file), 'utf8')
      expect(kept).not.toContain('secret')
      expect(kept).not.toContain('ntfy')
      expect(kept).toContain('sleep 0.4')
      expect(kept).toContain('echo end')
    })

    it('keeps private what NTFY_PRIVATE=hide has reported', async () => {
      const typing = new TypedShell(shell)
      await typing.run(shell === 'fish' ? 'set NTFY_PRIVATE hide' : 'NTFY_PRIVATE=hide')
      await typing.run(' sleep 0.4; : secret; false')
      const [call] = await typing.called(1)
      expect(call?.args).toContain('--private')
      expect(call?.stdin).toHaveLength(0)
      expect(call?.args.join(' ')).not.toContain('secret')
      expect(call?.flag('--status')).toBe('1')
      await typing.run('sleep 0.4; : open')
      expect((await typing.called(2))[1]?.args).not.toContain('--private')
    })

    it('reports without its text what is private where the configuration says so, unless NTFY_PRIVATE=drop', async () => {
      const typing = new TypedShell(shell)
      mkdirSync(join(typing.home, '.local/state/ntfy'), { recursive: true })
      writeFileSync(join(typing.home, '.local/state/ntfy/hook-settings'), 'longer_than_ms=300\nprivate=hide\n')
      await typing.run(' sleep 0.4; : secret')
      const [call] = await typing.called(1)
      expect(call?.args).toContain('--private')
      expect(call?.stdin).toHaveLength(0)
      await typing.run(shell === 'fish' ? 'set NTFY_PRIVATE drop' : 'NTFY_PRIVATE=drop')
      await typing.run(' sleep 0.4; : dropped')
      await typing.run('sleep 0.4; : open')
      expect((await typing.settled()).map(({ typed }) => typed)).toEqual(['', 'sleep 0.4; : open'])
    })
  })
}

describeWith(['bash'], 'a history that shells share', () => {
  it('gives each its own line', async () => {
    const typing = new TypedShell('bash', { before: 'PROMPT_COMMAND="history -n"' })
    await typing.run('true first')
    await typing.run('sleep 0.4; : mine')
    writeFileSync(join(typing.home, 'history'), 'theirs one\ntheirs two\n')
    await typing.run('sleep 0.4; : mine too')
    expect((await typing.settled()).map(({ typed }) => typed)).toEqual(['sleep 0.4; : mine', 'sleep 0.4; : mine too'])
  })
})
