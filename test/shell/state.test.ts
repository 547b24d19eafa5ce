import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { compare, type ShellName } from '../support/shell.ts'

/** What a shell says about itself, typed after a command that was reported; each must be as without hooks. */
const questions: Record<ShellName, string[]> = {
  bash: [
    'sleep 0.4 | (exit 3)',
    'echo "$? ${PIPESTATUS[*]}"',
    'sleep 0.4 | false | (exit 4)',
    'echo "${PIPESTATUS[*]}"',
    'sleep 0.4; : last word',
    'echo "$_"',
    'sleep 0.01 & wait; echo "[$!]" >one; sleep 0.4',
    'echo "[$!]" | cmp - one && echo same',
    '[[ abc =~ b(.) ]]; REPLY=mine; MAPFILE=(a b); sleep 0.4',
    'echo "${BASH_REMATCH[*]} $REPLY ${MAPFILE[*]}"',
    'set -- a b "c d"; OPTIND=3; sleep 0.4',
    'echo "$# $3 $OPTIND $OLDPWD $IFS" | od -c',
    'echo "$- $SHELLOPTS $BASHOPTS"',
    'trap',
    'jobs; jobs -p',
    'env | sort | grep -v _=',
    'ls -l /proc/self/fd | grep -vc pt',
    'grep Sig /proc/self/status | tail -3',
    'ulimit -a | cksum; umask; pwd; dirs',
    'compgen -e | sort | cksum',
    'declare -F | grep -v ntfy; complete -p | wc -l; bind -X',
    'echo "$LINENO ${FUNCNAME[*]} ${BASH_SOURCE[*]} $BASH_SUBSHELL $SHLVL"',
    'exec 5</dev/null; sleep 0.4; ls -l /proc/self/fd | grep -vc pt; exec 5<&-',
    'false; echo $?',
    'kill -l $?; tty >/dev/null; stty -a | cksum',
    'history | tail -5',
  ],
  zsh: [
    'sleep 0.4 | (exit 3)',
    'echo "$? $pipestatus"',
    'sleep 0.4; : last word',
    'echo "$_"',
    'sleep 0.01 & wait; echo $! >one; sleep 0.4',
    'echo $! | cmp - one && echo same',
    '[[ abc = (#b)a(?)c ]]; REPLY=mine reply=(a b); sleep 0.4',
    'echo "$match $REPLY $reply $MATCH $MBEGIN"',
    'set -- a b "c d"; sleep 0.4',
    'echo "$# $3 $OLDPWD"',
    'setopt',
    'trap',
    'jobs; echo $jobstates',
    'env | sort | grep -v _=',
    'ls -l /proc/self/fd | grep -vc pt',
    'grep Sig /proc/self/status | tail -3',
    'umask; pwd; dirs; limit | cksum',
    'echo ${(k)functions:#*ntfy*}; echo $SHLVL $ZSH_SUBSHELL',
    'false; echo $?',
    'stty -a | cksum',
    'history | tail -5',
    'typeset | grep -i ^ntfy',
  ],
  fish: [
    'sleep 0.4 | sh -c "exit 3"',
    'echo $status $pipestatus',
    'sleep 0.4 | false | sh -c "exit 4"',
    'echo $pipestatus',
    'sleep 0.01 & ; echo "[$last_pid]" >one; wait; sleep 0.4',
    'echo "[$last_pid]" | cmp - one; and echo same',
    'sleep 0.4; set -q last_pid; echo $status',
    'trap; jobs',
    'env | sort | grep -v _=',
    'ls -l /proc/self/fd | grep -vc pt',
    'grep Sig /proc/self/status | tail -3',
    'umask; pwd; dirs; ulimit -a | cksum',
    'set -n | grep -vi ntfy | cksum',
    'functions -n | string split , | grep -vc ntfy',
    'false; echo $status',
    'stty -a | cksum',
    'echo $CMD_DURATION | string replace -r . x >/dev/null; complete | wc -l',
  ],
}

for (const [shell, lines] of Object.entries(questions) as [ShellName, string[]][]) {
  describeWith([shell], `the state of ${shell}`, () => {
    it('is after a notification as it was: statuses, $_, $!, options, traps, jobs, environment, descriptors', async () => {
      const { hooked, bare, typing } = await compare(shell, lines, { threshold: '', env: { NTFY_LONGER_THAN: '0.3' } })
      expect(hooked).toBe(bare)
      const slow = lines.filter((line) => line.includes('sleep 0.4')).length
      expect(await typing.called(slow)).toHaveLength(slow)
    })
  })
}

describeWith(['fish'], 'the state of fish', () => {
  it('has no $last_pid after a notification if it had none before', async () => {
    const { hooked, bare } = await compare('fish', ['sleep 0.4', 'set -q last_pid; echo $status; set -S last_pid'])
    expect(hooked).toBe(bare)
  })
})
