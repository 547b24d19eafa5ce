# `ntfy send --no-wait` and `ntfy hook`: the call goes into a file of the inbox, and Node, for which nobody waits, makes
# the notification of it. src/inbox/call.ts describes the file.

# Never returns if the call was stored, or refused; returns if it is for Node.
spool_call() {
  split_call "$@"
  case $ntfy_verb$ntfy_later in hook | send1 | hook1) ;; *) return 0 ;; esac
  # Somebody reads what is wrong with the words: Node checks them first.
  [ "$ntfy_help" ] && return
  case $ntfy_verb in hook) [ -t 0 ] ;; *) [ -t 2 ] ;; esac && return
  if [ $ntfy_verb = send ] && { [ -p "$ntfy_config" ] || [ -S "$ntfy_config" ]; }; then
    refuse_call 64 "send --no-wait: -c $ntfy_config: a pipe can be read only now: expected a file (or no --no-wait)"
  fi
  find_inbox || return 0
  [ $ntfy_verb = hook ] && only_cancels && nothing_pending && { drain; exit 0; }
  find_node : || { [ $ntfy_verb = hook ] && exit 0; } || run_node
  trap '' HUP INT
  [ -d "$ntfy_inbox" ] || (umask 077 && exec mkdir -p "$ntfy_inbox") 2>/dev/null ||
    refuse_call 75 "not stored: $ntfy_inbox cannot be made"
  [ -O "$ntfy_inbox" ] && ! [ -L "$ntfy_inbox" ] || return 0
  has_room || { leave_to_node && refuse_call 75 "not stored: $ntfy_inbox is full (ntfy queue flush empties it)"; }
  [ "$ntfy_size" -le 1048576 ] || refuse_call 75 'not stored: the words are larger than 1 MB'
  ntfy_call=''
  read -r ntfy_call 2>/dev/null </proc/sys/kernel/random/uuid || ntfy_call=$(uuidgen 2>/dev/null || echo "$$-$(date +%s)")
  store_call "$@" 2>/dev/null || { [ $? = 3 ] && exit 0; } || refuse_call 75 "not stored: $ntfy_inbox cannot be written"
  [ $ntfy_verb = hook ] && asks_permission && answer_permission
  # From here on the call is Node's, and the group of the caller may end.
  trap '' TERM
  leave_to_node "$ntfy_inbox/$ntfy_call.call"
  exit 0
}

# An agent takes any other status than 0 for an answer.
refuse_call() {
  [ $ntfy_verb = hook ] && exit 0
  echo "ntfy: $2" >&2
  exit "$1"
}

# What src/cli/arguments.ts makes of the words, as far as it matters here: the verb, whether nobody is to wait, whether
# help is wanted, the configuration, and the number and the last of the other words.
split_call() {
  ntfy_verb='' ntfy_later='' ntfy_help='' ntfy_config=${NTFY_CONFIG-} ntfy_count=0 ntfy_last=''
  ntfy_skip=0 ntfy_value='' ntfy_end='' ntfy_size=0
  for ntfy_word in "$@"; do
    ntfy_size=$((ntfy_size + ${#ntfy_word} + 1))
    if [ $ntfy_skip -gt 0 ]; then
      ntfy_skip=$((ntfy_skip - 1))
      [ "$ntfy_value" ] && ntfy_config=$ntfy_word ntfy_value=''
      continue
    fi
    if [ "$ntfy_end" ]; then
      take_word "$ntfy_word"
    else
      case $ntfy_word in
      -) take_word - ;;
      --) ntfy_end=1 ;;
      --no-wait) ntfy_later=1 ;;
      --help) ntfy_help=1 ;;
      --config) ntfy_skip=1 ntfy_value=1 ;;
      --config=*) ntfy_config=${ntfy_word#--config=} ;;
      -b | --backend | --title | --log-level | --color | --priority | --url | --tag | --action | --icon | --in | --at) ntfy_skip=1 ;;
      # What is shown or refused, and files that are copied now, are Node's.
      --dry-run | --json | --no-queue) ntfy_help=1 ;;
      --attach) ntfy_skip=1 ntfy_help=1 ;;
      --attach=*) ntfy_help=1 ;;
      -o | --option) ntfy_skip=2 ;;
      -o* | --option=*) ntfy_skip=1 ;;
      --* | -b*) ;;
      -*) take_letters "${ntfy_word#-}" ;;
      *) take_word "$ntfy_word" ;;
      esac
    fi
  done
}

# Letters in one word: the first that takes a value ends them.
take_letters() {
  ntfy_rest=$1
  while [ "$ntfy_rest" ]; do
    case $ntfy_rest in
    c) ntfy_skip=1 ntfy_value=1 ;;
    c*) ntfy_config=${ntfy_rest#c} ntfy_config=${ntfy_config#=} ntfy_rest=c ;;
    t | l) ntfy_skip=1 ;;
    t* | l*) ntfy_rest=t ;;
    h*) ntfy_help=1 ;;
    esac
    ntfy_rest=${ntfy_rest#?}
  done
}

take_word() {
  if [ -z "$ntfy_verb" ]; then
    ntfy_verb=${1:-none}
    [ "$ntfy_end" ] && ntfy_verb=none
  else
    ntfy_count=$((ntfy_count + 1)) ntfy_last=$1
  fi
}

# Where src/platform/paths.ts has it; false if there is no home, or it is another user's (sudo -E).
find_inbox() {
  case ${XDG_STATE_HOME-} in
  /*) ntfy_inbox=$XDG_STATE_HOME ;;
  *) case ${HOME-} in /*) ntfy_inbox=$HOME/.local/state ;; *) return 1 ;; esac ;;
  esac
  ntfy_inbox=$ntfy_inbox/ntfy/inbox ntfy_folder=$ntfy_inbox
  while [ "$ntfy_folder" ] && ! [ -e "$ntfy_folder" ]; do ntfy_folder=${ntfy_folder%/*}; done
  # shellcheck disable=SC3067 # dash, bash and busybox have -O
  [ -O "${ntfy_folder:-/}" ]
}

# At most 1,000 files and 50 MB; so few cannot be too large that they are worth measuring.
has_room() {
  set -- "$ntfy_inbox"/*.call
  [ $# -lt 1000 ] || return 1
  [ $# -lt 48 ] && return
  ntfy_kilobytes=$(du -sk "$ntfy_inbox" 2>/dev/null) || return 0
  [ "${ntfy_kilobytes%%[!0-9]*}" -lt 51200 ]
}

# In a process of its own, for the umask, which ends as the renaming.
store_call() (
  umask 077
  set -C
  ntfy_draft=$ntfy_inbox/.$ntfy_call.tmp
  { print_call "$@" && print_input; } >"$ntfy_draft" || { rm -f "$ntfy_draft"; exit 1; }
  [ $ntfy_verb = hook ] && nothing_pending && says_it_cancels && { rm -f "$ntfy_draft"; exit 3; }
  exec mv -f "$ntfy_draft" "$ntfy_inbox/$ntfy_call.call"
)

# Each field ends with NUL; an empty one ends the variables.
print_call() {
  ntfy_stat=''
  read -r ntfy_stat </proc/$$/stat
  ntfy_wrapped=''
  [ $ntfy_verb = hook ] && note_ancestors
  printf '%s\0' 'ntfy call 1' "${PWD-}" "$PPID" "$ntfy_stat" &&
    { [ -z "$ntfy_wrapped" ] || printf '%s\0' NTFY_WRAPPED=1; } && print_variables && printf '%s\0' $# "$@"
}

# What /proc says of the process that calls, its parent, and so on: those between the agent and us are gone soon.
note_ancestors() {
  ntfy_pid=$PPID ntfy_generation=0
  while [ $ntfy_generation -lt 30 ]; do
    case $ntfy_pid in '' | 0 | *[!0-9]*) return 0 ;; esac
    ntfy_line=''
    read -r ntfy_line <"/proc/$ntfy_pid/stat" || return 0
    ntfy_stat=$ntfy_stat$ntfy_newline$ntfy_line
    case $ntfy_line in *'(node)'* | *'(MainThread)'*) is_wrapper && ntfy_wrapped=1 ;; esac
    ntfy_pid=${ntfy_line##*) }
    ntfy_pid=${ntfy_pid#* }
    ntfy_pid=${ntfy_pid%% *}
    ntfy_generation=$((ntfy_generation + 1))
  done
}

# Is the process `ntfy done`? It may be gone when the call is handled. A shell reads the words without the NULs between
# them, so a process is started only where they may be ours.
is_wrapper() {
  ntfy_text=''
  read -r ntfy_text <"/proc/$ntfy_pid/cmdline"
  case $ntfy_text in *[/]ntfy*'done'*) grep -qzx 'done' "/proc/$ntfy_pid/cmdline" ;; *) return 1 ;; esac
}

# Events of agents that only say that a session goes on. Hooks that are installed name them on the command line.
only_cancels() {
  [ $ntfy_count = 2 ] || return
  case $ntfy_last in
  PostToolUse | PostToolUseFailure | PostToolBatch | PermissionDenied | AfterTool | BeforeTool) ;;
  preToolUse | postToolUse | postToolUseFailure | afterShellExecution | afterMCPExecution | afterFileEdit) ;;
  *) return 1 ;;
  esac
}

says_it_cancels() {
  case $ntfy_count$ntfy_last in 1*) ;; *) return 1 ;; esac
  grep -aqE '[{,[:space:]]"(hook_event_name|event)"[[:space:]]*:[[:space:]]*"(PostToolUse(Failure)?|PostToolBatch|AfterTool|BeforeTool)"' "$ntfy_draft" &&
    ! grep -aqE '[{,[:space:]]"(hook_event_name|event)"[[:space:]]*:[[:space:]]*"(UserPromptSubmit|Stop|StopFailure|SessionEnd|Notification|PermissionRequest|PreToolUse)"' "$ntfy_draft"
}

# Somebody may want to be asked for it elsewhere (`agents: {ask: ...}`): then the agent waits for the answer.
asks_permission() {
  case $ntfy_count$ntfy_last in
  2[Pp]ermissionRequest | 1* | 2'{'*[Pp]'ermissionRequest"'*) ;;
  *) return 1 ;;
  esac
  set --
  ntfy_settings=${XDG_CONFIG_HOME:-${HOME-}/.config}/ntfy/ntfy
  for ntfy_entry in "$ntfy_config" "$ntfy_settings".yml "$ntfy_settings".yaml "$ntfy_settings".json \
    "${HOME-}"/Library/Application\ Support/ntfy/ntfy.* "${HOME-}"/.ntfy.*; do
    [ -f "$ntfy_entry" ] && set -- "$@" "$ntfy_entry"
  done
  IFS=:
  for ntfy_folder in ${XDG_CONFIG_DIRS:-/etc/xdg}; do
    for ntfy_entry in "$ntfy_folder"/ntfy/ntfy.*; do [ -f "$ntfy_entry" ] && set -- "$@" "$ntfy_entry"; done
  done
  unset IFS
  [ $# -gt 0 ] && grep -qiE '(^|[{,[:space:]"'\''])ask["'\'']?[[:space:]]*:' "$@" 2>/dev/null || return 1
  [ $ntfy_count = 2 ] && return
  grep -aq '[Pp]ermissionRequest"' "$ntfy_inbox/$ntfy_call.call"
}

# What Node prints decides; whatever fails, the agent asks at its own terminal.
answer_permission() {
  set_aside inbox
  find_node fits || return 0
  case $0 in /*) ntfy_bin=$0 ;; *) ntfy_bin=$PWD/$0 ;; esac
  exec "$ntfy_node" "$ntfy_bin" inbox --ask "$ntfy_inbox/$ntfy_call.call" </dev/null 2>/dev/null
}

# No session has asked anything (src/agents/sessions.ts), and no call is on its way.
nothing_pending() {
  for ntfy_entry in "${ntfy_inbox%inbox}agents"/*.pending "$ntfy_inbox"/*.call "$ntfy_inbox"/*.claim-*; do
    [ -e "$ntfy_entry" ] && return 1
  done
  return 0
}

# Who writes the event is not to meet a closed pipe.
drain() {
  [ -t 0 ] || { { : <&0; } 2>/dev/null && timed_cat >/dev/null 2>&1; }
}

# The build names those of src/inbox/variables.ts here.
print_variables() {
  # @variables@
}

# Only where it is the message, or the event.
print_input() {
  case $ntfy_verb$ntfy_count$ntfy_last in
  send0 | send1- | hook*) ;;
  *) return 0 ;;
  esac
  if [ $ntfy_verb = send ]; then
    [ -t 0 ] && [ $ntfy_count = 0 ] && return
    { : <&0; } 2>/dev/null || return 0
    head -c 1048577
    return
  fi
  case $ntfy_last in '{'*) return 0 ;; esac
  [ -t 0 ] && return
  { : <&0; } 2>/dev/null || return 0
  # cat writes what it has read at once, so nothing is lost when its time is over. A limit of the file's size (blocks of
  # 512 bytes, header included) costs no process, as head would.
  ulimit -c 0
  ulimit -f 2304
  timed_cat || :
}

# A second at most, and no longer than until one whole JSON value is there: not every agent closes the pipe.
timed_cat() {
  if command -v timeout >/dev/null; then
    for ntfy_share in 0.1 0.2 0.7; do
      timeout $ntfy_share cat
      case $? in
      124 | 143) holds_whole_value && return ;;
      # busybox takes whole seconds alone.
      125 | 1) timeout 1 cat; return ;;
      *) return ;;
      esac
    done
    return
  fi
  exec 9<&0
  cat <&9 &
  ntfy_cat=$!
  (sleep 1 && kill "$ntfy_cat") >/dev/null 2>&1 9<&- &
  wait "$ntfy_cat"
  kill $! 2>/dev/null
}

# Is what stands behind the last NUL of the draft an object whose brackets are all closed?
holds_whole_value() {
  [ -f "${ntfy_draft-}" ] && tr '\000' '\001' <"$ntfy_draft" | awk '
    BEGIN { RS = "\001" }
    { text = $0 }
    END {
      gsub(/\\./, "", text); gsub(/"[^"]*"/, "", text)
      opened = gsub(/[{[]/, "", text); closed = gsub(/[]}]/, "", text)
      exit !(opened > 0 && opened == closed && text !~ /"/)
    }' 2>/dev/null
}

# Starts Node with none of the caller's descriptors, in no folder that somebody may want to unmount, in a session of its
# own. dash cannot close what has two digits, so bash does, or at last Node. Without setsid (macOS) Node starts another.
leave_to_node() {
  note_descriptors
  case $0 in /*) ntfy_bin=$0 ;; *) ntfy_bin=$PWD/$0 ;; esac
  (
    exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
    set_aside inbox
    # Here nobody waits for the answer; where no Node fits, the next run takes the call.
    find_node fits || exit
    case $ntfy_node in /*) ;; *) ntfy_node=$PWD/$ntfy_node ;; esac
    cd /
    if command -v setsid; then set -- setsid "$ntfy_node" "$ntfy_bin" inbox ${1+"$1"}
    else set -- "$ntfy_node" "$ntfy_bin" inbox --leave ${1+"$1"}
    fi
    case "$ntfy_descriptors " in
    *[0-9][0-9]\ *)
      command -v bash &&
        exec bash -c 'for n in $0; do eval "exec $n>&-"; done; exec "$@"' "$ntfy_descriptors" "$@"
      ;;
    esac
    exec "$@"
  ) </dev/null >/dev/null 2>&1 &
}
