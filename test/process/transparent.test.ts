import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { expectSame } from './both.ts'

const ignored = 'grep -E "SigIgn|SigBlk" /proc/self/status'

describeWith(['bash'], 'what Node destroys reaches the command', () => {
  it.each([
    ['nothing', `$W ${ignored}`],
    ['nohup', `nohup $W ${ignored} </dev/null 2>/dev/null`],
    ['a few, through a shell', `trap '' HUP INT QUIT TSTP TTOU USR1; $W ${ignored}`],
    ['PIPE and XFSZ, which Node itself ignores', `trap '' PIPE XFSZ; $W ${ignored}`],
    ['all that a shell can keep', `env --ignore-signal --default-signal=CHLD $W ${ignored}`],
    ["a script's background job: INT and QUIT", `$W ${ignored} & wait $!`],
    ['blocked signals', `env --block-signal=HUP,TERM,USR2 $W ${ignored}`],
    ['signals both blocked and ignored', `env --block-signal=HUP --ignore-signal=HUP,INT $W ${ignored}`],
    ['ignored, with stdin closed', `trap '' HUP; $W ${ignored} <&-`],
    [
      'ignored, and a command named like an assignment',
      `cp /bin/grep a=b; trap '' HUP; $W ./a=b SigIgn /proc/self/status`,
    ],
    ['ignored, blocked and a limit', `trap '' HUP; ulimit -Sn 99; $W sh -c '${ignored}; ulimit -Sn'`],
  ])('ignored signals: %s', (_, script) => {
    expect(expectSame(script)).toContain('SigIgn')
  })

  it.each([
    ['lowered softly', 'ulimit -Sn 300; $W bash -c "ulimit -Sn; ulimit -Hn"'],
    ['lowered both', 'ulimit -n 300; $W bash -c "ulimit -Sn; ulimit -Hn"'],
    ['as it is', '$W bash -c "ulimit -Sn; ulimit -Hn"'],
    ['other limits', 'ulimit -Sc 0; ulimit -Ss 4096; $W bash -c "ulimit -Sa"'],
    ['and a command named like an assignment', 'cp /bin/echo a=b; ulimit -Sn 300; $W ./a=b hi'],
    [
      'without prlimit',
      'ulimit -Sn 300; mkdir bin; for i in bash sh env node mkfifo; do ln -s $(command -v $i) bin/; done; $W bash -c "ulimit -Sn"',
    ],
  ])('the limit of open files: %s', (_, script) => {
    expectSame(script)
  })

  const list = `for f in /proc/$$/fd/*; do n=\${f##*/}; [ -h $f ] && [ $n -gt 2 ] && echo $n $(readlink $f); done; true`
  it.each([
    ['3<file', 'echo text >f; $W cat /dev/fd/3 3<f'],
    ['several, with gaps', `echo 1 >f; exec 5<f 8>g 12<>h 63<f; $W sh -c '${list}; echo to eight >&8'; cat g`],
    ['high ones', 'echo high >f; exec 200<f; $W sh -c "cat <&200" || $W bash -c "cat <&200"'],
    ['none', `$W bash -c '${list}'`],
    ['a pipe', 'exec 4< <(echo from pipe); $W cat <&4; exec 5> >(cat); $W bash -c "echo to pipe >&5"; exec 5>&-; wait'],
    ['stdin closed', '$W bash -c "cat </dev/null; echo ok" <&-'],
    ['stdout closed', '$W true >&-'],
    ['stderr closed', '$W bash -c "echo hi" 2>&-'],
  ])('descriptors: %s', (_, script) => {
    expectSame(script)
  })

  it('holds a lock no longer than the command', () => {
    expect(
      expectSame(`
        exec 9>lock
        flock 9
        $W sh -c 'flock -n lock true || echo locked by nine'
        $W sh -c 'sleep 100 & echo $! >pid' 9>&-
        exec 9>&-
        flock -n lock echo free again
        kill $(cat pid)`),
    ).toContain('free again')
  })

  it('leaves a pipe on a descriptor to the command alone', () => {
    expectSame(
      `mkfifo p; (timeout 5 cat p; echo end; touch end) & $W sh -c 'echo in >&7; exec 7>&-; until [ -e end ]; do sleep 0.01; done' 7>p; wait`,
    )
  })
})

describeWith(['bash'], 'the environment reaches the command', () => {
  const show = 'grep -zv "^W=\\|^_=" /proc/self/environ | sort -z | tr "\\0" "\\n"'
  it.each([
    ['as it is', `$W sh -c '${show}'`],
    ['names that are no identifiers', `env 'spring.profiles.active=a b' 'a-b=c' '1x=y' $W sh -c '${show}'`],
    ['exported functions', `foo() { echo "from a function"; }; export -f foo; $W bash -c foo; $W sh -c '${show}'`],
    ['newlines, equals signs and emoji', `A=$'a\\nb=c\\n' B='=' C='é 🎉' D= export A B C D; $W sh -c '${show}'`],
    ['no PWD, no SHLVL', `env -u PWD -u SHLVL -u OLDPWD $W sh -c '${show}'`],
    ['__proto__', `env __proto__=x constructor=y $W sh -c '${show}'`],
    ['nearly nothing', `env -i XDG_STATE_HOME=$HOME/state $W env`],
    ['names that the launcher uses', `env ntfy=1 node=2 word=3 IFS=x signal=4 $W sh -c '${show}'`],
    ['values that are not UTF-8', `A=$'caf\\351' B=$'\\377\\n' 'c.d=e' export A B; $W sh -c '${show}'`],
    ['100 kB that are not UTF-8', `X=$(yes $'\\344' | head -n 50000) $W sh -c 'printf %s "$X" | cksum'`],
    [
      'a folder that is not UTF-8',
      `mkdir $'\\344'; cd $'\\344'; $W sh -c 'grep -z ^PWD= /proc/self/environ | sed "s,.*/,," | od -c'`,
    ],
    ['100 kB', `export BIG=$(head -c 100000 /dev/zero | tr '\\0' x); $W sh -c 'echo \${#BIG}'`],
    [
      '300 kB',
      `for i in 1 2 3; do export BIG$i=$(head -c 100000 /dev/zero | tr '\\0' x); done; $W sh -c 'echo \${#BIG1}\${#BIG3}'`,
    ],
  ])('%s', (_, script) => {
    expectSame(script)
  })

  it('holds nothing of ours', () => {
    expect(expectSame('$W env -u _')).not.toMatch(/NTFY/)
  })
})

describeWith(['bash'], 'words reach the command byte for byte', () => {
  it.each([
    ['plain, numbers, flags', `$W printf '%s|' 1e3 007 -5 --help -v -- -L 10 done send`],
    ['empty, spaces, newlines, globs, quotes', `$W printf '%s|' '' 'a b' $'a\\nb\\n' '*' "'" '"' '\\' '$(x)'`],
    ['not UTF-8', `$W printf '%s|' $'caf\\351' $'\\377\\376' a $'\\351\\n' | od -c`],
    [
      'not UTF-8, with an environment that shells would change',
      `env 'a.b=c' $W sh -c 'tr "\\0" "\\n" </proc/self/environ | grep -v "^W=\\|^_="; printf %s "$1" | od -c' sh $'\\351'`,
    ],
    ['not UTF-8, nohup', `trap '' HUP; $W sh -c 'grep SigIgn /proc/self/status; echo "$1"' sh $'\\351'`],
    ['a program whose name is not UTF-8', `cp /bin/echo $'caf\\351'; $W ./$'caf\\351' hi`],
    [
      'not UTF-8, --shell',
      `script=$'printf "%s|" "caf\\351" "$1" "$0"'; if [ "$W" ]; then \${W% --} --shell="$script" $'\\344'; else sh -c "$script" sh $'\\344'; fi | od -c`,
    ],
    ['not UTF-8, 700 kB', `$W sh -c 'printf "%s|" "$@" | cksum' sh $(yes $'Gesch\\344ftsbericht' | head -n 50000)`],
    ['not UTF-8, one word of 100 kB', `$W sh -c 'printf "%s|" "$@" | cksum' sh "$(yes $'\\344' | head -n 50000)"`],
    [
      'not UTF-8, without bash',
      `mkdir b; for t in sh env cksum node base64; do ln -s $(command -v $t) b; done
       PATH=$PWD/b X=$(yes $'\\344' | head -n 20000) $W sh -c 'printf "%s|" "$@" "$X" | cksum' sh $(yes $'\\344\\366' | head -n 5000)`,
    ],
    ['U+FFFD itself', `$W printf '%s|' $'\\uFFFD' | od -c`],
    ['100 kB', `$W sh -c 'echo \${#1}' sh $(head -c 100000 /dev/zero | tr '\\0' x)`],
    ['20,000 words', `$W sh -c 'echo $#' sh $(seq 20000)`],
    ['100,000 words', `$W sh -c 'echo $#' sh $(seq 100000)`],
  ])('%s', (_, script) => {
    expectSame(script)
  })
})

describeWith(['bash'], 'the rest of the surroundings', () => {
  it.each([
    ['stdin', 'echo hello | $W cat'],
    ['20 MB through stdout', '$W head -c 20000000 /dev/zero | cksum'],
    ['20 MB through stdin', 'head -c 20000000 /dev/zero | $W cksum'],
    ['a reader that goes away', `$W yes | head -n 1; echo "\${PIPESTATUS[@]}"`],
    ['the working directory', 'cd /usr; $W pwd'],
    ['umask, nice', 'umask 027; nice -n 5 $W sh -c "umask; nice"'],
    ['blocking mode of a shared pipe', `{ $W true; grep flags /proc/self/fdinfo/1; } | cat`],
    ['process group and session', `$W bash -c '[ $(ps -o pgid= -p $$) = $(ps -o pgid= -p $PPID) ] && echo same'`],
  ])('%s', (_, script) => {
    expectSame(script)
  })

  it('runs in a folder that is gone', () => {
    const script = 'mkdir d; cd d; rmdir ../d; $W /bin/echo ran 2>&1 | grep -v getcwd'
    expect(expectSame(script)).toBe('ran\n')
  })
})
