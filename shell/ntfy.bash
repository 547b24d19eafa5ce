# shellcheck shell=bash
# ntfy.bash - notifies when a long command is done, for interactive bash 3.2 and later.
#
#   source ntfy.bash              or   eval "$(ntfy shell-integration -s bash)"
#   ntfy_unhook                   removes the hooks from the running shell
#
# Settings: shell variables, exported or not, which may be changed at any time.
#
#   NTFY_LONGER_THAN              notify from this many seconds on (2, 0.5); else longer_than of the configuration, else 10
#   NTFY                          "off": no notifications from this shell
#   NTFY_PRIVATE                  "hide": commands that the history does not keep notify too, without their text;
#                                 "drop": they do not; else private of the configuration, else "drop"
#   NTFY_FOREGROUND_TOO           1: notify even while somebody is looking at the terminal
#   NTFY_BACKGROUND               1: the ends of jobs started with & notify, too, at the next prompt
#   NTFY_BIN                      the program to call; otherwise ntfy from PATH
#   NTFY_NODE                     the node that NTFY_BIN runs on, given to it in its environment
#   AUTO_NTFY_DONE_LONGER_THAN    "-L5" or "5": goes before NTFY_LONGER_THAN
#   AUTO_NTFY_DONE_UNFOCUSED_ONLY "-b": only while nobody is looking, whatever NTFY_FOREGROUND_TOO is
#   AUTO_NTFY_DONE_IGNORE         commands that never notify, separated by spaces
#   AUTO_NTFY_DONE_OPTS           further options for the notification (a string or an array)
#
# Locals are called _ntfy_*: one of the user's with the name of a local may be readonly, or hand on its attributes.
#
# How it works. Bash expands PS0 after it has read a command and before it runs it: an arithmetic expansion in it notes
# the time and yields no text. At the prompt, an expansion in PROMPT_COMMAND compares. Neither runs a command or forks,
# so DEBUG traps, $_, PIPESTATUS and set -x see nothing of them. Before bash 4.4, which has no PS0, it is a DEBUG trap.
# Where something in here could fail, it is kept from failing: an error in PS0 would drop the command just typed.

# An alias would be expanded while the functions below are read, and allexport would give them to every program. These
# two variables are not called __ntfy_*: ntfy_unhook, also that of an older file, unsets those.
\builtin shopt -q expand_aliases && _ntfy_aliases=1
\builtin shopt -u expand_aliases
[[ $- == *a* ]] && _ntfy_exporting=1
builtin set +a
builtin declare -F ntfy_unhook >/dev/null && ntfy_unhook again

# Not `return`: inside eval that would end the file that has the eval.
if [[ $- == *i* && $- != *r* ]]; then

# __ntfy_parse SECONDS: sets __ntfy_us, in microseconds; fails for anything but a decimal number.
__ntfy_parse() {
  case $1 in '' | . | *[!0123456789.]* | *.*.*) return 1 ;; esac
  local _ntfy_whole=0${1%%.*} _ntfy_part=000000
  case $1 in *.*) _ntfy_part=${1#*.}000000 ;; esac
  (( ${#_ntfy_whole} > 10 )) && _ntfy_whole=9999999999
  __ntfy_us=$(( 10#$_ntfy_whole * 1000000 + 10#${_ntfy_part:0:6} ))
}

# Sets __ntfy_us to the threshold: the variables, the file that ntfy keeps of its configuration, ten seconds.
__ntfy_threshold() {
  local _ntfy_value=${AUTO_NTFY_DONE_LONGER_THAN-}
  __ntfy_us=10000000 __ntfy_always=
  __ntfy_settings
  _ntfy_value=${_ntfy_value#-L} _ntfy_value=${_ntfy_value#--longer-than} _ntfy_value=${_ntfy_value#[= ]}
  __ntfy_parse "$_ntfy_value" || __ntfy_parse "${NTFY_LONGER_THAN-}" || builtin :
}

# Sets what that file holds: the threshold, and to __ntfy_always the words of commands that notify however short they are.
__ntfy_settings() {
  local _ntfy_line _ntfy_count=0 _ntfy_state _ntfy_file
  __ntfy_state
  _ntfy_file=$_ntfy_state/hook-settings
  # A corrupt settings file must not break the prompt: only so much of it is read.
  __ntfy_mine "$_ntfy_file" && [[ -r $_ntfy_file ]] || return 0
  while (( _ntfy_count++ < 64 )) && { IFS= builtin read -r -n 256 _ntfy_line || [[ -n $_ntfy_line ]]; }; do
    _ntfy_line=${_ntfy_line%$'\r'}
    case $_ntfy_line in
      always=*[!A-Za-z0-9_.+\ -]*) __ntfy_always='*' ;;
      always=*) __ntfy_always=${_ntfy_line#always=} ;;
    esac
    case ${_ntfy_line#longer_than_ms=} in
      "$_ntfy_line" | '' | *[!0123456789]* | ??????????????*) ;;
      *) __ntfy_us=$(( 10#${_ntfy_line#longer_than_ms=} * 1000 )) ;;
    esac
  done 2>/dev/null <"$_ntfy_file"
  return 0
}

# Is one of the places of the configuration newer than what ntfy keeps of it? The program gives that file the time of the
# newest of them. Looked at once a second at most.
__ntfy_stale() {
  local _ntfy_state _ntfy_file _ntfy_places=${XDG_CONFIG_HOME-}
  __ntfy_check=$(( __ntfy_at + 1000000 ))
  __ntfy_state
  _ntfy_file=$_ntfy_state/hook-settings
  [[ $_ntfy_places == /* ]] || _ntfy_places=${HOME-}/.config
  _ntfy_places=$_ntfy_places/ntfy
  [[ $_ntfy_places -nt $_ntfy_file || $_ntfy_places/ntfy.yml -nt $_ntfy_file || $_ntfy_places/ntfy.yaml -nt $_ntfy_file ||
    $_ntfy_places/ntfy.json -nt $_ntfy_file || ${HOME-}/.ntfy.yml -nt $_ntfy_file || /etc/xdg/ntfy/ntfy.yml -nt $_ntfy_file ||
    "${HOME-}/Library/Application Support/ntfy/ntfy.yml" -nt $_ntfy_file ]] ||
    [[ -n ${NTFY_CONFIG-} && $NTFY_CONFIG -nt $_ntfy_file ]]
}

# Has the program write it again, once for a change, and reads it when that is done.
__ntfy_renew() {
  if ! __ntfy_stale; then
    [[ -z $__ntfy_renewing ]] || __ntfy_watch
    __ntfy_renewing=
    return
  fi
  __ntfy_check=0
  [[ -z $__ntfy_renewing ]] || return 0
  __ntfy_renewing=1
  (
    __ntfy_plain
    builtin command "${NTFY_BIN:-ntfy}" shell-next --settings &
  ) </dev/null >/dev/null 2>&1
}

# In a process of its own: nothing of the user's options, traps and functions is to have a say here.
__ntfy_plain() {
  builtin set +aefkuvxCET +o posix
  builtin trap '' HUP INT QUIT TSTP
  builtin trap - DEBUG ERR RETURN
  builtin shopt -u nocasematch failglob nullglob extdebug expand_aliases
  builtin unset -f command_not_found_handle
  [[ -z ${NTFY_NODE-} ]] || builtin export NTFY_NODE
}

# The time in microseconds, in __ntfy_now, as the start was noted.
__ntfy_clock() {
  case $__ntfy_clock in
    fine) __ntfy_now=$(( 10#0${EPOCHREALTIME+${EPOCHREALTIME//[^0-9]/}} )) ;;
    epoch) builtin printf -v __ntfy_now '%(%s)T000000' -1 ;;
    *) __ntfy_now=$(( (SECONDS + 1) * 1000000 )) ;;
  esac
}

# __ntfy_prompt LAST-WORD: called at a prompt when a command took some time, or the settings may have changed.
# $__ntfy_word holds its status, its last word and the text of the last simple command. Succeeds always: under set -e a
# failure would end the shell.
__ntfy_prompt() {
  # A DEBUG trap of the user's ran for the line that called this, and may have counted it as a command: from now on only
  # where there is something to notify.
  local _ntfy_last=${__ntfy_word#* } _ntfy_exporting=''
  [[ $- != *a* ]] || _ntfy_exporting=1
  builtin set +a
  [[ ${1:0:99} == "${_ntfy_last%%"$__ntfy_mark"*}" ]] || __ntfy_trapped=1
  __ntfy_look "${__ntfy_word%% *}" "${__ntfy_word#*"$__ntfy_mark"}" || builtin :
  __ntfy_word=
  [[ -z $_ntfy_exporting ]] || builtin set -a
}

# In a process of its own, where a DEBUG trap of the user's does not see it: notifies, and leaves nothing behind.
__ntfy_apart() {
  local _ntfy_apart=1
  builtin set +a
  __ntfy_look "${__ntfy_word%% *}" "${__ntfy_word#*"$__ntfy_mark"}" || builtin :
}

# __ntfy_look STATUS COMMAND
__ntfy_look() {
  local _ntfy_status=$1 _ntfy_command=$2 _ntfy_took=$__ntfy_took _ntfy_resumed='' _ntfy_short='' _ntfy_asks='' _ntfy_mark='' _ntfy_job
  __ntfy_took=-1
  if [[ -z ${_ntfy_apart-} && -n ${NTFY_BACKGROUND-}${__ntfy_back[*]-} ]]; then __ntfy_background; fi
  if (( _ntfy_took >= 0 )); then __ntfy_gone; fi
  # What takes no twentieth of a second comes here because of __ntfy_always.
  if [[ -z $__ntfy_always ]] || (( _ntfy_took < 0 || _ntfy_took >= 50000 )); then __ntfy_watch; fi
  if (( __ntfy_at >= __ntfy_check || _ntfy_took >= 50000 )); then __ntfy_renew; fi
  if (( _ntfy_took >= 0 && _ntfy_status > 144 && _ntfy_status < 151 )) && __ntfy_suspended; then return 0; fi
  if (( _ntfy_took >= 50000 )) || [[ -n ${__ntfy_asked[*]-} ]]; then __ntfy_take; fi
  for _ntfy_job in ${__ntfy_jobs[@]+"${!__ntfy_jobs[@]}"}; do
    __ntfy_alive "$_ntfy_job" || __ntfy_over "$_ntfy_job"
  done
  (( _ntfy_took >= 0 )) || return 0
  [[ ${NTFY-} != off && ( $_ntfy_status != 130 || -n $_ntfy_mark ) ]] || return 0
  (( _ntfy_took >= __ntfy_us )) || _ntfy_short=--short
  # The configuration has just changed: the program knows what it says.
  if [[ -n $__ntfy_renewing && -z ${NTFY_LONGER_THAN-}${AUTO_NTFY_DONE_LONGER_THAN-} ]] && (( _ntfy_took >= 50000 )); then
    _ntfy_short=--unsure
  fi
  [[ -z $_ntfy_mark ]] || _ntfy_short=--marked=$_ntfy_mark
  [[ $_ntfy_short != --short || -n $__ntfy_always ]] || return 0
  __ntfy_fresh || _ntfy_command=
  if [[ $_ntfy_short == --short ]] && ! __ntfy_listed "$_ntfy_status" "$_ntfy_command" "$_ntfy_resumed"; then return 0; fi
  if [[ $_ntfy_short != --short && -z $_ntfy_mark ]] && ! __ntfy_foreground_too && __ntfy_answers; then _ntfy_asks=1; fi
  # It was notified in a process of its own.
  if (( __ntfy_fire )) && [[ -z ${_ntfy_apart-} ]]; then return 0; fi
  __ntfy_count
  __ntfy_launch "$_ntfy_status" "$(( _ntfy_took / 1000 ))" "$_ntfy_command" "$_ntfy_resumed" "$_ntfy_short"
  __ntfy_ran=$_ntfy_command
}

# Sets state to the folder of what ntfy keeps. In another user's home (sudo -E) root keeps nothing.
__ntfy_state() {
  local _ntfy_folder
  _ntfy_state=${XDG_STATE_HOME-}
  [[ $_ntfy_state == /* ]] || _ntfy_state=${HOME-}/.local/state
  _ntfy_state=$_ntfy_state/ntfy
  _ntfy_folder=$_ntfy_state
  while (( EUID == 0 )) && [[ -n $_ntfy_folder ]]; do
    if [[ -e $_ntfy_folder && ! -O $_ntfy_folder ]]; then
      _ntfy_state=~root
      _ntfy_state=$_ntfy_state/.local/state/ntfy
      return
    fi
    _ntfy_folder=${_ntfy_folder%/*}
  done
}

# Is FILE one of ours, or none at all? A pipe in its place would hold up the prompt, and a link lead to another file.
__ntfy_mine() {
  [[ -O ${1%/*} && ! -L $1 ]] && [[ ! -e $1 || ( -f $1 && -O $1 ) ]]
}

# Counts the notifications, and arms PS0 to inform the program when the next command starts.
__ntfy_count() {
  __ntfy_told=1 __ntfy_turn=$(( __ntfy_turn + 1 ))
  (( __ntfy_turn > 1 )) || __ntfy_first
  [[ -z $__ntfy_waits && ${PS0-} != *"$__ntfy_leave"* ]] && __ntfy_changes PS0 && builtin shopt -q promptvars || return 0
  # At its end: what stands behind it would see another status.
  PS0=${PS0-}$__ntfy_leave
  __ntfy_know
}

# May this variable be changed? A failing assignment would end the function that has it. Only from bash 4.4 on.
__ntfy_changes() {
  local _ntfy_attributes
  builtin eval "_ntfy_attributes=\${$1+\${$1@a}}"
  [[ $_ntfy_attributes != *r* ]]
}

# Before the first call: empties the file that an earlier shell with the number of this one may have left, and finds out by
# it, without a process, whether there is a trap for CHLD. The process that PS0 starts would set it off: then, and before
# bash 4.4, what is to be done at the start of the next command waits for the prompt after it.
__ntfy_first() {
  local _ntfy_state
  __ntfy_state
  [[ -d $_ntfy_state/shells ]] || ( builtin set +ex; builtin umask 077; builtin command mkdir -p "$_ntfy_state/shells" ) >/dev/null 2>&1
  # Without the file it is not known.
  if ! __ntfy_mine "$_ntfy_state/shells/$$"; then
    __ntfy_waits=1
    return 0
  fi
  { builtin trap -p CHLD >|"$_ntfy_state/shells/$$"; } 2>/dev/null
  [[ $__ntfy_clock != coarse && ! -s $_ntfy_state/shells/$$ ]] || __ntfy_waits=1
  [[ ! -s $_ntfy_state/shells/$$ ]] || { builtin : >|"$_ntfy_state/shells/$$"; } 2>/dev/null
}

# After a command: PS0 has nothing to see to any more. Where it could not, it is done now.
__ntfy_gone() {
  if (( __ntfy_told )); then
    ( __ntfy_next ) </dev/null >/dev/null 2>&1
    __ntfy_told=0
  fi
  [[ $__ntfy_clock != coarse && ${PS0-} == *"$__ntfy_leave"* ]] && __ntfy_changes PS0 || return 0
  PS0=${PS0//"$__ntfy_leave"/}
}

# In a process of its own, as the next command starts: records for the program that its last notification is out of date,
# and has it withdraw what it still shows.
__ntfy_next() {
  builtin trap - DEBUG ERR RETURN
  builtin set +efux
  local _ntfy_state _ntfy_shown IFS=$' \t\n'
  __ntfy_state
  if [[ ! -d $_ntfy_state/shells ]]; then
    builtin umask 077
    builtin command mkdir -p "$_ntfy_state/shells"
  fi
  __ntfy_mine "$_ntfy_state/shells/$$" && builtin printf %s "$__ntfy_turn" >|"$_ntfy_state/shells/$$"
  for _ntfy_shown in "${XDG_RUNTIME_DIR-}/ntfy/desktop/thread-shell-$$-"*; do
    [[ -f $_ntfy_shown ]] || continue
    builtin set +akCET +o posix
    builtin trap '' HUP INT QUIT TSTP
    builtin shopt -u failglob expand_aliases
    builtin unset -f command_not_found_handle
    [[ -z ${NTFY_NODE-} ]] || builtin export NTFY_NODE
    builtin command "${__ntfy_program:-ntfy}" shell-next --shell-pid "$$" &
    return
  done
}

# __ntfy_listed STATUS COMMAND RESUMED: may it be a command that always notifies? The program decides.
__ntfy_listed() {
  local _ntfy_word _ntfy_text='' IFS=' '
  [[ $__ntfy_always != '*' && -z $3 ]] || return 0
  [[ $1 != 0 && " $__ntfy_always " == *' failure '* ]] && return
  # The history did not keep it, and does not leave out what it has already.
  if [[ $__ntfy_clock != coarse && ${HISTCONTROL-} != *dups* && ${HISTCONTROL-} != *both* ]]; then
    (( __ntfy_line > __ntfy_before )) || return
  fi
  # By way of a file bash reads what it prints without a process.
  {
    builtin history 1 >|"$__ntfy_file"
    IFS='' builtin read -r -d '' -n 4096 _ntfy_text <"$__ntfy_file"
    builtin : >|"$__ntfy_file"
  } 2>/dev/null
  _ntfy_text=" $_ntfy_text $2 "
  for _ntfy_word in $__ntfy_always; do
    [[ $_ntfy_text == *[!A-Za-z0-9_.+-]"$_ntfy_word"[!A-Za-z0-9_.+-]* ]] && return
  done
  return 1
}

# Sets __ntfy_file to a file that nobody else can read.
__ntfy_prepare() {
  local _ntfy_state
  if [[ ${XDG_RUNTIME_DIR-} == /* && -O $XDG_RUNTIME_DIR ]]; then _ntfy_state=$XDG_RUNTIME_DIR/ntfy; else __ntfy_state; fi
  __ntfy_file=$_ntfy_state/history.$$
  [[ -f $__ntfy_file ]] && __ntfy_mine "$__ntfy_file" && return
  (
    builtin set +ex
    builtin umask 077
    builtin command mkdir -p "$_ntfy_state"
    # What somebody else left in its place.
    __ntfy_mine "$__ntfy_file" || builtin command rm -f "$__ntfy_file"
    builtin : >|"$__ntfy_file"
  ) </dev/null >/dev/null 2>&1
}

# Leaves word of this shell for `ntfy attend`, which may only come later, and starts that where it is wanted.
__ntfy_present() {
  local _ntfy_state _ntfy_file _ntfy_line='' IFS=' '
  { builtin read -r _ntfy_line </proc/$$/stat; } 2>/dev/null || return 0
  __ntfy_state
  if [[ ${XDG_RUNTIME_DIR-} == /* && -O $XDG_RUNTIME_DIR ]]; then _ntfy_file=$XDG_RUNTIME_DIR/ntfy-shells; else _ntfy_file=$_ntfy_state/hooked-shells; fi
  __ntfy_mine "$_ntfy_file" || return 0
  # Fields 7 and 22: the terminal and the start.
  # shellcheck disable=SC2086 # numbers
  builtin set -- ${_ntfy_line##*) }
  { builtin echo "$$ $5 ${20}" >>"$_ntfy_file"; } 2>/dev/null
  [[ -e $_ntfy_state/attend ]] && __ntfy_mine "$_ntfy_state/attend" || return 0
  ( NTFY_NODE=${NTFY_NODE-} builtin command -- "${NTFY_BIN:-ntfy}" attend & ) </dev/null >/dev/null 2>&1
  return 0
}

# Is the last job one that stopped just now? Then remembers which line of the history it is. A program may also end
# with the status of a stopped one: without a job it did.
__ntfy_suspended() {
  local _ntfy_job _ntfy_last=0 _ntfy_line=0
  for (( _ntfy_job = 1; _ntfy_job < _ntfy_last + 32; _ntfy_job++ )); do
    __ntfy_alive "$_ntfy_job" && _ntfy_last=$_ntfy_job
  done
  (( _ntfy_last )) || return 1
  (( __ntfy_line > __ntfy_before )) && _ntfy_line=$(( __ntfy_line - 1 ))
  [[ -n ${__ntfy_jobs[_ntfy_last]-} ]] || __ntfy_jobs[_ntfy_last]=$_ntfy_line
  __ntfy_held=1
  # What is noted in a process of its own is forgotten with it.
  [[ -z ${_ntfy_apart-} ]] || return 0
  __ntfy_take
  # When it began.
  [[ -z $_ntfy_mark ]] || __ntfy_asked[_ntfy_last]=$(( __ntfy_at - _ntfy_took ))
  # Only while there is a job for it, and no command of the user's with that name.
  builtin declare -F ntfy >/dev/null || { __ntfy_serves=1; builtin eval 'function ntfy { __ntfy_command "$@"; }'; }
  return 0
}

# __ntfy_alive JOB: of what `kill` was said to bash gives notice again, unless it has been listed.
__ntfy_alive() {
  { builtin kill -0 "%$1" && builtin jobs "%$1"; } >/dev/null 2>&1
}

# __ntfy_over JOB: one that was suspended has ended. Where it did so in the background nothing but a mark asks for its end.
__ntfy_over() {
  local _ntfy_pid='' _ntfy_job=''
  _ntfy_resumed=${__ntfy_jobs[$1]}
  if [[ -z ${__ntfy_asked[$1]-} ]]; then
    builtin :
  elif __ntfy_foregrounded "$_ntfy_command"; then
    _ntfy_mark=job
  elif [[ -z ${_ntfy_apart-} ]]; then
    __ntfy_prepare
    { builtin jobs -p "%$1" >|"$__ntfy_file"; builtin read -r _ntfy_pid <"$__ntfy_file"; } 2>/dev/null
    __ntfy_report "${_ntfy_pid:-0}" "$(( (__ntfy_at - ${__ntfy_asked[$1]}) / 1000 ))" "$_ntfy_resumed" 1 --marked=job
  fi
  builtin unset "__ntfy_jobs[$1]" "__ntfy_asked[$1]"
  [[ -n ${__ntfy_jobs[*]-} ]] || __ntfy_withhold
}

# No job is suspended any more.
__ntfy_withhold() {
  [[ -n ${__ntfy_back[*]-} ]] || __ntfy_held=0
  [[ -z $__ntfy_serves ]] || builtin unset -f ntfy
  __ntfy_serves=
}

# `ntfy fg [JOB]`: marks a suspended job and resumes it. Everything else is for the program.
__ntfy_command() {
  if [[ ${1-} != fg || ${2-} == -* ]]; then
    builtin command ntfy "$@"
    return
  fi
  local _ntfy_job __ntfy_now
  _ntfy_job=$(builtin jobs "${2:-%+}" 2>/dev/null) || builtin :
  _ntfy_job=${_ntfy_job#*[} _ntfy_job=${_ntfy_job%%]*}
  case $_ntfy_job in
    '' | *[!0123456789]*) builtin fg "${@:2}" ;;
    *)
      __ntfy_clock
      __ntfy_asked[_ntfy_job]=$__ntfy_now __ntfy_held=1
      [[ -n ${__ntfy_jobs[_ntfy_job]-} ]] || __ntfy_jobs[_ntfy_job]=0
      builtin fg "%$_ntfy_job" ;;
  esac
}

# __ntfy_foregrounded COMMAND: did that bring a job back? What bash has is of another command where prompt hooks precede us.
__ntfy_foregrounded() {
  case $1 in fg | fg[[:space:]]* | *builtin\ fg* | %*) return 0 ;; esac
  ! __ntfy_fresh
}

# Sets mark to the mark that `ntfy this` left of the running command, and takes it away; fails if there is none.
__ntfy_take() {
  local _ntfy_state _ntfy_file
  __ntfy_state
  _ntfy_file=$_ntfy_state/marks/$$
  [[ -s $_ntfy_file ]] && __ntfy_mine "$_ntfy_file" || return 0
  { IFS= builtin read -r -n 99 _ntfy_mark <"$_ntfy_file"; builtin : >|"$_ntfy_file"; } 2>/dev/null
  [[ $_ntfy_mark == cancel ]] || return 0
  _ntfy_mark='' __ntfy_asked=()
}

# At a prompt, for jobs in the background: which have ended, and which are new.
__ntfy_background() {
  local _ntfy_pid _ntfy_last=${!-}
  for _ntfy_pid in ${__ntfy_back[@]+"${!__ntfy_back[@]}"}; do
    __ntfy_runs "$_ntfy_pid" || __ntfy_ended "$_ntfy_pid"
  done
  if [[ ${NTFY_BACKGROUND:-0} == 0 ]]; then
    __ntfy_seen=off
  elif [[ $__ntfy_seen == off ]]; then
    # What was started before that is not asked for.
    __ntfy_seen=$_ntfy_last
  elif [[ $_ntfy_last != "$__ntfy_seen" ]]; then
    __ntfy_seen=$_ntfy_last
    [[ $_ntfy_command == bg* ]] || __ntfy_started
  fi
  if [[ -n ${__ntfy_back[*]-}${__ntfy_jobs[*]-} ]]; then __ntfy_held=1; else __ntfy_held=0; fi
}

# Remembers the jobs of the line that ran: each by its last process, with the first, the time, the line of the history,
# whether that is a new one, and the command as bash lists it, by way of a file, without a process.
__ntfy_started() {
  local _ntfy_list='' _ntfy_line _ntfy_first='' _ntfy_text='' _ntfy_new=() _ntfy_begun=$__ntfy_at IFS=$' \t\n'
  __ntfy_prepare
  (( _ntfy_took < 0 )) || _ntfy_begun=$(( __ntfy_at - _ntfy_took ))
  { builtin jobs -rl >|"$__ntfy_file"; IFS='' builtin read -r -d '' -n 65536 _ntfy_list <"$__ntfy_file"; } 2>/dev/null
  _ntfy_begun="$_ntfy_begun $(( __ntfy_line - 1 )) $(( __ntfy_line > __ntfy_before ))" _ntfy_pid=''
  # [1]+ PID STATE (24 columns) COMMAND, and for each further process of a pipeline PID STATE | COMMAND.
  while [[ $_ntfy_list == *$'\n'* ]]; do
    _ntfy_line=${_ntfy_list%%$'\n'*} _ntfy_list=${_ntfy_list#*$'\n'}
    if [[ $_ntfy_line == '['* ]]; then
      __ntfy_remember
      _ntfy_line=${_ntfy_line#*]} _ntfy_line=${_ntfy_line#[+-]} _ntfy_first=''
    fi
    _ntfy_line=${_ntfy_line#"${_ntfy_line%%[! ]*}"}
    _ntfy_pid=${_ntfy_line%% *}
    if [[ -z $_ntfy_first ]]; then
      _ntfy_first=$_ntfy_pid _ntfy_text=${_ntfy_line:${#_ntfy_pid}+25}
    else
      _ntfy_text+=" | ${_ntfy_line#*| }"
    fi
  done
  __ntfy_remember
  # None of them runs any more.
  if [[ -z ${_ntfy_new[*]-} ]]; then _ntfy_pid=$_ntfy_last _ntfy_first=$_ntfy_last _ntfy_text=''; __ntfy_remember; fi
  # A process that follows them would set off a trap for CHLD: with one, an end is as old as its prompt.
  { builtin trap -p CHLD >|"$__ntfy_file"; } 2>/dev/null
  if [[ -s $__ntfy_file || $__ntfy_clock != fine ]]; then
    { builtin : >|"$__ntfy_file"; } 2>/dev/null
  elif __ntfy_runs "${_ntfy_new[0]}"; then
    ( __ntfy_plain; __ntfy_follow "${_ntfy_new[@]}" & ) </dev/null >/dev/null 2>&1
  fi
  for _ntfy_pid in "${_ntfy_new[@]}"; do
    __ntfy_runs "$_ntfy_pid" || __ntfy_ended "$_ntfy_pid"
  done
}

__ntfy_remember() {
  [[ $_ntfy_pid != '' && -z ${__ntfy_back[_ntfy_pid]-} ]] || return 0
  _ntfy_new[${#_ntfy_new[@]}]=$_ntfy_pid
  __ntfy_back[_ntfy_pid]="$_ntfy_first $_ntfy_begun ${_ntfy_text% &}"
}

# __ntfy_runs PID: does the first or the last process of that job run?
__ntfy_runs() {
  builtin kill -0 "$1" || builtin kill -0 "${__ntfy_back[$1]%% *}"
} 2>/dev/null

# Writes down when they end, each in a line. Its pause takes no process: it waits for a pipe that nobody writes to.
__ntfy_follow() {
  local _ntfy_pid _ntfy_none __ntfy_now
  builtin umask 077
  builtin exec 9<> <(builtin :) || return
  while (( $# )) && builtin kill -0 $$; do
    for _ntfy_pid in "$@"; do
      builtin shift
      if __ntfy_runs "$_ntfy_pid"; then
        builtin set -- "$@" "$_ntfy_pid"
      else
        __ntfy_clock
        builtin echo "$_ntfy_pid $__ntfy_now" >>"${__ntfy_file%/*}/ended.$$"
      fi
    done
    builtin read -r -t 0.2 -u 9 _ntfy_none
  done
}

# __ntfy_ended PID: a job has ended.
__ntfy_ended() {
  local _ntfy_file=${__ntfy_file%/*}/ended.$$ _ntfy_end=$__ntfy_at _ntfy_one _ntfy_when IFS=$' \t\n'
  local _ntfy_begun=${__ntfy_back[$1]#* } _ntfy_line _ntfy_job
  _ntfy_line=${_ntfy_begun#* } _ntfy_begun=${_ntfy_begun%% *} _ntfy_job=${_ntfy_line#* * }
  builtin unset "__ntfy_back[$1]"
  if __ntfy_mine "$_ntfy_file" && [[ -r $_ntfy_file ]]; then
    while builtin read -r _ntfy_one _ntfy_when; do
      [[ $_ntfy_one != "$1" ]] || _ntfy_end=$_ntfy_when
    done 2>/dev/null <"$_ntfy_file"
    [[ -n ${__ntfy_back[*]-} ]] || { builtin : >|"$_ntfy_file"; } 2>/dev/null
  fi
  # What has ended in the foreground is the command that brought it there.
  case $_ntfy_command in fg | fg[[:space:]]* | %*) _ntfy_resumed=${_ntfy_line%% *}; return ;; esac
  (( _ntfy_end - _ntfy_begun >= __ntfy_us )) && [[ ${NTFY-} != off ]] || return 0
  # shellcheck disable=SC2086 # two numbers
  __ntfy_report "$1" "$(( (_ntfy_end - _ntfy_begun) / 1000 ))" ${_ntfy_line%"$_ntfy_job"}
}

# __ntfy_report PID MILLISECONDS LINE NEW [MARK]: notifies of a job. Of all other processes only a command substitution knows
# how the jobs of this one ended.
__ntfy_report() {
  local _ntfy_focus='' _ntfy_asks=''
  __ntfy_find
  : "$(
    builtin exec 2>/dev/null
    local _ntfy_status=0
    builtin wait "$1" || _ntfy_status=$?
    __ntfy_plain
    local IFS=$' \t\n'
    { __ntfy_work_job "$_ntfy_status" "$@" & } 3<&0 </dev/null >/dev/null
  )"
}

# __ntfy_work_job STATUS, and as __ntfy_report.
__ntfy_work_job() {
  local _ntfy_text='' _ntfy_last='' _ntfy_flags=(--job)
  __ntfy_typed_job "$4" "$5" || _ntfy_text=''
  __ntfy_send "$1" "$3" "${6-}"
}

# __ntfy_typed_job LINE NEW: sets text to the line that started the job, or, of several, to the job itself; fails if it
# is private. A line that the history did not keep is either its last one again, or was not to be kept.
__ntfy_typed_job() {
  local _ntfy_entry='' _ntfy_newest=0 _ntfy_stamp=0 _ntfy_line=$1
  [[ -o history ]] || return
  # Those versions do not say which line it was.
  [[ $__ntfy_clock != coarse ]] || _ntfy_line=0
  __ntfy_entry "$_ntfy_line" && [[ $_ntfy_entry != [[:space:]]* ]] || return
  if (( ! $2 )) && [[ -z $_ntfy_job || ${_ntfy_entry//[[:space:]]/} != *"${_ntfy_job//[[:space:]]/}"* ]]; then return 1; fi
  _ntfy_text=$_ntfy_entry
  # Of a line that does more than that, the job alone.
  if [[ -n $_ntfy_job && ${_ntfy_entry//[!&;|]/} != '&' ]]; then _ntfy_text=$_ntfy_job; fi
}

# BASH_COMMAND is the user's if nothing else has run since, that is, if nothing precedes us in PROMPT_COMMAND.
__ntfy_fresh() {
  local _ntfy_part
  for _ntfy_part in "${PROMPT_COMMAND[@]}"; do
    [[ $_ntfy_part == "$__ntfy_element"* ]] && return
    [[ -z $_ntfy_part ]] || return
  done
}

# What has to stand in PS0, PROMPT_COMMAND and the settings: looked at again whenever they changed.
__ntfy_watch() {
  __ntfy_threshold
  # A changed file is noticed by the next command that takes a twentieth of a second.
  __ntfy_gate=$(( __ntfy_us < 50000 || __ntfy_trapped ? __ntfy_us : 50000 ))
  __ntfy_slow=$(( __ntfy_us < 1000000 ? __ntfy_us : 1000000 ))
  if [[ -n $__ntfy_always ]]; then
    __ntfy_gate=0 __ntfy_slow=0
    __ntfy_prepare
  fi
  [[ $__ntfy_clock == coarse ]] && return
  if ! __ntfy_changes PS0; then
    builtin :
  elif ! builtin shopt -q promptvars; then
    PS0=${PS0//"$__ntfy_ps0"/}
  elif [[ ${PS0-} != *"$__ntfy_ps0"* ]]; then
    PS0=$__ntfy_ps0${PS0-}
  fi
  __ntfy_know
}

# What was looked at is as it should be.
__ntfy_know() {
  (( __ntfy_array )) || return 0
  __ntfy_known=()
  __ntfy_known["${NTFY_LONGER_THAN-}/${AUTO_NTFY_DONE_LONGER_THAN-}/${BASHOPTS##*promptvars*}/${NTFY_BACKGROUND:+${!-}}/${PS0+${#PS0}}"]=0
}

# Does it notify even while somebody is looking?
__ntfy_foreground_too() {
  [[ -n ${NTFY_FOREGROUND_TOO-} && ${NTFY_FOREGROUND_TOO-} != 0 && ${AUTO_NTFY_DONE_UNFOCUSED_ONLY-} != -b ]]
}

# Asks the terminal whether it has the focus (DEC 1004): sets focus to yes, no, or nothing. Where something was typed
# ahead, which only shows while lines are not edited by the system, nothing is asked: the answer would come behind it.
# The terminal is left like that, and fails if it cannot be: stty icanon echo comes later.
__ntfy_ask() {
  local _ntfy_answer=''
  builtin command stty -icanon -echo || return
  if ! builtin read -t 0; then
    builtin printf '\033[?1004h'
    IFS= builtin read -r -s -n 3 -t 0.013 _ntfy_answer
    builtin printf '\033[?1004l'
  fi
  case $_ntfy_answer in
    $'\033[I') _ntfy_focus=yes ;;
    $'\033[O') _ntfy_focus=no ;;
  esac
}

# Is the terminal VTE, Ghostty or xterm.js? It is the parent of the session's first process, which it started, or that process;
# the variables that terminals set are handed on to other terminals. Looked at once.
__ntfy_answers() {
  [[ $__ntfy_asks == unknown ]] || return "$__ntfy_asks"
  local _ntfy_comm _ntfy_leader _ntfy_parent _ntfy_session
  __ntfy_asks=1
  [[ $__ntfy_clock != coarse ]] || return
  if [[ ! -r /proc/$$/stat ]]; then
    [[ -z ${TMUX-}${STY-}${SSH_CONNECTION-} ]] || return
    case ${TERM_PROGRAM-} in ghostty | vscode | Hyper | Tabby) __ntfy_asks=0 ;; esac
    return "$__ntfy_asks"
  fi
  __ntfy_stat $$ && __ntfy_stat "$_ntfy_session" || return
  _ntfy_leader=$_ntfy_comm
  __ntfy_stat "$_ntfy_parent" || return
  for _ntfy_comm in "$_ntfy_leader" "$_ntfy_comm"; do
    case $_ntfy_comm in
      gnome-terminal- | xfce4-terminal* | mate-terminal* | kgx* | ptyxis* | terminator* | tilix* | lxterminal* | \
        guake* | tilda* | sakura* | io.elementary* | pantheon-termin* | ghostty* | .ghostty* | \
        code | code-insiders | codium | cursor | hyper | tabby) __ntfy_asks=0 ;;
    esac
  done
  return "$__ntfy_asks"
}

# __ntfy_stat PID: sets comm, parent and session of a process.
__ntfy_stat() {
  local _ntfy_line
  { IFS= builtin read -r _ntfy_line <"/proc/$1/stat"; } 2>/dev/null || return
  _ntfy_comm=${_ntfy_line#*\(} _ntfy_comm=${_ntfy_comm%\)*}
  _ntfy_line=${_ntfy_line##*\) } _ntfy_line=${_ntfy_line#* }
  _ntfy_parent=${_ntfy_line%% *} _ntfy_line=${_ntfy_line#* * }
  _ntfy_session=${_ntfy_line%% *}
}

# In tmux: asks the terminals that show it to report their focus from now on, once each, in the background. tmux keeps
# what they report, and @ntfy_focus when they were asked.
__ntfy_request() {
  # shellcheck disable=SC2016 # it is another shell's
  ( builtin command sh -c 'now=$(date +%s) asked=" $(tmux show-options -sqv @ntfy_focus) " all=
    tmux list-clients -F "#{?client_control_mode,,#{client_tty} #{client_pid}}" | {
      while read -r tty pid; do
        case $pid,$asked in
          ,*) ;;
          *" $pid:"*) asked_at=${asked#*" $pid:"} all="$all $pid:${asked_at%% *}" ;;
          *) printf "\033[?1004h" >"$tty" && all="$all $pid:$now" ;;
        esac
      done
      tmux set-option -s @ntfy_focus "${all# }"
    }' & ) </dev/null >/dev/null 2>&1
}

# Sets __ntfy_program. An update of Node or npm may have taken away the program that was stored with the hooks: then PATH
# may have another one, which is said once.
__ntfy_find() {
  __ntfy_program=${NTFY_BIN:-ntfy}
  [[ $__ntfy_program != */* || -x $__ntfy_program ]] && return
  __ntfy_program=$(builtin type -P ntfy-done || builtin type -P ntfy)
  [[ $__ntfy_stored == "$NTFY_BIN" ]] || return
  __ntfy_stored=
  builtin printf 'ntfy: %s is gone; instead of it: %s (ntfy shell-integration --install renews the hooks)\n' \
    "$NTFY_BIN" "${__ntfy_program:-nothing}" >/dev/tty
}

# __ntfy_launch STATUS MILLISECONDS COMMAND RESUMED SHORT: in the background, with no word on the terminal and no trace in
# the table of jobs.
__ntfy_launch() {
  local _ntfy_focus=''
  __ntfy_find
  (
    __ntfy_plain
    # Unlike an assignment, `local` does not end anything where the user has made it readonly.
    local IFS=$' \t\n'
    [[ -z $_ntfy_asks ]] || __ntfy_ask <>/dev/tty >&0 || _ntfy_asks=
    __ntfy_work "$@" "$_ntfy_focus" &
    # Here, where Ctrl-C does nothing, so that the terminal is never left as it was for the answer.
    [[ -z $_ntfy_asks ]] || builtin exec stty icanon echo </dev/tty
  ) 3<&0 </dev/null >/dev/null 2>&1
}

# Does a command that the history does not keep notify, without its text? NTFY_PRIVATE decides, else the file that ntfy
# keeps of its configuration.
__ntfy_hides() {
  if [[ -n ${NTFY_PRIVATE-} ]]; then [[ $NTFY_PRIVATE == hide ]]; return; fi
  local _ntfy_line _ntfy_count=0 _ntfy_state _ntfy_file
  __ntfy_state
  _ntfy_file=$_ntfy_state/hook-settings
  __ntfy_mine "$_ntfy_file" && [[ -r $_ntfy_file ]] || return
  while (( _ntfy_count++ < 64 )) && { IFS= builtin read -r -n 256 _ntfy_line || [[ -n $_ntfy_line ]]; }; do
    [[ ${_ntfy_line%$'\r'} == private=hide ]] && return
  done 2>/dev/null <"$_ntfy_file"
  return 1
}

__ntfy_work() {
  local _ntfy_flags=(--turn "$__ntfy_turn") _ntfy_text='' _ntfy_last=''
  __ntfy_typed "$3" "$4" "$2" || _ntfy_text=''
  [[ -z $6 ]] || _ntfy_flags+=(--focus "$6")
  __ntfy_send "$1" "$2" "$5"
}

# __ntfy_send STATUS MILLISECONDS SHORT: calls the program with what flags, text and last hold; without a text it is private.
__ntfy_send() {
  local _ntfy_tty
  _ntfy_tty=$(builtin exec tty <&3)
  exec 3<&-
  [[ $_ntfy_tty == /* ]] || _ntfy_tty=''
  _ntfy_flags=(--shell bash --shell-pid "$$" ${_ntfy_tty:+--tty "$_ntfy_tty"} --status "$1" --duration-ms "$2"
    ${_ntfy_flags[@]+"${_ntfy_flags[@]}"} --threshold-ms "$(( __ntfy_us / 1000 ))")
  [[ -z $3 ]] || _ntfy_flags+=("$3")
  if [[ -n $_ntfy_text ]]; then
    _ntfy_text=${_ntfy_text:0:4096} _ntfy_last=${_ntfy_last:0:4096}
  elif __ntfy_hides || [[ $3 == --marked* ]]; then
    _ntfy_last='' _ntfy_flags+=(--private)
  else
    return
  fi
  __ntfy_foreground_too && _ntfy_flags+=(--foreground-too)
  [[ -n ${AUTO_NTFY_DONE_IGNORE+set} ]] && _ntfy_flags+=(--ignore "${AUTO_NTFY_DONE_IGNORE[*]}")
  case ${#AUTO_NTFY_DONE_OPTS[@]} in
    0) ;;
    1) [[ -n ${AUTO_NTFY_DONE_OPTS[*]} ]] && _ntfy_flags+=(--opts "${AUTO_NTFY_DONE_OPTS[*]}") ;;
    *) _ntfy_flags+=(--opts "$(builtin printf '%q ' "${AUTO_NTFY_DONE_OPTS[@]}")") ;;
  esac
  if [[ -z $_ntfy_text ]]; then
    builtin command "${__ntfy_program:-ntfy}" shell-done "${_ntfy_flags[@]}" </dev/null
  else
    builtin printf '%s\0%s' "$_ntfy_text" "$_ntfy_last" | builtin command "${__ntfy_program:-ntfy}" shell-done "${_ntfy_flags[@]}"
  fi
}

# __ntfy_list COUNT: prints the end of the history, with the seconds since 1970.
__ntfy_list() {
  if [[ -n $_ntfy_shape ]]; then
    builtin history "$1"
  else
    HISTTIMEFORMAT='%s ' builtin history "$1"
  fi
}

# __ntfy_entry NUMBER: sets entry to that line of the history (0: the last one), stamp to the second it was typed in and
# newest to the number of the last one, or fails.
__ntfy_entry() {
  local _ntfy_list _ntfy_shape=''
  # A format that may not be changed is taken for one that is as long at all times.
  if [[ $__ntfy_clock != coarse && ${HISTTIMEFORMAT+${HISTTIMEFORMAT@a}} == *r* ]]; then _ntfy_shape=$HISTTIMEFORMAT; fi
  _ntfy_newest=$(__ntfy_list 1) || return
  _ntfy_newest=${_ntfy_newest#"${_ntfy_newest%%[! ]*}"}
  _ntfy_newest=${_ntfy_newest%%[!0-9]*}
  builtin set -- "${1/#0/$_ntfy_newest}"
  (( _ntfy_newest >= $1 && $1 > 0 )) || return
  _ntfy_list=$(__ntfy_list "$(( _ntfy_newest - $1 + 1 ))")
  _ntfy_list=${_ntfy_list#"${_ntfy_list%%[! ]*}"}
  [[ $_ntfy_list == "$1"[\ \*]* ]] || return
  _ntfy_entry=${_ntfy_list#"$1"?} _ntfy_entry=${_ntfy_entry# }
  if [[ -n $_ntfy_shape ]]; then
    builtin printf -v _ntfy_shape "%($_ntfy_shape)T" -1
    _ntfy_entry=${_ntfy_entry:${#_ntfy_shape}}
  else
    _ntfy_stamp=${_ntfy_entry%%[!0-9]*} _ntfy_entry=${_ntfy_entry#"${_ntfy_entry%%[!0-9]*}"} _ntfy_entry=${_ntfy_entry# }
  fi
  # What follows are the lines typed since, each as bash prints it: its number in five columns, the time.
  _ntfy_list=$(( $1 + 1 ))
  while (( ${#_ntfy_list} < 5 )); do _ntfy_list=" $_ntfy_list"; done
  _ntfy_entry=${_ntfy_entry%%$'\n'"$_ntfy_list"[\ \*]*}
}

# __ntfy_typed LAST RESUMED MILLISECONDS: sets text to what was typed and last to the last simple command; fails if it is private:
# if the history did not keep it, or it begins with a space.
__ntfy_typed() {
  local _ntfy_entry='' _ntfy_newest=0 _ntfy_stamp=0 _ntfy_line
  if [[ $__ntfy_clock == coarse ]]; then
    __ntfy_recent "$1" "$3" || __ntfy_repeated "$1" || return
  elif (( __ntfy_pasted && __ntfy_line > __ntfy_before + 1 )); then
    for (( _ntfy_line = __ntfy_before; _ntfy_line < __ntfy_line; _ntfy_line++ )); do
      __ntfy_entry "$_ntfy_line" && [[ $_ntfy_entry != [[:space:]]* ]] || return
      _ntfy_text+=${_ntfy_text:+$'\n'}$_ntfy_entry
    done
    __ntfy_expand "$1"
    return 0
  elif (( __ntfy_line > __ntfy_before )); then
    _ntfy_line=$(( __ntfy_line - 1 ))
    __ntfy_entry "$_ntfy_line" || return
    # Before 5.1 only lines that ran are counted, and a comment may be what was kept.
    if (( ! __ntfy_array )) && [[ $_ntfy_entry == '#'* ]]; then return 1; fi
    # With a history that shells share, the lines of others may have come in before this one.
    if (( _ntfy_newest > _ntfy_line )) && ! __ntfy_matches "$1"; then
      __ntfy_entry 0 && __ntfy_matches "$1" || __ntfy_entry "$_ntfy_line" || return
    fi
  else
    __ntfy_repeated "$1" || __ntfy_late "$1" "$3" || return
  fi
  case $_ntfy_entry in
    [[:space:]]*) return 1 ;;
    fg | fg[[:space:]]* | ntfy[[:space:]]*fg* | %*)
      if [[ -n $2 && $__ntfy_clock != coarse ]]; then
        __ntfy_entry "$2" || return
        [[ $_ntfy_entry != [[:space:]]* ]] || return
        _ntfy_text=$_ntfy_entry
        return
      fi ;;
  esac
  _ntfy_text=$_ntfy_entry
  __ntfy_expand "$1"
  return 0
}

# __ntfy_expand LAST: sets last to the last simple command with its aliases expanded: to LAST, which bash has run, or, where
# that is of an earlier line, of a function or of a prompt hook, to what an alias at the end of the text stands for.
__ntfy_expand() {
  local _ntfy_rest _ntfy_name _ntfy_value _ntfy_quotes _ntfy_seen=' '
  # Bash looks for the last separator in a time that grows with the square of the length.
  if (( ${#_ntfy_text} > 4096 )); then
    _ntfy_last=$1
    return
  fi
  _ntfy_rest=${_ntfy_text##*[;|&$'\n']}
  _ntfy_quotes=${_ntfy_text%"$_ntfy_rest"}
  _ntfy_quotes=${_ntfy_quotes//[^\"\']/}
  # A separator in quotes is none.
  (( ${#_ntfy_quotes} % 2 == 0 )) || _ntfy_rest=''
  _ntfy_rest=${_ntfy_rest#"${_ntfy_rest%%[![:space:]]*}"}
  while _ntfy_name=${_ntfy_rest%%[[:space:]]*} && [[ -n $_ntfy_name && $_ntfy_seen != *" $_ntfy_name "* ]]; do
    _ntfy_value=$(builtin alias -- "$_ntfy_name") || break
    builtin eval "_ntfy_value=${_ntfy_value#*=}"
    _ntfy_rest=$_ntfy_value${_ntfy_rest#"$_ntfy_name"} _ntfy_seen+="$_ntfy_name "
    _ntfy_last=$_ntfy_rest
  done
  if [[ -z $_ntfy_name ]] || ! builtin declare -F -- "$_ntfy_name" >/dev/null; then
    if __ntfy_consistent "$1"; then _ntfy_last=$1; fi
  fi
}

# __ntfy_recent LAST MILLISECONDS: without numbers, is the last line of the history as young as the command, and like it?
__ntfy_recent() {
  local _ntfy_now
  __ntfy_entry 0 || return
  _ntfy_now=$(builtin command date +%s) || return
  (( _ntfy_stamp + 1 >= _ntfy_now - $2 / 1000 )) || return
  [[ $_ntfy_entry == *'('* ]] || __ntfy_matches "$1"
}

# A line that added nothing to the history is either the last one again, and was left out for that, or it was not to be
# kept. Where both are possible, only the command that ran shows which.
__ntfy_repeated() {
  [[ :${HISTCONTROL-}: == *:ignoredups:* || :${HISTCONTROL-}: == *:ignoreboth:* || :${HISTCONTROL-}: == *:erasedups:* ]] || return
  [[ -o history ]] || return
  __ntfy_entry 0 || return
  [[ :${HISTCONTROL-}: != *:ignorespace:* && :${HISTCONTROL-}: != *:ignoreboth:* && -z ${HISTIGNORE-} ]] && return
  __ntfy_traceless "$1" && return
  if [[ -n $1 ]]; then __ntfy_ends_with "$1" || __ntfy_aliased "$1" || __ntfy_called "$1"; else __ntfy_ends_in_word; fi
}

# Is the entry a subshell, and has nothing run in the shell itself since the last notification?
__ntfy_traceless() {
  [[ $_ntfy_entry == '('*')' && $1 == "$__ntfy_ran" ]]
}

# Is the entry the call of a function, which runs the command itself or by another one?
__ntfy_called() {
  local _ntfy_name=${_ntfy_entry##*[;|&$'\n']} _ntfy_body _ntfy_other _ntfy_seen=''
  _ntfy_name=${_ntfy_name#"${_ntfy_name%%[![:space:]]*}"} _ntfy_name=${_ntfy_name%%[[:space:]]*}
  _ntfy_body=$(builtin declare -f -- "$_ntfy_name") || return
  for _ntfy_other in $(builtin compgen -A function); do
    if [[ $_ntfy_body == *[!A-Za-z0-9_-]"$_ntfy_other"[!A-Za-z0-9_-]* ]]; then _ntfy_seen+=$(builtin declare -f -- "$_ntfy_other"); fi
  done
  _ntfy_body+=$_ntfy_seen
  [[ ${_ntfy_body//[[:space:]]/} == *"${1//[[:space:]]/}"* ]]
}

# __ntfy_late LAST MILLISECONDS: was the last line of the history typed when the command began? ble.sh writes it after PS0, so that no number shows it.
__ntfy_late() {
  [[ -o history && -n $1 ]] && __ntfy_entry 0 || return
  (( _ntfy_stamp >= (__ntfy_at - $2 * 1000) / 1000000 )) || return
  __ntfy_ends_with "$1" || __ntfy_aliased "$1" || __ntfy_called "$1"
}

# Is it the last command of the entry? One from its middle, typed with a leading space, would notify with its text.
__ntfy_ends_with() {
  local _ntfy_end=${_ntfy_entry%%[[:space:]]#*} _ntfy_before=''
  while [[ $_ntfy_end != "$_ntfy_before" ]]; do
    _ntfy_before=$_ntfy_end
    _ntfy_end=${_ntfy_end%[[:space:]\;\&\)\}]} _ntfy_end=${_ntfy_end%[[:space:]\;]done} _ntfy_end=${_ntfy_end%[[:space:]\;]fi} _ntfy_end=${_ntfy_end%[[:space:]\;]esac}
  done
  [[ ${_ntfy_end//[[:space:]]/} == *"${1//[[:space:]]/}" ]]
}

# __ntfy_matches LAST: may the entry be what ran?
__ntfy_matches() {
  if [[ -n $1 ]]; then
    [[ $_ntfy_entry == *"$1"* ]] || __ntfy_aliased "$1"
  else
    __ntfy_ends_in_word
  fi
}

# Does the entry hold the last word of the command that ran?
__ntfy_ends_in_word() {
  local _ntfy_last=${__ntfy_word#* }
  _ntfy_last=${_ntfy_last%%"$__ntfy_mark"*}
  [[ -n $_ntfy_last && " $_ntfy_entry " == *[[:space:]\;\|\&\(\"\']"$_ntfy_last"[[:space:]\;\|\&\)\"\']* ]]
}

# Is the command what an alias in the entry became?
__ntfy_aliased() {
  local _ntfy_name _ntfy_value
  for _ntfy_name in ${_ntfy_entry//[;|&()]/ }; do
    _ntfy_value=$(builtin alias -- "$_ntfy_name") || continue
    builtin eval "_ntfy_value=${_ntfy_value#*=}"
    [[ $1 == "$_ntfy_value"* ]] && return
  done 2>/dev/null
  return 1
}

# Is the command one that was typed? What a subshell runs leaves no trace: what bash has is then of an earlier line; and what a
# function runs nobody has typed.
__ntfy_consistent() {
  [[ -n $1 ]] || return
  [[ ${_ntfy_entry//[[:space:]]/} == *"${1//[[:space:]]/}"* ]] || __ntfy_aliased "$1"
}

# For PROMPT_COMMAND as a string, where we come first: does what the expansions do, and keeps $? for what follows.
__ntfy_return() {
  local _ntfy_status=${__ntfy_word%% *}
  __ntfy_tick "$1" || builtin :
  return "$_ntfy_status"
}

__ntfy_tick() {
  local __ntfy_now
  __ntfy_clock
  __ntfy_at=$__ntfy_now __ntfy_took=$(( __ntfy_now - __ntfy_start ))
  # HISTCMD is of no use at the prompt of these versions.
  __ntfy_start=$__ntfy_never __ntfy_number=$__ntfy_line
  __ntfy_prompt "$1"
}

# Before bash 4.4: a DEBUG trap notes the start. PROMPT_COMMAND arms it with the last thing it does.
# __ntfy_adopt WHAT-TRAP-PRINTS: makes one trap of the user's and ours. It can be seen and set outside of functions only.
__ntfy_adopt() {
  PROMPT_COMMAND=${PROMPT_COMMAND/"$__ntfy_element"/}
  __ntfy_element=$__ntfy_final
  PROMPT_COMMAND=$__ntfy_element$PROMPT_COMMAND
  builtin eval "builtin set -- $1"
  __ntfy_theirs=${3-}
  __ntfy_trap=${3:+$3$'\n'}$__ntfy_trap
}

# The hooks, as text. An error in them would drop the user's command, or make bash show no prompt again: where they
# outlive the rest (PS0 exported, PROMPT_COMMAND put back by somebody), __ntfy_mark is not set and they are nothing. With
# EPOCHREALTIME unset the clock stands still, and nothing is ever late.
# shellcheck disable=SC2016 # what is quoted is expanded at the prompt
__ntfy_texts() {
  local _ntfy_now='10#0${EPOCHREALTIME+${EPOCHREALTIME//[^0-9]/}}' _ntfy_due _ntfy_word _ntfy_watched _ntfy_restore='' _ntfy_there=0\&
  [[ $__ntfy_clock == fine ]] || _ntfy_now='\D{%s}000000'
  # PS0 also puts the other hook back where something replaced PROMPT_COMMAND.
  if (( __ntfy_array )); then
    # Where PROMPT_COMMAND is not ours, nothing was noted at the prompt.
    _ntfy_there='0${PROMPT_COMMAND['$__ntfy_array']+1}&'
    _ntfy_restore=',${__ntfy_left[0${PROMPT_COMMAND['$__ntfy_array']:+1}]-${PPID##${PROMPT_COMMAND['$__ntfy_array']:=$__ntfy_element}}}0'
  fi
  # Without a prompt since the last line, this one was pasted with it: its time counts from the first.
  __ntfy_ps0='${__ntfy_mark+${PPID:0*(__ntfy_pasted='$_ntfy_there'__ntfy_start<__ntfy_never,__ntfy_start=__ntfy_pasted?__ntfy_start:'$_ntfy_now',__ntfy_before=__ntfy_number,__ntfy_line=${HISTCMD-1}'$_ntfy_restore'):0}}'
  __ntfy_leave='${__ntfy_mark+${__ntfy_left[__ntfy_told]+$( { __ntfy_next; } </dev/null >/dev/null 2>&1 )}${PPID:0*(__ntfy_told=0):0}}'
  __ntfy_trap='((__ntfy_armed${COMP_LINE+*0}&&(__ntfy_armed=0,__ntfy_start=(SECONDS+1)*1000000),1))'
  __ntfy_arm=$'\n{ __ntfy_armed=1; } 2>&-'
  _ntfy_word='"$? ${_:0:99}$__ntfy_mark${BASH_COMMAND:0:4096}"'
  if (( ! __ntfy_array )); then
    __ntfy_element=$'for __ntfy_word in '$_ntfy_word$'\ndo\n__ntfy_return "$_" && : "$_"\ndone >&- 2>&-\n'
    __ntfy_final=$__ntfy_element
    [[ $__ntfy_clock != coarse ]] || __ntfy_element=$'{ __ntfy_adopt "$(builtin trap -p DEBUG)"; builtin trap -- "$__ntfy_trap" DEBUG; } 2>&-\n'
    return 0
  fi
  _ntfy_watched='${NTFY_LONGER_THAN-}/${AUTO_NTFY_DONE_LONGER_THAN-}/${BASHOPTS##*promptvars*}/${NTFY_BACKGROUND:+${!-}}/${PS0+${#PS0}}'
  # Bash scans the element several times at each prompt: what needs no expansion stands in a variable, whose text
  # arithmetic evaluates, and what is watched of PS0 is its length.
  __ntfy_judge='__ntfy_turn+=__ntfy_fire,__ntfy_told|=__ntfy_fire,__ntfy_took=__ntfy_at-__ntfy_start,__ntfy_start=__ntfy_never'
  __ntfy_judge+=',__ntfy_fire=__ntfy_quiet&__ntfy_took>=__ntfy_slow'
  __ntfy_judge+=',!__ntfy_quiet&&(__ntfy_took>=__ntfy_gate||__ntfy_at>=__ntfy_check||__ntfy_changed)||__ntfy_held'
  _ntfy_due='__ntfy_at='$_ntfy_now',__ntfy_number=${HISTCMD-1},__ntfy_changed=${__ntfy_known["'$_ntfy_watched'"]-1}'
  # A neighbour that arms a DEBUG trap at the prompt, before us, would take what runs here for the next command. Whether
  # there is one is looked at when PROMPT_COMMAND is another one; then what is to be done runs in an expansion, in back
  # quotes, which are not parsed at every prompt.
  _ntfy_due+=',__ntfy_quiet=${__ntfy_traps[${#PROMPT_COMMAND[@]}${PROMPT_COMMAND+${#PROMPT_COMMAND}}]=`[[ ! $(builtin trap -p DEBUG) ]] 2>&-;builtin echo $?`}'
  # 144 to 149 are the statuses of what was stopped.
  _ntfy_due+=',__ntfy_judge|$?/6==24'
  # The list has no word where there is nothing to do, and then nothing runs.
  __ntfy_element='for __ntfy_word in ${__ntfy_mark+${__ntfy_due['$_ntfy_due']+'$_ntfy_word'} ${__ntfy_left[__ntfy_fire]+`for __ntfy_word in '$_ntfy_word'
do
__ntfy_apart
done >&- 2>&-`}}
do
__ntfy_prompt "$_"
done >&- 2>&-'
}

__ntfy_load() {
  __ntfy_always='' __ntfy_file='' __ntfy_waits='' __ntfy_left=([1]='')
  __ntfy_mark=$'\1' __ntfy_theirs='' __ntfy_serves='' __ntfy_seen=off __ntfy_asks=unknown
  # Nothing has started: whatever the time, it is before that.
  __ntfy_never=4000000000000000000
  __ntfy_held=(0) __ntfy_trapped=0 __ntfy_gate=0 __ntfy_us=0 __ntfy_slow=0
  __ntfy_at=(0) __ntfy_check=(0) __ntfy_pasted=(0) __ntfy_ran='' __ntfy_quiet=(0) __ntfy_fire=(0) __ntfy_changed=(0) __ntfy_renewing=''
  # With no neighbour at the prompt there is none that arms a trap there.
  __ntfy_traps=([1]=0)
  # What is set outside of functions is an array, which `set -a` does not export.
  __ntfy_word=('') __ntfy_start=("$__ntfy_never") __ntfy_took=(-1) __ntfy_told=(0) __ntfy_armed=(0)
  __ntfy_program=('') __ntfy_stored=("${NTFY_BIN-}") __ntfy_turn=(0) __ntfy_line=(0) __ntfy_before=(0) __ntfy_number=("${HISTCMD-1}")
  builtin unset __ntfy_jobs __ntfy_asked __ntfy_back
  local _ntfy_version=$(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] ))
  __ntfy_array=0 __ntfy_clock=coarse
  # Any index that nobody else uses: not 0, which PROMPT_COMMAND=... replaces.
  (( _ntfy_version >= 501 )) && __ntfy_array=7191
  (( _ntfy_version >= 404 )) && __ntfy_clock=epoch
  (( _ntfy_version >= 500 )) && __ntfy_clock=fine
  __ntfy_texts
  # Where these may not be set there is no place for a hook.
  if (( _ntfy_version >= 404 )); then
    __ntfy_changes PROMPT_COMMAND && __ntfy_changes PS0 || return 1
  fi
  [[ -n ${PROMPT_COMMAND+set} ]] && __ntfy_had=1 || __ntfy_had=0
  if (( __ntfy_array )); then
    builtin declare -gA __ntfy_known
    __ntfy_known=() __ntfy_due=([1]='')
    # Whoever joins the elements by semicolons must not get an empty one: that is a syntax error.
    if [[ ${!PROMPT_COMMAND[*]} == 0 && -z $PROMPT_COMMAND ]]; then builtin unset "PROMPT_COMMAND[0]"; fi
    PROMPT_COMMAND[__ntfy_array]=$__ntfy_element
  else
    [[ $__ntfy_clock == coarse ]] || __ntfy_arm=''
    # shellcheck disable=SC2178,SC2128 # it is a string here
    PROMPT_COMMAND=$__ntfy_element${PROMPT_COMMAND-}$__ntfy_arm
  fi
  __ntfy_had_ps0=${PS0+1}
  __ntfy_watch
  [[ -z ${TMUX-} ]] || __ntfy_request
  __ntfy_present
}

ntfy_unhook() {
  local _ntfy_name
  if [[ $__ntfy_clock == coarse ]] || __ntfy_changes PS0; then
    PS0=${PS0-} PS0=${PS0//"$__ntfy_ps0"/} PS0=${PS0//"$__ntfy_leave"/}
    [[ -n $PS0 || -n $__ntfy_had_ps0 ]] || builtin unset PS0
  fi
  # What stays there is nothing once __ntfy_mark is unset.
  if [[ $__ntfy_clock != coarse ]] && ! __ntfy_changes PROMPT_COMMAND; then
    builtin :
  elif (( __ntfy_array )); then __ntfy_unhook_array; else __ntfy_unhook_string; fi
  if [[ ${1-} != again ]]; then
    # Those that `ntfy shell-integration` puts before this file are not exported.
    for _ntfy_name in NTFY_BIN NTFY_NODE; do
      [[ $(builtin declare -p $_ntfy_name 2>/dev/null) == 'declare -x'* ]] || builtin unset $_ntfy_name
    done
  fi
  __ntfy_forget
}

__ntfy_unhook_array() {
  local _ntfy_i _ntfy_attributes=${PROMPT_COMMAND[__ntfy_array]+${PROMPT_COMMAND[__ntfy_array]@a}}
  for _ntfy_i in "${!PROMPT_COMMAND[@]}"; do
    [[ ${PROMPT_COMMAND[_ntfy_i]} == "$__ntfy_element" ]] && builtin unset "PROMPT_COMMAND[$_ntfy_i]"
  done
  [[ ${!PROMPT_COMMAND[*]} == 0 || -z ${!PROMPT_COMMAND[*]} ]] || return 0
  _ntfy_i=${PROMPT_COMMAND-}
  builtin unset PROMPT_COMMAND
  # shellcheck disable=SC2178 # a string, as it was
  [[ -z $_ntfy_i ]] && (( ! __ntfy_had )) || PROMPT_COMMAND=$_ntfy_i
  [[ $_ntfy_attributes != *x* ]] || builtin export PROMPT_COMMAND
}

# shellcheck disable=SC2178,SC2128 # it is a string here
__ntfy_unhook_string() {
  local _ntfy_rest='builtin unset PROMPT_COMMAND' _ntfy_trap='-'
  PROMPT_COMMAND=${PROMPT_COMMAND-} PROMPT_COMMAND=${PROMPT_COMMAND/"$__ntfy_element"/}
  PROMPT_COMMAND=${PROMPT_COMMAND/"$__ntfy_arm"/}
  [[ -z $PROMPT_COMMAND ]] && (( ! __ntfy_had )) || builtin printf -v _ntfy_rest 'PROMPT_COMMAND=%q' "$PROMPT_COMMAND"
  [[ -z $__ntfy_theirs ]] || builtin printf -v _ntfy_trap -- '-- %q' "$__ntfy_theirs"
  if [[ $__ntfy_clock == coarse && $__ntfy_element == "$__ntfy_final" ]]; then
    # The trap comes back when a function that took it off returns: the prompt takes it off.
    PROMPT_COMMAND="builtin trap $_ntfy_trap DEBUG; $_ntfy_rest"$'\n'"$PROMPT_COMMAND"
  else
    builtin eval "$_ntfy_rest"
  fi
}

__ntfy_forget() {
  __ntfy_withhold
  builtin unset -f ntfy_unhook __ntfy_{withhold,alive,over,command,foregrounded,take,background,started,remember,runs,follow,ended,report,work_job,typed_job,send,present,unhook_array,unhook_string,forget,parse,threshold,settings,listed,prepare,state,mine,count,changes,first,gone,next,know,stale,renew,plain,apart,clock,prompt,look,suspended,fresh,watch,find,launch,hides,work,list,entry,typed} \
    __ntfy_{foreground_too,ask,answers,stat,request,recent,repeated,traceless,called,late,ends_in_word,ends_with,matches,aliased,expand,consistent,return,tick,adopt,texts,load}
  builtin unset "${!__ntfy_@}"
}

__ntfy_load || __ntfy_forget
fi

[[ -z ${_ntfy_aliases-} ]] || builtin shopt -s expand_aliases
[[ -z ${_ntfy_exporting-} ]] || builtin set -a
builtin unset _ntfy_aliases _ntfy_exporting
