# ntfy.elv - notifies when a long command is done, for interactive elvish 0.19 and later.
#
#   eval (ntfy shell-integration -s elvish | slurp)      or   ntfy shell-integration -s elvish --install
#   ntfy_unhook                   removes the hooks from the running shell
#
# Settings: variables of the environment, which may be changed at any time (set-env NTFY_LONGER_THAN 30).
#
#   NTFY_LONGER_THAN              notify from this many seconds on (2, 0.5); else longer_than of the configuration, else 10
#   NTFY                          "off": no notifications from this shell
#   NTFY_PRIVATE                  "hide": commands typed with a leading space notify too, without their text;
#                                 "drop": they do not; else private of the configuration, else "drop"
#   NTFY_FOREGROUND_TOO           1: notify even while somebody is looking at the terminal
#   NTFY_BIN, NTFY_NODE           the program to call, otherwise ntfy from PATH, and the node that it runs on
#   AUTO_NTFY_DONE_*              LONGER_THAN, UNFOCUSED_ONLY, IGNORE and OPTS, as in the other shells
#
# Nothing is started for a command that is shorter.

use math
use path
use re
use str

# The value of a variable of the environment, or nothing.
fn -ntfy-env {|name| if (has-env $name) { get-env $name } else { put '' } }

# The file that ntfy keeps of its configuration; none means defaults.
fn -ntfy-settings {
  var state = (-ntfy-env XDG_STATE_HOME)
  if (not (str:has-prefix $state /)) { set state = (-ntfy-env HOME)/.local/state }
  var all = [&]
  if (path:is-regular $state/ntfy/hook-settings) {
    try {
      for line [(slurp < $state/ntfy/hook-settings | str:split "\n" (all))] {
        var parts = [(str:split &max=2 '=' (str:trim-space $line))]
        if (eq (count $parts) 2) { set all[$parts[0]] = $parts[1] }
      }
    } catch e { nop }
  }
  put $all
}

# The threshold in milliseconds: the variables, the configuration, ten seconds.
fn -ntfy-threshold {|settings|
  for name [AUTO_NTFY_DONE_LONGER_THAN NTFY_LONGER_THAN] {
    var value = (re:replace '^(-L|--longer-than)?[= ]?' '' (-ntfy-env $name))
    if (re:match '^([0-9]+\.?[0-9]*|\.[0-9]+)$' $value) {
      put (math:round (* 1000 (num 0$value)))
      return
    }
  }
  if (and (has-key $settings longer_than_ms) (re:match '^[0-9]{1,13}$' $settings[longer_than_ms])) {
    put (num $settings[longer_than_ms])
  } else {
    put (num 10000)
  }
}

# May it be a command that always notifies? The program decides.
fn -ntfy-listed {|settings line status|
  if (not (has-key $settings always)) { put $false; return }
  var words = [(str:split ' ' $settings[always])]
  if (or (has-value $words '*') (and (!= $status 0) (has-value $words failure))) { put $true; return }
  for word [(re:split '[^\w.+-]+' $line)] {
    if (and (not-eq $word '') (has-value $words $word)) { put $true; return }
  }
  put $false
}

# What an exception stands for: 0 for none, the status of a program, 128 and its signal; 130 for Ctrl-C, 1 for all else.
fn -ntfy-status {|error|
  # `return` is an exception as well, which `try` would take.
  var status = 1
  if (eq $error $nil) {
    set status = 0
  } elif (str:contains (to-string $error[reason]) interrupted) {
    set status = 130
  } else {
    var reason = $error[reason]
    try {
      if (eq $reason[type] pipeline) { for one $reason[exceptions] { if (not-eq $one $ok) { set reason = $one[reason] } } }
    } catch e { nop }
    try { set status = $reason[exit-status] } catch e { nop }
    try { set status = (+ 128 $reason[signal-number]) } catch e { nop }
  }
  put $status
}

# Calls the program in the background, with no word on the terminal. sh hands it the terminal's name, of which it needs a
# descriptor, and does not wait.
fn -ntfy-launch {|line @flags|
  var script = 'trap "" HUP INT QUIT TSTP; tty=$(tty <&2 2>/dev/null); node=$1 bin=$2; shift 2; text=$(cat; echo .)
    case $tty in /*) set -- --tty "$tty" "$@" ;; esac
    [ -z "$node" ] || export NTFY_NODE="$node"
    { [ "$text" = . ] || printf "%s\0" "${text%.}"; } | "$bin" shell-done --shell elvish "$@" >/dev/null 2>&1 &'
  var bin = (-ntfy-env NTFY_BIN)
  if (eq $bin '') { set bin = ntfy }
  try { print $line | (external /bin/sh) -c $script sh (-ntfy-env NTFY_NODE) $bin $@flags } catch e { nop }
}

fn -ntfy-look {|line took error|
  var status = (-ntfy-status $error)
  if (or (eq (-ntfy-env NTFY) off) (== $status 130)) { return }
  var settings = (-ntfy-settings)
  var threshold = (-ntfy-threshold $settings)
  var flags = [--shell-pid $pid --status $status --duration-ms $took --threshold-ms (printf '%.0f' $threshold)]
  if (< $took $threshold) {
    if (not (-ntfy-listed $settings $line $status)) { return }
    set flags = [$@flags --short]
  }
  if (re:match '^\s' $line) {
    var wish = (-ntfy-env NTFY_PRIVATE)
    if (and (eq $wish '') (has-key $settings private)) { set wish = $settings[private] }
    if (not-eq $wish hide) { return }
    set line = ''
    set flags = [$@flags --private]
  }
  if (and (not (has-value ['' 0] (-ntfy-env NTFY_FOREGROUND_TOO))) (not-eq (-ntfy-env AUTO_NTFY_DONE_UNFOCUSED_ONLY) -b)) {
    set flags = [$@flags --foreground-too]
  }
  if (has-env AUTO_NTFY_DONE_IGNORE) { set flags = [$@flags --ignore (get-env AUTO_NTFY_DONE_IGNORE)] }
  if (not-eq (-ntfy-env AUTO_NTFY_DONE_OPTS) '') { set flags = [$@flags --opts (get-env AUTO_NTFY_DONE_OPTS)] }
  # No string ends within a character.
  for end [4096 4095 4094 4093] {
    if (> (count $line) 4096) { try { set line = $line[..$end] } catch e { nop } }
  }
  -ntfy-launch $line $@flags
}

# Is it one of these hooks, of an earlier reading of this file?
fn -ntfy-is-ours {|f| try { put (str:contains $f[body] '-ntfy-look $m[src]') } catch e { put $false } }

fn -ntfy-others { each {|f| if (not (-ntfy-is-ours $f)) { put $f } } $edit:after-command }

# Called once after rc.elv, too, with no source. An exception in here would be shown.
set edit:after-command = [(-ntfy-others) {|m|
  try {
    if (not-eq (str:trim-space $m[src][code]) '') {
      -ntfy-look $m[src][code] (printf '%.0f' (* 1000 $m[duration])) $m[error]
    }
  } catch e { nop }
}]
edit:add-var ntfy_unhook~ {|@_| set edit:after-command = [(-ntfy-others)] }
