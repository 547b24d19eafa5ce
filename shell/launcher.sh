#!/bin/sh
# The shell half of the bin `ntfy`, for any POSIX sh: dash, bash as sh, busybox.
#
# Node resets every signal and raises the limit of open files before any JavaScript runs, and dash drops variables
# whose names are not identifiers. Whoever wraps a command has to note these things first, so the bin is a shell
# script as far as the exec of node, and JavaScript after it.
#
# The build makes `dist/ntfy` of this file in four steps:
#   1. take line 1, then the line `':' /*` (a no-op for sh; a string and the start of a comment for JavaScript);
#   2. then this text without its lines that are only comments;
#   3. in place of the line `# @scripts@`, for bash, zsh and fish each, one command (TEXT: the file's bytes, each ' as
#      '\'' and each end of a JavaScript comment as *'/'):
#      [ "$ntfy_shell" = NAME ] && { printf %s 'TEXT'; exit; }
#   4. then the end of the comment, a semicolon, and the JavaScript entry, as CommonJS. The build fails if the comment
#      ends before that.

# Every variable begins with ntfy_: one that the caller exports under another name must reach the command unchanged.

# Leaves the path of Node in $ntfy_node; false if there is no Node.
find_node() {
  ntfy_node=${NTFY_NODE-}
  [ -f "$ntfy_node" ] && [ -x "$ntfy_node" ] && return
  IFS=:
  for ntfy_folder in ${PATH-}; do
    ntfy_node=${ntfy_folder:-.}/node
    [ -f "$ntfy_node" ] && [ -x "$ntfy_node" ] && unset IFS && return
  done
  unset IFS
  ntfy_node=${0%/*}/node
  [ -f "$ntfy_node" ] && [ -x "$ntfy_node" ]
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

# The limits of open files and the environment that this process was started with, in one fork, a line each; false
# without the environment.
print_state() {
  exec 2>/dev/null
  # shellcheck disable=SC3045 # dash, bash and busybox have -S and -H
  { ulimit -Sn && ulimit -Hn; } || echo '
'
  [ -r "/proc/$$/environ" ] && exec base64 -w0 <"/proc/$$/environ"
}

# Hands over what Node is about to destroy. Whatever fails here, the command runs with what there is.
note_state() {
  note_signals
  note_descriptors
  ntfy_state=$(print_state) && ntfy_has_environment=1 || ntfy_has_environment=''
  ntfy_newline='
'
  ntfy_soft=${ntfy_state%%"$ntfy_newline"*} ntfy_state=${ntfy_state#*"$ntfy_newline"}
  ntfy_hard=${ntfy_state%%"$ntfy_newline"*}
  case $ntfy_state in *"$ntfy_newline"*) ntfy_state=${ntfy_state#*"$ntfy_newline"} ;; *) ntfy_state='' ;; esac
  [ "$ntfy_soft" = "$ntfy_hard" ] && ntfy_soft=''
  # A variable may have 128 kB, and a command line of a megabyte leaves no room for a second environment.
  ntfy_words="$*"
  if [ "$ntfy_has_environment" ] && [ ${#ntfy_state} -lt 131000 ] && [ ${#ntfy_words} -lt 1000000 ]; then
    export NTFY_ENVIRON="$ntfy_state"
  fi
  export NTFY_LAUNCHER="ignored=${ntfy_ignored# };blocked=${ntfy_blocked# };nofile=$ntfy_soft;fds=${ntfy_descriptors# }"
}

run_node() {
  if ! find_node; then
    echo "ntfy: no Node.js: neither NTFY_NODE, nor in PATH, nor beside $0; it needs node 20.19 or later" >&2
    exit 127
  fi
  exec "$ntfy_node" "$0" "$@"
}

for ntfy_word in "$@"; do
  [ "$ntfy_word" = 'done' ] && note_state "$@" && break
done

# Only `shell-integration` and a shell's name is answered here: no Node, no fork.
case $#${1-} in
[123]shell-integration) ;;
*) run_node "$@" ;;
esac
case $#$1${2-} in
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
  for ntfy_shell in bash zsh fish; do
    case $ntfy_name in "$ntfy_shell" | "$ntfy_shell"[-.0-9]*) return 0 ;; esac
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
case $ntfy_shell in bash | zsh | fish) find_node || run_node ;; *) run_node "$@" ;; esac

# Puts $1, quoted for $ntfy_shell, into $ntfy_quoted. In the quotes of fish a backslash escapes.
quote() {
  ntfy_quoted='' ntfy_text=$1
  case $ntfy_text in *[\\\']*) ;; *) ntfy_quoted=$ntfy_text ntfy_text='' ;; esac
  while [ "$ntfy_text" ]; do
    ntfy_rest=${ntfy_text#?}
    ntfy_character=${ntfy_text%"$ntfy_rest"}
    case $ntfy_shell$ntfy_character in
    fish\\ | fish\') ntfy_character=\\$ntfy_character ;;
    *\') ntfy_character="'\\''" ;;
    esac
    ntfy_quoted=$ntfy_quoted$ntfy_character ntfy_text=$ntfy_rest
  done
  ntfy_quoted="'$ntfy_quoted'"
}

case $0 in /*) ntfy_bin=$0 ;; *) ntfy_bin=$PWD/${0#./} ;; esac
case $ntfy_node in /*) ;; *) ntfy_node=$PWD/$ntfy_node ;; esac
case $ntfy_bin in
*[/]node_modules/.bin/* | *[/]_npx/*)
  echo "ntfy: $ntfy_bin is a temporary installation: install ntfy with npm install -g, then run shell-integration again" >&2
  ;;
esac
ntfy_assign='' ntfy_equals='='
[ "$ntfy_shell" = fish ] && ntfy_assign='set -g ' ntfy_equals=' '
quote "$ntfy_bin"
printf '%sNTFY_BIN%s%s\n' "$ntfy_assign" "$ntfy_equals" "$ntfy_quoted"
quote "$ntfy_node"
printf '%sNTFY_NODE%s%s\n' "$ntfy_assign" "$ntfy_equals" "$ntfy_quoted"
# @scripts@
run_node "$@"
