#!/bin/sh
# The shell half of the bin `ntfy`, for any POSIX sh: dash, bash as sh, busybox.
#
# Node resets every signal and raises the limit of open files before any JavaScript runs, and dash drops variables
# whose names are not identifiers. Whoever wraps a command has to note these things first, so the bin is a shell
# script as far as the exec of node, and JavaScript after it.
#
# The build makes `dist/ntfy` of this file in three steps, after it has put the parts of this folder in the place of the
# lines that name them (`# @spool@`), and a printf of the variables that a call keeps in that of `# @variables@`:
#   1. take line 1, then the line `':' /*` (a no-op for sh; a string and the start of a comment for JavaScript);
#   2. then this text without its lines that are only comments;
#   3. then the end of the comment, a semicolon, and the JavaScript entry, as CommonJS. The build fails if the comment
#      ends before that.
# The hooks and the completions lie beside it, in `shell/` and `completion/`: Node would have to read them at each start.

ntfy_newline='
'
# Every variable begins with ntfy_: one that the caller exports under another name must reach the command unchanged.

# find_node CHECK: leaves the path of the first Node that passes the check in $ntfy_node; false if there is none.
find_node() {
  ntfy_node=${NTFY_NODE-}
  is_node "$1" && return
  IFS=:
  for ntfy_folder in ${PATH-}; do
    unset IFS
    ntfy_node=${ntfy_folder:-.}/node
    is_node "$1" && return
  done
  unset IFS
  ntfy_node=${0%/*}/node
  is_node "$1" && return
  # Where it was when hooks of agents were installed, which may be called with a PATH that does not name it.
  ntfy_folder=${XDG_DATA_HOME-}
  case $ntfy_folder in [/]*) ;; *) ntfy_folder=${HOME-}/.local/share ;; esac
  ntfy_node=''
  read -r ntfy_node 2>/dev/null <"$ntfy_folder/ntfy/node"
  is_node "$1"
}

is_node() {
  [ -f "$ntfy_node" ] && [ -x "$ntfy_node" ] && "$1"
}

# Does $ntfy_node start here, and is it new enough? Of the first that does not, $ntfy_unfit says so.
fits() {
  is_known && return
  ask_version || { [ "${NTFY_JOB_LD_LIBRARY_PATH-}" ] && LD_LIBRARY_PATH=$NTFY_JOB_LD_LIBRARY_PATH ask_version && keep_libraries; }
  case $ntfy_version in
  v2[1-9].* | v[3-9][0-9].* | v[1-9][0-9][0-9].*) return 0 ;;
  v20.*)
    ntfy_minor=${ntfy_version#v20.}
    [ "${ntfy_minor%%.*}" -ge 19 ] && return
    ;;
  esac
  case $ntfy_version in v[0-9]*) ntfy_why="is $ntfy_version" ;; *) ntfy_why='cannot start' ;; esac
  ntfy_unfit=${ntfy_unfit:-$ntfy_node $ntfy_why}
  return 1
}

# Has $ntfy_node started here before (src/start/known-node.ts), and is nothing newer that it depends on?
is_known() {
  case ${XDG_CACHE_HOME-} in [/]*) ntfy_note=$XDG_CACHE_HOME ;; *) ntfy_note=${HOME-}/.cache ;; esac
  ntfy_note=$ntfy_note/ntfy/node ntfy_host='' ntfy_machine='' ntfy_known=''
  # shellcheck disable=SC3067 # dash, bash and busybox have -O, -ef and -ot
  [ -z "${LD_LIBRARY_PATH-}${LD_PRELOAD-}" ] && [ -f "$ntfy_note" ] && [ -O "$ntfy_note" ] || return
  { read -r ntfy_host && read -r ntfy_known; } 2>/dev/null <"$ntfy_note" || return
  read -r ntfy_machine 2>/dev/null </proc/sys/kernel/hostname
  # shellcheck disable=SC3013
  [ "$ntfy_machine" = "$ntfy_host" ] && [ "$ntfy_node" -ef "$ntfy_known" ] || return
  for ntfy_file in "$ntfy_known" "${ntfy_known%/*}" /etc/ld.so.cache; do
    # shellcheck disable=SC3013
    ! [ -e "$ntfy_file" ] || [ "$ntfy_file" -ot "$ntfy_note" ] || return
  done
  are_ample "${ntfy_limits:-$(print_limits 2>/dev/null)}$ntfy_newline"
}

# In one fork. `--version` takes a thirtieth of Node's start; where memory or files are short only a start shows whether
# it can.
ask_version() {
  ntfy_version=$(print_version --version)
  are_ample "$ntfy_version" || ntfy_version=$(print_version -p process.version)
  ntfy_version=${ntfy_version##*"$ntfy_newline"}
  case $ntfy_version in v[0-9]*) ;; *) return 1 ;; esac
}

# Are the limits of memory, data and open files such that Node starts? A line each.
are_ample() {
  case $1 in
  "unlimited${ntfy_newline}unlimited$ntfy_newline"[0-9][0-9][0-9]*) ;;
  "unlimited${ntfy_newline}unlimited${ntfy_newline}unlimited"*) ;;
  *) return 1 ;;
  esac
}

print_limits() {
  # shellcheck disable=SC3045 # dash, bash and busybox have these
  { ulimit -v && ulimit -d && ulimit -n; } || echo '0'
}

# The limits, and what Node says, a line each. An abort is not to leave a core.
print_version() {
  exec 2>/dev/null </dev/null
  print_limits
  # shellcheck disable=SC3045
  ulimit -c 0
  [ "$1" != --version ] || exec "$ntfy_node" "$@"
  # As a child: of its abort this shell speaks, which has no stderr.
  "$ntfy_node" "$@"
  exit
}

# A Node that needs other libraries than the system's.
keep_libraries() {
  export LD_LIBRARY_PATH="$NTFY_JOB_LD_LIBRARY_PATH"
  unset NTFY_JOB_LD_LIBRARY_PATH
}

# What configures Node or its loader is meant for the command, which gets it back from NTFY_JOB_*.
ntfy_aside='NODE_OPTIONS NODE_V8_COVERAGE NODE_DEBUG NODE_DEBUG_NATIVE NODE_PATH NODE_EXTRA_CA_CERTS NODE_ICU_DATA
  NODE_PENDING_DEPRECATION NODE_REDIRECT_WARNINGS NODE_COMPILE_CACHE OPENSSL_CONF OPENSSL_MODULES LD_LIBRARY_PATH'

set_aside() {
  for ntfy_name in $ntfy_aside; do
    eval "ntfy_value=\${$ntfy_name-}"
    [ "$ntfy_value" ] || continue
    # A file that is there may be needed for our connections, too; doctor names one that is not.
    if [ "$ntfy_name" = NODE_EXTRA_CA_CERTS ]; then
      case $1 in doctor) continue ;; esac
      [ -r "$ntfy_value" ] && continue
    fi
    export "NTFY_JOB_$ntfy_name=$ntfy_value"
    unset "$ntfy_name"
  done
}

ntfy_needed=': it needs Node.js 20.19 or later'

# Runs the command of `done` without Node, and without a notification; returns where there is none.
run_unnotified() {
  while [ $# -gt 0 ] && [ "$1" != 'done' ]; do
    case $1 in
    -o | --option) [ $# -ge 3 ] && shift 2 ;;
    -o?* | --option=* | -[bctl] | --backend | --config | --title | --log-level | --color) [ $# -ge 2 ] && shift ;;
    -*) ;;
    *) return ;;
    esac
    shift
  done
  [ $# -gt 0 ] && shift
  while [ $# -gt 0 ]; do
    case $1 in
    --)
      shift
      break
      ;;
    --shell) [ $# -ge 2 ] && shift && set -- --shell="$@" ;;
    esac
    case $1 in
    --shell=*)
      ntfy_script=${1#--shell=}
      shift
      set -- sh -c "$ntfy_script" sh "$@"
      break
      ;;
    # Nothing of these is a command to run.
    --pid | --pid=* | --formatter* | --name | --name=* | --container* | --unit* | --gh-run* | --ssh* | --wait-for-start*) return ;;
    --status) exit "${2:-64}" ;;
    --status=*) exit "${1#--status=}" ;;
    --longer-than | --tail | --log | --on | --ping | --needs-input | --stalled | --overdue | --match | --config | --title | --log-level | --color) [ $# -ge 2 ] && shift ;;
    --*) ;;
    -?*)
      # The first letter that has a value takes the rest of the word, or the next one.
      ntfy_text=${1#"${1%%[Lpctl]*}"}
      case $ntfy_text in p*) return ;; ?) [ $# -ge 2 ] && shift ;; esac
      ;;
    *) break ;;
    esac
    shift
  done
  [ $# -gt 0 ] || return
  # In a shell of its own there is nothing to be put back.
  (exec >&2 && echo "ntfy: $ntfy_unfit$ntfy_needed (the command runs, and does not notify)")
  put_back
  exec "$@"
}

put_back() {
  for ntfy_name in $ntfy_aside; do
    eval "ntfy_value=\${NTFY_JOB_$ntfy_name-}"
    [ "$ntfy_value" ] && export "$ntfy_name=$ntfy_value"
    unset "NTFY_JOB_$ntfy_name"
  done
  unset NTFY_LAUNCHER NTFY_ENVIRON
}

# What was ignored when this shell started, in $ntfy_ignored, and the blocked signals, in $ntfy_blocked.
# /proc shows what is ignored now, which includes what the shell itself ignores; a trap cannot be set for a signal that
# was ignored on entry. A blocked signal would look ignored to the trap and stay pending, so that one is not tried.
note_signals() {
  ntfy_ignored='' ntfy_blocked='' ntfy_line='' ntfy_held=0 ntfy_mask=-1
  # shellcheck disable=SC2086 # words are wanted; the name before them may hold spaces and parentheses
  read -r ntfy_line 2>/dev/null </proc/$$/stat && split_stat ${ntfy_line##*) }
  [ "$ntfy_mask" = 0 ] && [ "$ntfy_held" = 0 ] && return
  ntfy_bit=1
  for ntfy_signal in HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP \
    TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS; do
    if [ $((ntfy_held & ntfy_bit)) != 0 ]; then
      ntfy_blocked="$ntfy_blocked $ntfy_signal"
      [ $((ntfy_mask & ntfy_bit)) = 0 ] || ntfy_ignored="$ntfy_ignored $ntfy_signal"
    elif [ $((ntfy_mask & ntfy_bit)) != 0 ] && was_ignored $ntfy_signal; then
      ntfy_ignored="$ntfy_ignored $ntfy_signal"
    fi
    ntfy_bit=$((ntfy_bit * 2))
  done
}

# Fields 32 and 33 of /proc/PID/stat; the words begin with field 3.
split_stat() {
  ntfy_held=${30:-0} ntfy_mask=${31:--1}
}

was_ignored() {
  case $1 in
  # Shells listen to CHLD from their start, so that one is lost.
  KILL | STOP | CHLD) return 1 ;;
  # Only Linux has these; dash knows one of them by its number alone.
  STKFLT | PWR) [ "$ntfy_mask" != -1 ] || return 1 ;;
  esac
  [ "$1" != STKFLT ] || set -- 16
  ntfy_caught=''
  # shellcheck disable=SC3045 # names are those of the kernel
  trap 'ntfy_caught=1' "$1" 2>/dev/null && kill -s "$1" $$ 2>/dev/null || return 1
  trap - "$1"
  [ -z "$ntfy_caught" ]
}

# The caller's descriptors from 3 on, in $ntfy_descriptors: neither the one that listed them, which is gone when it is
# looked at again, nor the one that this script is read from.
note_descriptors() {
  ntfy_descriptors='' ntfy_folder=/proc/$$/fd
  [ -d "$ntfy_folder" ] || ntfy_folder=/dev/fd
  for ntfy_entry in "$ntfy_folder"/*; do
    ntfy_number=${ntfy_entry##*[/]}
    case $ntfy_number in [012] | *[!0-9]*) continue ;; esac
    # shellcheck disable=SC3013 # dash, bash and busybox have -ef
    [ -e "$ntfy_entry" ] && ! [ "$ntfy_entry" -ef "$0" ] && ntfy_descriptors="$ntfy_descriptors $ntfy_number"
  done
}

# The limits of open files, those that Node needs, and the environment that this process was started with, in one fork, a
# line each; false without the environment.
print_state() {
  exec 2>/dev/null
  # shellcheck disable=SC3045 # dash, bash and busybox have -S and -H
  { ulimit -Sn && ulimit -Hn; } || echo '
'
  print_limits
  echo
  [ -r "/proc/$$/environ" ] && exec base64 -w0 <"/proc/$$/environ"
}

# Hands over what Node is about to destroy. Whatever fails here, the command runs with what there is.
note_state() {
  ntfy_state=$(print_state) && ntfy_has_environment=1 || ntfy_has_environment=''
  ntfy_soft=${ntfy_state%%"$ntfy_newline"*} ntfy_state=${ntfy_state#*"$ntfy_newline"}
  ntfy_hard=${ntfy_state%%"$ntfy_newline"*} ntfy_state=${ntfy_state#*"$ntfy_newline"}
  ntfy_limits=${ntfy_state%%"$ntfy_newline$ntfy_newline"*}
  case $ntfy_state in
  *"$ntfy_newline$ntfy_newline"*) ntfy_state=${ntfy_state#*"$ntfy_newline$ntfy_newline"} ;;
  *) ntfy_state='' ;;
  esac
  # So few that Node does not start, and that a shell cannot put back what it has redirected.
  case $ntfy_soft in
  [0-9] | 1[0-9])
    ntfy_unfit="Node.js cannot start with $ntfy_soft open files" ntfy_needed=''
    run_unnotified "$@"
    ;;
  esac
  [ "$ntfy_soft" = "$ntfy_hard" ] && ntfy_soft=''
  note_signals
  note_descriptors
  # A variable may have 128 kB, and a command line of a megabyte leaves no room for a second environment.
  ntfy_words="$*"
  if [ "$ntfy_has_environment" ] && [ ${#ntfy_state} -lt 131000 ] && [ ${#ntfy_words} -lt 1000000 ]; then
    export NTFY_ENVIRON="$ntfy_state"
  fi
  export NTFY_LAUNCHER="ignored=${ntfy_ignored# };blocked=${ntfy_blocked# };nofile=$ntfy_soft;fds=${ntfy_descriptors# }"
}

run_node() {
  set_aside "$@"
  ntfy_unfit=''
  # The entry itself says which Node is too old: nothing is asked for a version.
  [ "$*" = --version ] && find_node : && exec "$ntfy_node" "$0" "$@"
  find_node fits && exec "$ntfy_node" "$0" "$@"
  [ "$ntfy_unfit" ] && run_unnotified "$@"
  ntfy_unfit=${ntfy_unfit:-"no Node.js: neither NTFY_NODE, nor in PATH, nor beside $0"}
  refuse
}

refuse() {
  (exec >&2 && echo "ntfy: $ntfy_unfit$ntfy_needed")
  exit 127
}

# Only `shell-integration` and a shell's name, and `completion` of one, is answered here: no Node, no fork. Returns for these.
start_node() {
  for ntfy_word in "$@"; do
    [ "$ntfy_word" = 'done' ] && note_state "$@" && break
  done
  case $#${1-} in
  [123]shell-integration | 2completion) ;;
  *) run_node "$@" ;;
  esac
}

ntfy_limits='' ntfy_spooled=''
for ntfy_word in "$@"; do
  case $ntfy_word in hook | --no-wait) ntfy_spooled=1 ;; esac
done
# What stands below is not even read for a command that Node runs.
[ "$ntfy_spooled" ] || start_node "$@"

# @spool@

if [ "$ntfy_spooled" ]; then
  spool_call "$@"
  start_node "$@"
fi
ntfy_completion=''
case $#$1${2-} in
2completionbash | 2completionzsh | 2completionfish) ntfy_completion=$2 ntfy_shell=$2 ;;
2completion*) run_node "$@" ;;
1*) ntfy_shell='' ;;
3*-integration-s | 3*-integration--shell) ntfy_shell=$3 ;;
2*-integration-s?*) ntfy_shell=${2#-s} ;;
2*-integration--shell=?*) ntfy_shell=${2#--shell=} ;;
*) run_node "$@" ;;
esac

# The shell that a program's name stands for, in $ntfy_shell: `-bash`, `/bin/bash` and `zsh-5.9` are names as well.
name_shell() {
  ntfy_name=${1##*[/]}
  ntfy_name=${ntfy_name#-}
  for ntfy_shell in bash zsh fish nushell nu elvish xonsh powershell pwsh; do
    case $ntfy_name in "$ntfy_shell" | "$ntfy_shell"[-.0-9]*) ;; *) continue ;; esac
    case $ntfy_shell in nu) ntfy_shell=nushell ;; pwsh) ntfy_shell=powershell ;; esac
    return 0
  done
  return 1
}

if [ $# = 1 ]; then
  ntfy_parent=''
  if [ -r "/proc/$PPID/comm" ]; then
    read -r ntfy_parent <"/proc/$PPID/comm"
  else
    ntfy_parent=$(ps -o comm= -p "$PPID" 2>/dev/null)
  fi
  name_shell "$ntfy_parent" || name_shell "${SHELL-}" || ntfy_shell=''
fi
[ "$ntfy_completion" ] || case $ntfy_shell in bash | zsh | fish | nushell | elvish | xonsh | powershell) find_node : || run_node ;; *) run_node "$@" ;; esac

# Puts $1, quoted for $ntfy_shell, into $ntfy_quoted. In the quotes of fish and xonsh a backslash escapes; in those of nushell nothing has to.
quote() {
  ntfy_quoted='' ntfy_text=$1
  [ "$ntfy_shell" = nushell ] && ntfy_quoted="r###'$1'###" && return
  case $ntfy_text in *[\\\']*) ;; *) ntfy_quoted=$ntfy_text ntfy_text='' ;; esac
  while [ "$ntfy_text" ]; do
    ntfy_rest=${ntfy_text#?}
    ntfy_character=${ntfy_text%"$ntfy_rest"}
    case $ntfy_shell$ntfy_character in
    fish\\ | fish\' | xonsh\\ | xonsh\') ntfy_character=\\$ntfy_character ;;
    elvish\' | powershell\') ntfy_character="''" ;;
    *\') ntfy_character="'\\''" ;;
    esac
    ntfy_quoted=$ntfy_quoted$ntfy_character ntfy_text=$ntfy_rest
  done
  ntfy_quoted="'$ntfy_quoted'"
}

print_assignments() {
  case $0 in /*) ntfy_bin=$0 ;; *) ntfy_bin=$PWD/${0#./} ;; esac
  case $ntfy_node in /*) ;; *) ntfy_node=$PWD/$ntfy_node ;; esac
  case $ntfy_bin in
  *[/]node_modules/.bin/* | *[/]_npx/*)
    echo "ntfy: $ntfy_bin is a temporary installation: install ntfy with npm install -g, then run shell-integration again" >&2
    ;;
  esac
  ntfy_assign='' ntfy_equals='='
  case $ntfy_shell in
  fish) ntfy_assign='set -g ' ntfy_equals=' ' ;;
  elvish) ntfy_assign='set-env ' ntfy_equals=' ' ;;
  nushell) ntfy_assign='$env.' ntfy_equals=' = ' ;;
  xonsh) ntfy_assign='$' ntfy_equals=' = ' ;;
  powershell) ntfy_assign='$env:' ntfy_equals=' = ' ;;
  esac
  quote "$ntfy_bin"
  printf '%sNTFY_BIN%s%s\n' "$ntfy_assign" "$ntfy_equals" "$ntfy_quoted"
  quote "$ntfy_node"
  printf '%sNTFY_NODE%s%s\n' "$ntfy_assign" "$ntfy_equals" "$ntfy_quoted"
}

# Becomes `cat` of what lies beside this file, to which npm makes links; returns where it is not there.
print_beside() {
  ntfy_links=${0%/*}
  for ntfy_folder in "$ntfy_links" "$ntfy_links/../lib/node_modules/ntfy-done/dist" "$ntfy_links/../ntfy-done/dist" ''; do
    [ "$ntfy_folder" ] || { ntfy_folder=$(exec readlink -f "$0" 2>/dev/null) && ntfy_folder=${ntfy_folder%/*}; }
    # shellcheck disable=SC3013 # dash, bash and busybox have -ef
    [ -r "$ntfy_folder/$1" ] && [ "$ntfy_folder/ntfy" -ef "$0" ] || continue
    [ "$ntfy_completion" ] || print_assignments
    exec cat "$ntfy_folder/$1"
  done
}

case $ntfy_shell in
nushell) ntfy_extension=nu ;;
elvish) ntfy_extension=elv ;;
xonsh) ntfy_extension=xsh ;;
powershell) ntfy_extension=ps1 ;;
*) ntfy_extension=$ntfy_shell ;;
esac
if [ "$ntfy_completion" ]; then print_beside "completion/$ntfy_completion"; else print_beside "shell/ntfy.$ntfy_extension"; fi
run_node "$@"
