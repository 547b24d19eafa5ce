# ntfy.zsh - notifies when a long command is done, for interactive zsh 5.0 and later.
#
#   source ntfy.zsh               or   eval "$(ntfy shell-integration -s zsh)"
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
# Every command is called through `\builtin`, since eval reads all of this at once, with the user's aliases on.

if [[ -o interactive && ! -o restricted ]]; then

(( ${+functions[ntfy_unhook]} )) && ntfy_unhook again

# __ntfy_parse SECONDS: sets __ntfy_ms, in milliseconds; fails for anything but a decimal number.
__ntfy_parse() {
  case $1 in (""|.|*[^0123456789.]*|*.*.*|??????????????*) \builtin return 1 ;; esac
  __ntfy_ms=$(( 0$1 * 1000. ))
}

# Sets __ntfy_ms to the threshold: the variables, the file that ntfy keeps of its configuration, ten seconds.
__ntfy_threshold() {
  \builtin typeset _ntfy_value=${AUTO_NTFY_DONE_LONGER_THAN-}
  __ntfy_ms=10000 __ntfy_always=
  __ntfy_settings
  _ntfy_value=${_ntfy_value#-L} _ntfy_value=${_ntfy_value#--longer-than} _ntfy_value=${_ntfy_value#[= ]}
  __ntfy_parse "$_ntfy_value" || __ntfy_parse "${NTFY_LONGER_THAN-}" || \builtin :
}

# Sets what that file holds: the threshold, and to __ntfy_always the words of commands that notify however short they are.
__ntfy_settings() {
  \builtin typeset _ntfy_line= _ntfy_value= _ntfy_state= _ntfy_file=
  __ntfy_state
  _ntfy_file=$_ntfy_state/hook-settings
  # A corrupt settings file must not break the prompt: only so much of it is read.
  __ntfy_mine $_ntfy_file && [[ -r $_ntfy_file ]] || \builtin return 0
  # `read -k` takes characters, whatever line they are in; -u 0 keeps it from the terminal.
  \builtin read -r -u 0 -k 4096 _ntfy_value 2>/dev/null <$_ntfy_file
  for _ntfy_line in "${(@f)_ntfy_value}"; do
    _ntfy_line=${_ntfy_line%$'\r'}
    if [[ $_ntfy_line == longer_than_ms=[0-9]* && $_ntfy_line != *=*[^0123456789]* && $#_ntfy_line -lt 29 ]]; then
      __ntfy_ms=${_ntfy_line#*=}
    elif [[ $_ntfy_line == always=* ]]; then
      __ntfy_always=${_ntfy_line#always=}
      [[ $__ntfy_always == *[^A-Za-z0-9_.+\ -]* ]] && __ntfy_always='*'
    fi
  done
  \builtin return 0
}

# Reads the settings anew if they may have changed: the variables, or after a command of a twentieth of a second, in
# which reading a file is not noticed.
__ntfy_watch() {
  __ntfy_threshold
  __ntfy_known=${NTFY_LONGER_THAN-}/${AUTO_NTFY_DONE_LONGER_THAN-}/${XDG_STATE_HOME-}/
  __ntfy_gate=$(( __ntfy_ms < 50 ? __ntfy_ms : 50 ))
  # In seconds; with words of commands that notify however short they are nothing is.
  __ntfy_brief=$(( ${#__ntfy_always} ? 0 : __ntfy_gate / 1000 ))
}

# Is one of the places of the configuration newer than what ntfy keeps of it? The program gives that file the time of the
# newest of them.
__ntfy_stale() {
  \builtin typeset _ntfy_state= _ntfy_file= _ntfy_place= _ntfy_folder=${XDG_CONFIG_HOME-}
  \builtin typeset -a _ntfy_places
  __ntfy_state
  _ntfy_file=$_ntfy_state/hook-settings
  [[ $_ntfy_folder == /* ]] || _ntfy_folder=${HOME-}/.config
  _ntfy_folder+=/ntfy
  _ntfy_places=($_ntfy_folder $_ntfy_folder/ntfy.{yml,yaml,json} ${HOME-}/.ntfy.yml /etc/xdg/ntfy/ntfy.yml
    "${HOME-}/Library/Application Support/ntfy/ntfy.yml" ${NTFY_CONFIG-})
  for _ntfy_place in $_ntfy_places; do
    # In zsh nothing is newer than a file that is not there.
    if [[ $_ntfy_place -nt $_ntfy_file || ( -e $_ntfy_place && ! -e $_ntfy_file ) ]]; then \builtin return; fi
  done
  \builtin return 1
}

# At a prompt, of fast commands once a second at most: has the program write it again, once for a change, and reads it when that is done.
__ntfy_renew() {
  __ntfy_check=$(( EPOCHREALTIME + 1 ))
  if ! __ntfy_stale; then
    [[ -z $__ntfy_renewing ]] || __ntfy_watch
    __ntfy_renewing=
    \builtin return 0
  fi
  __ntfy_check=0
  [[ -z $__ntfy_renewing ]] || \builtin return 0
  __ntfy_renewing=1
  (
    \builtin setopt posix_traps
    \builtin trap "" HUP INT QUIT TSTP
    [[ -z ${NTFY_NODE-} ]] || \builtin export NTFY_NODE
    (( ${+functions[command_not_found_handler]} )) && \builtin unfunction command_not_found_handler
    \builtin command -- ${NTFY_BIN:-ntfy} shell-next --settings &
  ) </dev/null >/dev/null 2>&1
}

__ntfy_preexec() {
  \builtin trap - DEBUG
  (( __ntfy_told )) && __ntfy_next
  # $1 is what was typed, or nothing where the history does not keep it; $3 has aliases expanded.
  __ntfy_typed=$1 __ntfy_last=$3 __ntfy_resumed= __ntfy_job=
  if [[ $3 == [fn%]* ]]; then
    case $3 in
      (fg|fg[[:space:]]*|%*) __ntfy_resume ${=3} ;;
      (ntfy[[:space:]]*) [[ -z $__ntfy_serves || ${${=3}[2]} != fg ]] || __ntfy_resume ${=3#ntfy} ;;
    esac
  fi
  __ntfy_start=$EPOCHREALTIME
}

__ntfy_precmd() {
  # One command, which no DEBUG trap sees: it would run after it, and comes back when this function returns.
  \builtin trap - ${${__ntfy_code::=$?}:+DEBUG}
  # Most prompts have nothing that has to be looked at. 145 to 150 are the statuses of what was stopped.
  if (( EPOCHREALTIME < __ntfy_check && EPOCHREALTIME - __ntfy_start < __ntfy_brief && (__ntfy_code < 145 || __ntfy_code > 150) )) &&
    [[ $__ntfy_known == "${NTFY_LONGER_THAN-}/${AUTO_NTFY_DONE_LONGER_THAN-}/${XDG_STATE_HOME-}/${NTFY_BACKGROUND-}$__ntfy_serves$__ntfy_job" && $#__ntfy_back -eq 0 ]]; then
    __ntfy_start=0
    \builtin return 0
  fi
  __ntfy_look
}

__ntfy_look() {
  \builtin typeset -i _ntfy_code=$__ntfy_code
  \builtin typeset _ntfy_mark=
  \builtin typeset -F _ntfy_took=$(( __ntfy_start ? (EPOCHREALTIME - __ntfy_start) * 1000 : -1 ))
  __ntfy_start=0
  [[ $__ntfy_known == "${NTFY_LONGER_THAN-}/${AUTO_NTFY_DONE_LONGER_THAN-}/${XDG_STATE_HOME-}/" ]] || __ntfy_watch
  (( EPOCHREALTIME < __ntfy_check && _ntfy_took < 50 )) || __ntfy_renew
  [[ -z ${NTFY_BACKGROUND-} && $#__ntfy_back -eq 0 ]] || __ntfy_background
  [[ -z $__ntfy_serves ]] || __ntfy_serve
  (( _ntfy_took >= 0 )) || \builtin return 0
  if (( _ntfy_code > 144 && _ntfy_code < 151 )) && __ntfy_suspended; then \builtin return 0; fi
  (( _ntfy_took < 50 )) || __ntfy_take
  if [[ -n $__ntfy_job && -n ${__ntfy_asked[$__ntfy_job]-} ]]; then
    _ntfy_mark=job
    \builtin unset "__ntfy_asked[$__ntfy_job]"
    __ntfy_serve
  fi
  [[ -n $__ntfy_always$_ntfy_mark ]] || (( _ntfy_took >= __ntfy_gate )) || \builtin return 0
  (( _ntfy_took >= __ntfy_gate )) && __ntfy_watch
  [[ ${NTFY-} != off ]] || \builtin return 0
  if [[ -n $_ntfy_mark ]]; then
    __ntfy_launch $_ntfy_code ${_ntfy_took%.*} --marked=$_ntfy_mark
    \builtin return 0
  fi
  [[ $_ntfy_code != 130 ]] || \builtin return 0
  if [[ -n $__ntfy_renewing && -z ${NTFY_LONGER_THAN-}${AUTO_NTFY_DONE_LONGER_THAN-} ]] && (( _ntfy_took >= 50 )); then
    # The configuration has just changed: the program knows what it says.
    __ntfy_launch $_ntfy_code ${_ntfy_took%.*} --unsure
  elif (( _ntfy_took >= __ntfy_ms )); then
    __ntfy_launch $_ntfy_code ${_ntfy_took%.*}
  elif [[ -n $__ntfy_always ]] && __ntfy_listed $_ntfy_code; then
    __ntfy_launch $_ntfy_code ${_ntfy_took%.*} --short
  fi
  \builtin return 0
}

# Counts the notifications.
__ntfy_count() {
  __ntfy_told=1
  (( ++__ntfy_turn > 1 )) && \builtin return
  \builtin typeset _ntfy_state=
  __ntfy_state
  # Of an earlier shell that had the number of this one.
  [[ ! -f $_ntfy_state/shells/$$ ]] || ! __ntfy_mine $_ntfy_state/shells/$$ || { \builtin : >|$_ntfy_state/shells/$$ } 2>/dev/null
}

# Sets state to the folder of what ntfy keeps. In another user's home (sudo -E) root keeps nothing.
__ntfy_state() {
  \builtin typeset _ntfy_folder=
  _ntfy_state=${XDG_STATE_HOME-}
  [[ $_ntfy_state == /* ]] || _ntfy_state=${HOME-}/.local/state
  _ntfy_state+=/ntfy
  _ntfy_folder=$_ntfy_state
  while (( EUID == 0 )) && [[ -n $_ntfy_folder ]]; do
    if [[ -e $_ntfy_folder && ! -O $_ntfy_folder ]]; then
      _ntfy_state=~root/.local/state/ntfy
      \builtin return
    fi
    _ntfy_folder=${_ntfy_folder%/*}
  done
}

# Is FILE one of ours, or none at all? A pipe in its place would hold up the prompt, and a link lead to another file.
__ntfy_mine() {
  [[ -O ${1%/*} && ! -L $1 ]] && [[ ! -e $1 || ( -f $1 && -O $1 ) ]]
}

# As the next command starts: records for the program that its last notification is out of date, and has it withdraw what
# it still shows.
__ntfy_next() {
  \builtin typeset _ntfy_state=
  [[ ${(t)REPORTTIME-}${(t)REPORTMEMORY-} == *readonly* ]] || \builtin typeset REPORTTIME=-1 REPORTMEMORY=-1
  \builtin typeset -a _ntfy_shown
  __ntfy_told=0
  __ntfy_state
  [[ -d $_ntfy_state/shells ]] || \builtin command mkdir -p -m 700 $_ntfy_state/shells </dev/null >/dev/null 2>&1
  if __ntfy_mine $_ntfy_state/shells/$$; then { \builtin print -rn -- $__ntfy_turn >|$_ntfy_state/shells/$$ } 2>/dev/null; fi
  _ntfy_shown=(${XDG_RUNTIME_DIR-}/ntfy/desktop/thread-shell-$$-*(N))
  (( $#_ntfy_shown )) || \builtin return 0
  (
    \builtin setopt posix_traps
    \builtin trap "" HUP INT QUIT TSTP
    [[ -z ${NTFY_NODE-} ]] || \builtin export NTFY_NODE
    (( ${+functions[command_not_found_handler]} )) && \builtin unfunction command_not_found_handler
    \builtin command -- ${__ntfy_program:-ntfy} shell-next --shell-pid $$ &
  ) </dev/null >/dev/null 2>&1
}

# __ntfy_listed STATUS: may it be a command that always notifies? The program decides.
__ntfy_listed() {
  \builtin typeset _ntfy_word= _ntfy_text=" $__ntfy_typed $__ntfy_last "
  [[ $__ntfy_always == '*' ]] && \builtin return
  [[ $1 != 0 && " $__ntfy_always " == *' failure '* ]] && \builtin return
  if [[ -n $__ntfy_resumed ]]; then
    _ntfy_text=" ${__ntfy_resumed#+} "
  elif [[ -z $__ntfy_typed ]]; then
    # The history does not keep it.
    \builtin return 1
  fi
  for _ntfy_word in ${=__ntfy_always}; do
    [[ $_ntfy_text == *[^A-Za-z0-9_.+-]${_ntfy_word}[^A-Za-z0-9_.+-]* ]] && \builtin return
  done
  \builtin return 1
}

# Did the command stop, instead of ending? Then remembers what was typed, for the time when it goes on.
__ntfy_suspended() {
  \builtin typeset _ntfy_job=${(k)jobstates[(r)suspended:+*]}
  [[ -n $_ntfy_job ]] || \builtin return 1
  if [[ -n $__ntfy_resumed ]]; then
    __ntfy_stopped[$_ntfy_job]=$__ntfy_resumed
  else
    __ntfy_stopped[$_ntfy_job]="+$__ntfy_typed"
  fi
  __ntfy_take
  # With its process, and when it began.
  [[ -z $_ntfy_mark ]] || __ntfy_asked[$_ntfy_job]="${${jobstates[$_ntfy_job]##*:}%%=*} $(( EPOCHREALTIME - _ntfy_took / 1000 ))"
  # Only while there is a job for it, and no command of the user's with that name.
  (( ${+functions[ntfy]} )) || { __ntfy_serves=1; functions[ntfy]='__ntfy_command "$@"' }
  \builtin return 0
}

# Serves `ntfy fg` only as long as a job is suspended. Where a marked one has ended in the background, its mark asks for that.
__ntfy_serve() {
  \builtin typeset _ntfy_one
  for _ntfy_one in ${(k)__ntfy_asked}; do
    [[ -z ${jobstates[$_ntfy_one]-} && $_ntfy_one != "$__ntfy_job" ]] || \builtin continue
    __ntfy_report ${__ntfy_asked[$_ntfy_one]%% *} $(( (EPOCHREALTIME - ${__ntfy_asked[$_ntfy_one]#* }) * 1000 )) "${__ntfy_stopped[$_ntfy_one]#+}" --marked=job
    \builtin unset "__ntfy_asked[$_ntfy_one]"
  done
  [[ "$jobstates" == *suspended* || $#__ntfy_asked -gt 0 ]] && \builtin return
  __ntfy_serves=
  \builtin unfunction ntfy 2>/dev/null
}

# `ntfy fg [JOB]`: marks a suspended job and resumes it. Everything else is for the program.
__ntfy_command() {
  if [[ ${1-} != fg || ${2-} == -* ]]; then
    \builtin command -- ntfy "$@"
    \builtin return
  fi
  [[ -z $__ntfy_job ]] || : ${__ntfy_asked[$__ntfy_job]:="${${jobstates[$__ntfy_job]##*:}%%=*} $EPOCHREALTIME"}
  \builtin fg "${@:2}"
}

# Sets mark to the mark that `ntfy this` left of the running command, and takes it away.
__ntfy_take() {
  \builtin typeset _ntfy_state= _ntfy_file=
  __ntfy_state
  _ntfy_file=$_ntfy_state/marks/$$
  [[ -s $_ntfy_file ]] && __ntfy_mine $_ntfy_file || \builtin return 0
  { \builtin read -r _ntfy_mark <$_ntfy_file; \builtin : >|$_ntfy_file } 2>/dev/null
  [[ $_ntfy_mark == cancel ]] || \builtin return 0
  _ntfy_mark= __ntfy_asked=()
}

# At a prompt, for jobs in the background, each known by its last process: which have ended, and which are new.
__ntfy_background() {
  \builtin typeset _ntfy_pid= _ntfy_job= _ntfy_line= _ntfy_file=
  \builtin typeset -F _ntfy_begun=$(( EPOCHREALTIME - (_ntfy_took > 0 ? _ntfy_took / 1000 : 0) ))
  \builtin typeset -a _ntfy_new
  for _ntfy_pid in ${(k)__ntfy_back}; do
    [[ "$jobstates" == *:$_ntfy_pid=* ]] || __ntfy_ended $_ntfy_pid
  done
  if [[ ${NTFY_BACKGROUND:-0} == 0 ]]; then
    __ntfy_seen=off
  elif [[ $__ntfy_seen == off ]]; then
    # What was started before that is not asked for.
    __ntfy_seen=$!
  elif [[ $! != "$__ntfy_seen" ]]; then
    __ntfy_seen=$!
    [[ $__ntfy_last == bg* ]] || __ntfy_started
  fi
}

# Remembers the jobs of the line that ran, which are there now, or have ended already.
__ntfy_started() {
  for _ntfy_job in ${(k)jobstates}; do
    _ntfy_pid=${${jobstates[$_ntfy_job]##*:}%%=*}
    [[ $jobstates[$_ntfy_job] == running:* && -z ${__ntfy_back[$_ntfy_pid]-} ]] || \builtin continue
    _ntfy_new+=($_ntfy_pid)
    __ntfy_back[$_ntfy_pid]=$_ntfy_begun __ntfy_lines[$_ntfy_pid]=$__ntfy_typed __ntfy_texts[$_ntfy_pid]=$jobtexts[$_ntfy_job]
    __ntfy_pids[$_ntfy_pid]="${(j: :)${${(s.:.)jobstates[$_ntfy_job]}[3,-1]}%%=*}"
  done
  if (( ! $#_ntfy_new )); then
    __ntfy_back[$__ntfy_seen]=$_ntfy_begun __ntfy_lines[$__ntfy_seen]=$__ntfy_typed __ntfy_texts[$__ntfy_seen]=
    __ntfy_ended $__ntfy_seen
    \builtin return
  fi
  __ntfy_folder
  # A process that follows them would set off a trap for CHLD: with one, an end is as old as its prompt.
  { \builtin trap >|$_ntfy_file } 2>/dev/null
  [[ "$(<$_ntfy_file)" == *CHLD* ]] || \builtin zmodload zsh/zselect && (
    \builtin setopt posix_traps
    \builtin trap "" HUP INT QUIT TSTP
    __ntfy_follow $_ntfy_new &
  ) </dev/null >/dev/null 2>&1
  { \builtin : >|$_ntfy_file } 2>/dev/null
}

# Sets file to where the ends of jobs are written down.
__ntfy_folder() {
  \builtin typeset _ntfy_state=
  if [[ ${XDG_RUNTIME_DIR-} == /* && -O $XDG_RUNTIME_DIR ]]; then _ntfy_state=$XDG_RUNTIME_DIR/ntfy; else __ntfy_state; fi
  _ntfy_file=$_ntfy_state/ended.$$
  [[ -d $_ntfy_state ]] || \builtin command mkdir -p -m 700 $_ntfy_state </dev/null >/dev/null 2>&1
  __ntfy_mine $_ntfy_file || _ntfy_file=/dev/null
}

# Writes down when they end, each in a line.
__ntfy_follow() {
  \builtin typeset _ntfy_pid _ntfy_one
  \builtin umask 077
  while (( $# )) && \builtin kill -0 $$; do
    for _ntfy_pid in "$@"; do
      \builtin shift
      for _ntfy_one in ${=__ntfy_pids[$_ntfy_pid]}; do \builtin kill -0 $_ntfy_one && \builtin break; done
      if (( ! $? )); then
        \builtin set -- "$@" $_ntfy_pid
      else
        \builtin print -r -- "$_ntfy_pid $EPOCHREALTIME" >>|$_ntfy_file
      fi
    done
    \builtin zselect -t 20
  done
}

# __ntfy_ended PID: a job has ended.
__ntfy_ended() {
  \builtin typeset _ntfy_file= _ntfy_line= _ntfy_text=${__ntfy_lines[$1]} _ntfy_job=${__ntfy_texts[$1]}
  \builtin typeset -F _ntfy_end=$EPOCHREALTIME _ntfy_began=${__ntfy_back[$1]}
  \builtin unset "__ntfy_back[$1]" "__ntfy_lines[$1]" "__ntfy_texts[$1]" "__ntfy_pids[$1]"
  __ntfy_folder
  if [[ -s $_ntfy_file ]]; then
    for _ntfy_line in "${(@f)$(<$_ntfy_file)}"; do
      [[ $_ntfy_line != "$1 "* ]] || _ntfy_end=${_ntfy_line#* }
    done
    (( $#__ntfy_back )) || { \builtin : >|$_ntfy_file } 2>/dev/null
  fi
  # What has ended in the foreground is the command that brought it there.
  [[ $__ntfy_last != (fg|fg[[:space:]]*|%*) && ${NTFY-} != off ]] && (( (_ntfy_end - _ntfy_began) * 1000 >= __ntfy_ms )) || \builtin return 0
  __ntfy_report $1 $(( (_ntfy_end - _ntfy_began) * 1000 )) "$_ntfy_text"
}

# __ntfy_report PID MILLISECONDS TEXT [MARK]: notifies of a job.
__ntfy_report() {
  \builtin typeset _ntfy_focus= _ntfy_code=0
  [[ ${(t)REPORTTIME-}${(t)REPORTMEMORY-} == *readonly* ]] || \builtin typeset REPORTTIME=-1 REPORTMEMORY=-1
  __ntfy_find
  (
    \builtin wait $1
    _ntfy_code=$?
    \builtin setopt posix_traps
    \builtin trap "" HUP INT QUIT TSTP
    __ntfy_work_job "$@" &
  ) </dev/null >/dev/null 2>&1
}

# As __ntfy_report; of a line that does more than that, the job alone.
__ntfy_work_job() {
  \builtin typeset _ntfy_text=$3 _ntfy_last=
  \builtin typeset -a _ntfy_flags
  _ntfy_flags=(--job)
  if __ntfy_private; then _ntfy_text=; elif [[ -n ${_ntfy_job-} && ${_ntfy_text//[^&;|]} != '&' ]]; then _ntfy_text=$_ntfy_job; fi
  # zsh knows nothing of a job that was continued in the background.
  [[ -z ${4-} || $_ntfy_code != 255 ]] || _ntfy_code=unknown
  __ntfy_send $_ntfy_code ${2%.*} ${4-}
}

# __ntfy_resume fg [JOB]: sets __ntfy_resumed to "+" and the text of the job that goes on; nothing after "+" is private.
__ntfy_resume() {
  \builtin typeset _ntfy_spec=${2:-$1} _ntfy_job
  [[ $_ntfy_spec == (fg|%|%%|%+) ]] && _ntfy_spec="" || _ntfy_spec=${_ntfy_spec#%}
  case $_ntfy_spec in
    ("") _ntfy_job=${(k)jobstates[(r)*:+:*]} ;;
    (-) _ntfy_job=${(k)jobstates[(r)*:-:*]} ;;
    (\?*) _ntfy_job=${(k)jobtexts[(r)*${(b)_ntfy_spec#?}*]} ;;
    (*[^0-9]*) _ntfy_job=${(k)jobtexts[(r)${(b)_ntfy_spec}*]} ;;
    (*) _ntfy_job=$_ntfy_spec ;;
  esac
  [[ -n $_ntfy_job ]] || \builtin return 0
  __ntfy_job=$_ntfy_job
  __ntfy_resumed=${__ntfy_stopped[$_ntfy_job]-+${jobtexts[$_ntfy_job]-}}
}

# Does it notify even while somebody is looking?
__ntfy_foreground_too() {
  [[ ${NTFY_FOREGROUND_TOO:-0} != 0 && ${AUTO_NTFY_DONE_UNFOCUSED_ONLY-} != -b ]]
}

# Asks the terminal whether it has the focus (DEC 1004): sets focus to yes, no, or nothing. Where something was typed
# ahead, which only shows while lines are not edited by the system, nothing is asked: the answer would come behind it.
# The terminal is left like that, and fails if it cannot be: stty icanon echo comes later.
__ntfy_ask() {
  \builtin typeset _ntfy_answer= _ntfy_key=
  \builtin zmodload zsh/zselect && \builtin command stty -icanon -echo || \builtin return
  if ! \builtin zselect -t 0 -r 0; then
    \builtin print -n '\e[?1004h'
    while (( $#_ntfy_answer < 3 )) && \builtin read -r -u 0 -k 1 -t 0.013 _ntfy_key; do _ntfy_answer+=$_ntfy_key; done
    \builtin print -n '\e[?1004l'
  fi
  case $_ntfy_answer in
    ($'\e[I') _ntfy_focus=yes ;;
    ($'\e[O') _ntfy_focus=no ;;
  esac
}

# Is the terminal VTE, Ghostty or xterm.js? It is the parent of the session's first process, which it started, or that process;
# the variables that terminals set are handed on to other terminals. Looked at once.
__ntfy_answers() {
  [[ $__ntfy_asks == unknown ]] || \builtin return $__ntfy_asks
  \builtin typeset _ntfy_comm _ntfy_leader _ntfy_parent _ntfy_session
  __ntfy_asks=1
  if [[ ! -r /proc/$$/stat ]]; then
    [[ -z ${TMUX-}${STY-}${SSH_CONNECTION-} ]] || \builtin return 1
    case ${TERM_PROGRAM-} in (ghostty|vscode|Hyper|Tabby) __ntfy_asks=0 ;; esac
    \builtin return $__ntfy_asks
  fi
  __ntfy_stat $$ && __ntfy_stat $_ntfy_session || \builtin return 1
  _ntfy_leader=$_ntfy_comm
  __ntfy_stat $_ntfy_parent || \builtin return 1
  for _ntfy_comm in $_ntfy_leader $_ntfy_comm; do
    case $_ntfy_comm in
      (gnome-terminal-|xfce4-terminal*|mate-terminal*|kgx*|ptyxis*|terminator*|tilix*|lxterminal*|guake*|tilda*|sakura*|io.elementary*|pantheon-termin*|ghostty*|.ghostty*|code|code-insiders|codium|cursor|hyper|tabby) __ntfy_asks=0 ;;
    esac
  done
  \builtin return $__ntfy_asks
}

# __ntfy_stat PID: sets comm, parent and session of a process.
__ntfy_stat() {
  \builtin typeset _ntfy_line
  { IFS= \builtin read -r -u 0 _ntfy_line </proc/$1/stat } 2>/dev/null || \builtin return
  _ntfy_comm=${${_ntfy_line#*\(}%\)*}
  _ntfy_line=${${_ntfy_line##*\) }#* }
  _ntfy_parent=${_ntfy_line%% *} _ntfy_line=${_ntfy_line#* * }
  _ntfy_session=${_ntfy_line%% *}
}

# In tmux: asks the terminals that show it to report their focus from now on, once each, in the background. tmux keeps
# what they report, and @ntfy_focus when they were asked.
__ntfy_request() {
  ( \builtin command sh -c 'now=$(date +%s) asked=" $(tmux show-options -sqv @ntfy_focus) " all=
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
  [[ $__ntfy_program != */* || -x $__ntfy_program ]] && \builtin return
  __ntfy_program=$(\builtin whence -p ntfy-done || \builtin whence -p ntfy)
  [[ $__ntfy_stored == $NTFY_BIN ]] || \builtin return
  __ntfy_stored=
  \builtin print -r "ntfy: $NTFY_BIN is gone; instead of it: ${__ntfy_program:-nothing} (ntfy shell-integration --install renews the hooks)" 2>/dev/null >/dev/tty
}

# __ntfy_launch STATUS MILLISECONDS [--short]: in the background, with no word on the terminal and no trace in the table of jobs.
__ntfy_launch() {
  \builtin typeset _ntfy_asks= _ntfy_focus=
  [[ ${(t)REPORTTIME-}${(t)REPORTMEMORY-} == *readonly* ]] || \builtin typeset REPORTTIME=-1 REPORTMEMORY=-1
  __ntfy_count
  __ntfy_find
  if [[ ${3-} != --(short|marked*) ]] && ! __ntfy_foreground_too && __ntfy_answers; then _ntfy_asks=1; fi
  (
    # Without it an ignored signal would not stay ignored in the program.
    \builtin setopt posix_traps
    \builtin trap "" HUP INT QUIT TSTP
    if [[ -n $_ntfy_asks ]]; then { __ntfy_ask <>/dev/tty >&0 } || _ntfy_asks=; fi
    __ntfy_work "$@" &
    # Here, where Ctrl-C does nothing, so that the terminal is never left as it was for the answer.
    if [[ -n $_ntfy_asks ]]; then \builtin exec stty icanon echo </dev/tty; fi
  ) </dev/null >/dev/null 2>&1
}

# Does a command that the history does not keep notify, without its text? NTFY_PRIVATE decides, else the file that ntfy
# keeps of its configuration.
__ntfy_hides() {
  if [[ -n ${NTFY_PRIVATE-} ]]; then [[ $NTFY_PRIVATE == hide ]]; \builtin return; fi
  \builtin typeset _ntfy_line= _ntfy_value= _ntfy_state= _ntfy_file=
  __ntfy_state
  _ntfy_file=$_ntfy_state/hook-settings
  __ntfy_mine $_ntfy_file && [[ -r $_ntfy_file ]] || \builtin return
  \builtin read -r -u 0 -k 4096 _ntfy_value 2>/dev/null <$_ntfy_file
  for _ntfy_line in "${(@f)_ntfy_value}"; do
    [[ ${_ntfy_line%$'\r'} == private=hide ]] && \builtin return
  done
  \builtin return 1
}

__ntfy_work() {
  \builtin typeset _ntfy_text=$__ntfy_typed _ntfy_last=$__ntfy_last
  \builtin typeset -a _ntfy_flags
  if [[ -n $__ntfy_resumed ]]; then _ntfy_text=${__ntfy_resumed#+} _ntfy_last=; fi
  _ntfy_flags=(--turn $__ntfy_turn)
  if __ntfy_private; then _ntfy_text=; fi
  __ntfy_send $1 $2 ${3-}
}

# __ntfy_send STATUS MILLISECONDS [SHORT]: calls the program with what flags, text and last hold; without a text it is private.
__ntfy_send() {
  \builtin typeset -a _ntfy_tty
  [[ ${TTY-} == /* ]] && _ntfy_tty=(--tty $TTY)
  _ntfy_flags=(--shell zsh --shell-pid $$ $_ntfy_tty --status $1 --duration-ms $2 $_ntfy_flags --threshold-ms ${__ntfy_ms%%.*} ${3-})
  if [[ -z $_ntfy_text ]]; then
    [[ ${3-} == --marked* ]] || __ntfy_hides || \builtin return 0
    _ntfy_last= _ntfy_flags+=(--private)
  fi
  [[ -z $_ntfy_focus ]] || _ntfy_flags+=(--focus $_ntfy_focus)
  __ntfy_foreground_too && _ntfy_flags+=(--foreground-too)
  (( ${+AUTO_NTFY_DONE_IGNORE} )) && _ntfy_flags+=(--ignore "${AUTO_NTFY_DONE_IGNORE[*]}")
  case ${(t)AUTO_NTFY_DONE_OPTS-} in
    (array*) _ntfy_flags+=(--opts "${(j: :)${(@q)AUTO_NTFY_DONE_OPTS}}") ;;
    (*) [[ -n ${AUTO_NTFY_DONE_OPTS-} ]] && _ntfy_flags+=(--opts "$AUTO_NTFY_DONE_OPTS") ;;
  esac
  [[ -z ${NTFY_NODE-} ]] || \builtin export NTFY_NODE
  (( ${+functions[command_not_found_handler]} )) && \builtin unfunction command_not_found_handler
  if [[ -z $_ntfy_text ]]; then
    \builtin command -- ${__ntfy_program:-ntfy} shell-done $_ntfy_flags </dev/null
  else
    \builtin print -rn -- ${_ntfy_text[1,4096]}$'\0'${_ntfy_last[1,4096]} | \builtin command -- ${__ntfy_program:-ntfy} shell-done $_ntfy_flags
  fi
}

# Is text not kept by the history? zsh holds on to every line until the next one, so it has to be asked what it will drop.
__ntfy_private() {
  [[ -z $_ntfy_text || $_ntfy_text == [[:space:]]* ]] && \builtin return
  [[ ${aliases[${_ntfy_text%%[[:space:];|&]*}]-} == [[:space:]]* ]] && \builtin return
  [[ -n ${HISTORY_IGNORE-} && $_ntfy_text == ${~HISTORY_IGNORE} ]] && \builtin return
  \builtin typeset _ntfy_filter _ntfy_body
  for _ntfy_filter in zshaddhistory ${zshaddhistory_functions-}; do
    # Those that do more than look at the line are not asked a second time.
    _ntfy_body=${${functions[$_ntfy_filter]-}//(2|)\>(\||) \/dev\/null}
    case $_ntfy_body in (""|*print*|*fc\ *|*sqlite*|*coproc*|*\$\(*|*\>*|*\ \|\ *) \builtin continue ;; esac
    $_ntfy_filter $_ntfy_text$'\n' || \builtin return 0
  done
  \builtin return 1
}

# Leaves word of this shell for `ntfy attend`, which may only come later, and starts that where it is wanted.
__ntfy_present() {
  \builtin typeset _ntfy_state= _ntfy_file= _ntfy_line=
  \builtin typeset -a _ntfy_fields
  \builtin read -r _ntfy_line 2>/dev/null </proc/$$/stat || \builtin return 0
  __ntfy_state
  if [[ ${XDG_RUNTIME_DIR-} == /* && -O $XDG_RUNTIME_DIR ]]; then _ntfy_file=$XDG_RUNTIME_DIR/ntfy-shells; else _ntfy_file=$_ntfy_state/hooked-shells; fi
  __ntfy_mine $_ntfy_file && [[ -d ${_ntfy_file%/*} ]] || \builtin return 0
  # Fields 7 and 22: the terminal and the start.
  _ntfy_fields=(${=_ntfy_line##*\) })
  \builtin print -r -- "$$ $_ntfy_fields[5] $_ntfy_fields[20]" 2>/dev/null >>|$_ntfy_file
  [[ -e $_ntfy_state/attend ]] && __ntfy_mine $_ntfy_state/attend || \builtin return 0
  ( NTFY_NODE=${NTFY_NODE-} \builtin command -- ${NTFY_BIN:-ntfy} attend & ) </dev/null >/dev/null 2>&1
  \builtin return 0
}

ntfy_unhook() {
  preexec_functions=(${preexec_functions:#__ntfy_preexec})
  precmd_functions=(${precmd_functions:#__ntfy_precmd})
  (( $#preexec_functions )) || \builtin unset preexec_functions
  (( $#precmd_functions )) || \builtin unset precmd_functions
  if [[ ${1-} != again ]]; then
    # Those that `ntfy shell-integration` puts before this file are not exported.
    [[ ${(t)NTFY_BIN-} == *export* ]] || \builtin unset NTFY_BIN
    [[ ${(t)NTFY_NODE-} == *export* ]] || \builtin unset NTFY_NODE
  fi
  [[ -z $__ntfy_serves ]] || \builtin unfunction ntfy 2>/dev/null
  \builtin unset -m "__ntfy_*"
  \builtin unfunction -m "__ntfy_*" ntfy_unhook
}

# Functions defined under `emulate -c` run with those options, whatever the user's are: set -x shows nothing of them.
() {
  \builtin zmodload -F zsh/parameter p:functions p:jobstates p:jobtexts
  \builtin zmodload -F zsh/datetime p:EPOCHREALTIME
  # They would be in the environment of every program.
  \builtin setopt local_options no_all_export
  \builtin typeset -g __ntfy_program= __ntfy_stored=${NTFY_BIN-}
  \builtin typeset -gi __ntfy_code=0 __ntfy_told=0 __ntfy_turn=0
  \builtin typeset -gF __ntfy_check=0 __ntfy_start=0 __ntfy_ms=10000 __ntfy_gate=0 __ntfy_brief=0
  \builtin typeset -g __ntfy_renewing= __ntfy_typed= __ntfy_last= __ntfy_resumed= __ntfy_known= __ntfy_always= __ntfy_asks=unknown
  \builtin typeset -g __ntfy_job= __ntfy_serves= __ntfy_seen=off
  \builtin typeset -gA __ntfy_stopped __ntfy_asked __ntfy_back __ntfy_lines __ntfy_texts __ntfy_pids
  __ntfy_stopped=() __ntfy_asked=() __ntfy_back=() __ntfy_lines=() __ntfy_texts=() __ntfy_pids=()
  \builtin typeset -ga preexec_functions precmd_functions
} 2>/dev/null
if (( ${+EPOCHREALTIME} && ${+functions} )); then
  \builtin emulate -R zsh -o local_traps -o no_debug_before_cmd -c "
    for __ntfy_name in \${(k)functions[(I)__ntfy_*|ntfy_unhook]}; do
      functions[\$__ntfy_name]=\$functions[\$__ntfy_name]
    done
    \\builtin unset __ntfy_name
    # Before all others: their time is not the command's. After all others: theirs is not, either.
    precmd_functions=(__ntfy_precmd \$precmd_functions)
    preexec_functions+=(__ntfy_preexec)
    __ntfy_watch
    [[ -z \${TMUX-} ]] || __ntfy_request
    __ntfy_present"
fi
fi
