import { describe, expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { compare, type ShellOptions, TypedShell } from '../support/shell.ts'

/** What the hooks share a prompt with. The snippets do what the programs of these names do to get their hooks. */
const preexecOfBash = `
__pre_ready=
__pre_in_prompt() { local IFS=$'\\n;' c; for c in \${PROMPT_COMMAND[*]}; do [[ \${c# } == "$1" ]] && return; done; return 1; }
__pre_debug() { [[ $__pre_ready ]] || return; __pre_in_prompt "$BASH_COMMAND" && { __pre_ready=; return; }; __pre_ready=; echo "preexec $(HISTTIMEFORMAT= history 1 | sed 's/^ *[0-9]* *//')"; }
__pre_precmd() { local s=$?; __pre_ready=; echo "precmd $s"; return $s; }
__pre_interactive() { __pre_ready=1; }
__pre_install() { trap '__pre_debug "$_"' DEBUG; PROMPT_COMMAND[0]=\${PROMPT_COMMAND[0]/__pre_first/__pre_precmd}; PROMPT_COMMAND+=(__pre_interactive); }
__pre_first() { __pre_install; __pre_precmd; }
PROMPT_COMMAND[0]="__pre_first\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"
`
const timerOfBash = `
timer_start() { [[ -n $timer ]] || { timer=1; echo "started by $BASH_COMMAND"; }; }
timer_stop() { echo "stopped"; timer=; }
trap timer_start DEBUG
PROMPT_COMMAND=timer_stop
`
const marksOfBash = `
mark_busy=1 mark_first=
mark_trap() { if [ "$mark_busy" = 0 ]; then mark_busy=1; [ "$mark_first" ] && printf '<start>'; fi; }
mark_prompt() { local s=$?; [ "$mark_busy" = 1 ] && printf '<end %s>' $s; mark_first=1; mark_busy=0; }
trap 'mark_trap "$_"' DEBUG
PROMPT_COMMAND=mark_prompt
`
const starship = `
PS0='\${START:$((START="1",READY=0,0)):0}'"\${PS0-}"
star_precmd() { local s=$? p=("\${PIPESTATUS[@]}"); PS1="$s \${p[*]} \${START-none} @@ "; START=; unset START; }
PROMPT_COMMAND="star_precmd\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"
`
const ghostty = `
ghost_pre() { printf '<run>'; }
ghost_hook() { local s=$?; printf '<done %s>' "$s"; PS0=\${PS0-}; [[ $PS0 == *ghost_pre* ]] || PS0=$PS0'$(ghost_pre)'; }
if [[ -z \${PROMPT_COMMAND[*]} ]]; then PROMPT_COMMAND=(ghost_hook); else PROMPT_COMMAND+=(ghost_hook); fi
`
const kitty = `
ki_prompt() { PS1=\${PS1/<k>/}; PS1="<k>$PS1"; PS0=\${PS0//<x>/}; PS0="<x>\${PS0-}"; }
PROMPT_COMMAND="ki_prompt\${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
`
const asks = 'hook() { echo "hook $? ${PIPESTATUS[*]} [$_]"; }'

const neighbours: Record<string, string> = {
  'PROMPT_COMMAND as a string': `${asks}; PROMPT_COMMAND=hook`,
  'PROMPT_COMMAND with a trailing semicolon': `${asks}; PROMPT_COMMAND="hook; "`,
  'PROMPT_COMMAND as an array': `${asks}; PROMPT_COMMAND=(hook "echo two")`,
  'PROMPT_COMMAND exported': `${asks}; export -f hook; export PROMPT_COMMAND=hook`,
  'something put before PROMPT_COMMAND': `${asks}; PROMPT_COMMAND="hook\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"`,
  'something put behind PROMPT_COMMAND': `${asks}; PROMPT_COMMAND="\${PROMPT_COMMAND:+$PROMPT_COMMAND;}hook"`,
  'an array that is copied': `${asks}; PROMPT_COMMAND=(hook "\${PROMPT_COMMAND[@]}")`,
  'an array that is joined':
    'joined=$(IFS=";"; echo "${PROMPT_COMMAND[*]}"); unset PROMPT_COMMAND; PROMPT_COMMAND=$joined',
  'a PS0': "PS0='<\\!:$?>'",
  'a PS0 that runs a program': "PS0='$(echo ran)'",
  'a status in PS1': "PS1='$? \\$(echo \\$?) @@ '",
  'a DEBUG trap': 'trap \'echo "debug $BASH_COMMAND"\' DEBUG',
  'preexec and precmd by a DEBUG trap': preexecOfBash,
  'marks of the first command by a DEBUG trap': marksOfBash,
  starship: starship,
  ghostty: ghostty,
  kitty: kitty,
  'all of them': kitty + ghostty + starship,
}

const lines = [
  'true',
  'sleep 0.4',
  'false | (exit 3) | true',
  '',
  'echo out; (exit 7)',
  'sleep 0.4 | (exit 4)',
  ': word',
  'true',
]
const reported = ['sleep 0.4', 'sleep 0.4 | (exit 4)']

describeWith(['bash'], 'in bash the hooks share a prompt with', () => {
  for (const [name, rc] of Object.entries(neighbours)) {
    const places: [string, ShellOptions, string[]][] = [
      ['loaded before', { before: rc }, lines],
      ['loaded after', { after: rc }, lines],
    ]
    if (!rc.includes('\n')) places.push(['typed', {}, [rc, ...lines]])
    for (const [place, options, typed] of places) {
      it(`${name}, ${place}`, async () => {
        const { hooked, bare, typing } = await compare('bash', typed, options)
        expect(hooked).toBe(bare)
        const calls = await typing.called(2)
        expect(calls.map((call) => call.typed)).toEqual(reported)
        expect(calls.map((call) => call.flag('--status'))).toEqual(['0', '4'])
      })
    }
  }

  it('a DEBUG trap that times commands: it sees none of the hooks at a prompt where there is nothing to do', async () => {
    const short = ['true', 'false | true', '', 'echo out; (exit 7)', ': word', 'true']
    for (const options of [{ before: timerOfBash }, { after: timerOfBash }]) {
      const { hooked, bare } = await compare('bash', short, options)
      expect(hooked).toBe(bare)
    }
  })

  it('a DEBUG trap that times commands: after a slow command, it sees them once and never again', async () => {
    const { hooked, bare } = await compare('bash', ['sleep 0.1', 'true', 'sleep 0.1', 'true', 'sleep 0.2', 'true'], {
      after: timerOfBash,
      threshold: '10',
    })
    const started = (shown: string) => shown.match(/started/g)?.length ?? 0
    expect(started(bare) - started(hooked)).toBeLessThanOrEqual(1)
  })

  it('a prompt command: what an alias stands for is told all the same', async () => {
    const typing = new TypedShell('bash', { before: "PROMPT_COMMAND='true prompt'; alias nap=zzz zzz='sleep 0.4 --'" })
    await typing.run('true && nap 0')
    await typing.run("sleep 0.4; echo 'a; nap x'")
    await typing.run('sleep 0.4')
    expect((await typing.called(3)).map(({ last }) => last)).toEqual(['sleep 0.4 -- 0', '', ''])
  })

  it('nothing any more, where both places are taken away one after the other', async () => {
    const typing = new TypedShell('bash')
    await typing.run('unset PROMPT_COMMAND')
    await typing.run('sleep 0.4; : one')
    await typing.run('PS0=')
    await typing.run('sleep 0.4; : two')
    await typing.run('PROMPT_COMMAND=(true false)')
    await typing.run('sleep 0.4; : three')
    expect((await typing.called(3)).map(({ typed }) => typed)).toEqual(
      [1, 2, 3].map((n) => `sleep 0.4; : ${['one', 'two', 'three'][n - 1]}`),
    )
  })

  it('a slow prompt hook, which is not taken for a slow command when it runs before the hooks', async () => {
    const typing = new TypedShell('bash', { after: 'PROMPT_COMMAND[9999]="sleep 0.4"' })
    await typing.run('true')
    await typing.run('echo x')
    expect(await typing.settled()).toEqual([])
  })
})

const zshNeighbours: Record<string, string> = {
  'precmd and preexec': 'precmd() { echo "precmd $? $pipestatus" }; preexec() { echo "preexec [$1]" }',
  'hooks of others':
    'autoload -Uz add-zsh-hook; h() { echo "h $? $pipestatus [$_]" }; p() { echo "p [$1]" }; add-zsh-hook precmd h; add-zsh-hook preexec p',
  'hooks that fail': 'h() { false }; precmd_functions+=(h); preexec_functions+=(h)',
  'a status in PS1': "setopt prompt_subst; PS1='%? $? @@ '",
  'vi mode and a widget': 'bindkey -v; zle-line-init() { true }; zle -N zle-line-init',
}

describeWith(['zsh'], 'in zsh the hooks share a prompt with', () => {
  for (const [name, rc] of Object.entries(zshNeighbours)) {
    for (const place of ['before', 'after'] as const) {
      it(`${name}, loaded ${place}`, async () => {
        const { hooked, bare, typing } = await compare('zsh', lines, { [place]: rc })
        expect(hooked).toBe(bare)
        expect((await typing.called(2)).map((call) => call.typed)).toEqual(reported)
      })
    }
  }
})

describeWith(['zsh'], 'in zsh the hooks are not seen', () => {
  it.each([`trap 'print -r -- "seen $ZSH_DEBUG_CMD"' DEBUG`, 'TRAPDEBUG() { print -r -- "seen $ZSH_DEBUG_CMD" }'])(
    'by %s',
    async (rc) => {
      const { hooked, bare, typing } = await compare('zsh', [rc, ...lines])
      expect(hooked).toBe(bare)
      expect((await typing.called(2)).map((call) => call.typed)).toEqual(reported)
    },
  )
})

describeWith(['fish'], 'in fish the hooks share a prompt with', () => {
  const others = {
    'events of others':
      'function other --on-event fish_postexec; echo "post $status $pipestatus $argv"; end; function pre --on-event fish_preexec; echo "pre $argv"; end',
    'a prompt that shows the status': 'function fish_prompt; echo -n "$status $pipestatus @@ "; end',
    'a prompt that shows the duration':
      "function fish_prompt; test $CMD_DURATION -gt 300; and echo -n 'slow '; echo -n '@@ '; end",
  }
  for (const [name, rc] of Object.entries(others)) {
    describe(name, () => {
      for (const place of ['before', 'after'] as const) {
        it(`loaded ${place}`, async () => {
          const typed = ['true', 'sleep 0.4', 'false | true', 'sleep 0.4 | sh -c "exit 4"', 'true']
          const { hooked, bare, typing } = await compare('fish', typed, { [place]: rc })
          expect(hooked).toBe(bare)
          const calls = await typing.called(2)
          expect(calls.map((call) => call.flag('--status'))).toEqual(['0', '4'])
        })
      }
    })
  }
})
