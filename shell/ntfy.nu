# ntfy.nu - notifies when a long command is done, for interactive nushell 0.101 and later.
#
#   source ntfy.nu                or   ntfy shell-integration -s nushell --install
#   ntfy_unhook                   removes the hooks from the running shell
#
# Settings: variables of the environment, which may be changed at any time.
#
#   NTFY_LONGER_THAN              notify from this many seconds on (2, 0.5); else longer_than of the configuration, else 10
#   NTFY                          "off": no notifications from this shell
#   NTFY_PRIVATE                  "hide": commands typed with a leading space notify too, without their text;
#                                 "drop": they do not; else private of the configuration, else "drop"
#   NTFY_FOREGROUND_TOO           1: notify even while somebody is looking at the terminal
#   NTFY_BIN, NTFY_NODE           the program to call, otherwise ntfy from PATH, and the node that it runs on
#   AUTO_NTFY_DONE_*              LONGER_THAN, UNFOCUSED_ONLY, IGNORE and OPTS, as in the other shells
#
# Nothing is started for a command that is shorter: what is to be known of it the shell itself keeps.

# Reads the file that ntfy keeps of its configuration; none means defaults.
def __ntfy_settings []: nothing -> record {
    let state = $env.XDG_STATE_HOME? | default '' | if ($in | str starts-with '/') { $in } else { $"($env.HOME? | default '/')/.local/state" }
    let text = try { open --raw $"($state)/ntfy/hook-settings" | decode utf-8 | str substring 0..4096 } catch { '' }
    $text | lines | parse '{key}={value}' | reduce --fold {} {|line, all| $all | upsert $line.key ($line.value | str trim) }
}

# The threshold in milliseconds: the variables, the configuration, ten seconds.
def __ntfy_threshold [settings: record]: nothing -> int {
    let named = [($env.AUTO_NTFY_DONE_LONGER_THAN? | default '') ($env.NTFY_LONGER_THAN? | default '')]
        | each {|one| $one | into string | str replace --regex '^(-L|--longer-than)?[= ]?' '' }
        | where {|one| $one =~ '^(\d+\.?\d*|\.\d+)$' }
    if ($named | is-not-empty) { return (($named | first | into float) * 1000 | math round | into int) }
    let configured = $settings.longer_than_ms? | default ''
    if $configured =~ '^\d{1,13}$' { $configured | into int } else { 10000 }
}

# May it be a command that always notifies? The program decides.
def __ntfy_listed [settings: record, line: string, status: int]: nothing -> bool {
    let words = $settings.always? | default '' | split row ' ' | where {|word| $word != '' }
    if ($words | is-empty) { return false }
    if '*' in $words { return true }
    if $status != 0 and 'failure' in $words { return true }
    $line | split row --regex '[^\w.+-]+' | any {|word| $word in $words }
}

# Calls the program in the background, with no word on the terminal. sh hands it the terminal's name, of which it needs a
# descriptor, and does not wait.
def __ntfy_launch [line: string, flags: list<string>]: nothing -> nothing {
    let script = 'trap "" HUP INT QUIT TSTP; tty=$(tty <&2 2>/dev/null); node=$1 bin=$2; shift 2; text=$(cat; echo .)
        case $tty in /*) set -- --tty "$tty" "$@" ;; esac
        [ -z "$node" ] || export NTFY_NODE="$node"
        { [ "$text" = . ] || printf "%s\0" "${text%.}"; } | "$bin" shell-done --shell nushell "$@" >/dev/null 2>&1 &'
    try { $line | ^/bin/sh -c $script sh ($env.NTFY_NODE? | default '') ($env.NTFY_BIN? | default 'ntfy') ...$flags }
    null
}

# __ntfy_look LINE MILLISECONDS STATUS
def __ntfy_look [line: string, took: int, code: int]: nothing -> nothing {
    # The other signals are those of programs that it started.
    let status = if $code < 0 { 128 - $code } else { $code }
    if ($env.NTFY? | default '') == 'off' or $status == 130 { return }
    let settings = __ntfy_settings
    let threshold = __ntfy_threshold $settings
    let short = $took < $threshold
    if $short and not (__ntfy_listed $settings $line $status) { return }
    let private = $line =~ '^\s'
    let wish = $env.NTFY_PRIVATE? | default '' | if $in == '' { $settings.private? | default 'drop' } else { $in }
    if $private and $wish != 'hide' { return }
    let unfocused = ($env.AUTO_NTFY_DONE_UNFOCUSED_ONLY? | default '') == '-b'
    let foreground = ($env.NTFY_FOREGROUND_TOO? | default '' | into string) not-in ['' '0'] and not $unfocused
    let flags = [
        [--shell-pid $"($nu.pid)" --status $"($status)" --duration-ms $"($took)" --threshold-ms $"($threshold)"]
        (if $short { [--short] } else { [] })
        (if $private { [--private] } else { [] })
        (if $foreground { [--foreground-too] } else { [] })
        (if $env.AUTO_NTFY_DONE_IGNORE? != null { [--ignore $"($env.AUTO_NTFY_DONE_IGNORE)"] } else { [] })
        (if ($env.AUTO_NTFY_DONE_OPTS? | default '' | into string) != '' { [--opts $"($env.AUTO_NTFY_DONE_OPTS)"] } else { [] })
    ] | flatten
    __ntfy_launch (if $private { '' } else { $line | str substring 0..4095 }) $flags
}

# Without the hooks that are there already.
def __ntfy_others []: list<any> -> list<any> {
    where {|hook| ($hook | describe) != 'closure' or (view source $hook) !~ '__ntfy_line' }
}

def --env ntfy_unhook []: nothing -> nothing {
    $env.config.hooks.pre_execution = ($env.config.hooks.pre_execution? | default [] | __ntfy_others)
    $env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt? | default [] | __ntfy_others)
    hide-env --ignore-errors __ntfy_line
}

if $nu.is-interactive {
    $env.config.hooks.pre_execution = ($env.config.hooks.pre_execution? | default [] | __ntfy_others | append {||
        # A bare Enter runs nothing, and leaves the last status and duration as they are.
        let line = commandline
        # A record, which no program gets in its environment.
        if ($line | str trim) != '' { $env.__ntfy_line = {text: $line} }
    })
    $env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt? | default [] | __ntfy_others | prepend {||
        let line = $env.__ntfy_line?.text?
        if $line != null {
            hide-env __ntfy_line
            let took = $env.CMD_DURATION_MS | into int
            # What takes no twentieth of a second may only be one that always notifies.
            if $took >= 50 or ($env.NTFY_LONGER_THAN? | default '') != '' or (__ntfy_settings).always? != null {
                __ntfy_look $line $took ($env.LAST_EXIT_CODE | into int)
            }
        }
    })
}
