# ntfy.fish - notifies when a long command is done, for interactive fish 3.1 and later.
#
#   source ntfy.fish              or   ntfy shell-integration -s fish | source
#   ntfy_unhook                   removes the hooks from the running shell
#
# Settings: shell variables, exported or not, which may be changed at any time.
#
#   NTFY_LONGER_THAN              notify from this many seconds on (2, 0.5); else longer_than of the configuration, else 10
#   NTFY                          "off": no notifications from this shell
#   NTFY_PRIVATE                  "hide": commands that the history does not keep notify too, without their text;
#                                 "drop": they do not; else private of the configuration, else "drop"
#   NTFY_FOREGROUND_TOO           1: notify even while somebody is looking at the terminal
#   NTFY_BACKGROUND               1: the ends of jobs started with & notify, too
#   NTFY_BIN                      the program to call; otherwise ntfy from PATH
#   NTFY_NODE                     the node that NTFY_BIN runs on, given to it in its environment
#   AUTO_NTFY_DONE_LONGER_THAN    "-L5" or "5": goes before NTFY_LONGER_THAN
#   AUTO_NTFY_DONE_UNFOCUSED_ONLY "-b": only while nobody is looking, whatever NTFY_FOREGROUND_TOO is
#   AUTO_NTFY_DONE_IGNORE         commands that never notify, separated by spaces
#   AUTO_NTFY_DONE_OPTS           further options for the notification (a string or a list)
#
# Builtins are called as such: the user may have functions of these names.

if builtin status is-interactive

    builtin functions -q ntfy_unhook
    and ntfy_unhook again

    # __ntfy_parse SECONDS: sets __ntfy_ms, in milliseconds; fails for anything but a decimal number.
    function __ntfy_parse
        set -l parts (builtin string match -r '^(\d{0,9})(?:\.(\d*))?$' -- "$argv[1]")
        or return
        builtin test "$argv[1]" != ''; and builtin test "$argv[1]" != .
        or return
        set -g __ntfy_ms 0$parts[2](builtin string sub -l 3 -- "$parts[3]"000)
    end

    # Sets __ntfy_ms to the threshold: the variables, the file that ntfy keeps of its configuration, ten seconds.
    function __ntfy_threshold
        set -g __ntfy_ms 10000
        set -g __ntfy_always
        __ntfy_settings
        if builtin test -n "$AUTO_NTFY_DONE_LONGER_THAN"
            __ntfy_parse (builtin string replace -r '^(-L|--longer-than)?[= ]?' '' -- "$AUTO_NTFY_DONE_LONGER_THAN")
            and return
        end
        __ntfy_parse "$NTFY_LONGER_THAN"
    end

    # Sets what that file holds: the threshold, and to __ntfy_always the words of commands that notify however short they
    # are.
    function __ntfy_settings
        set -l file (__ntfy_state)/hook-settings
        # A corrupt settings file must not break the prompt: only so much of it is read.
        builtin test -r "$file"
        and __ntfy_mine $file
        or return 0
        set -l text
        builtin read -z -n 4096 text <$file 2>/dev/null
        for line in (builtin string split \n -- $text)
            set -l parts (builtin string match -r '^longer_than_ms=(\d{1,13})\r?$' -- $line)
            and set -g __ntfy_ms $parts[2]
            set parts (builtin string match -r '^always=(.*?)\r?$' -- $line)
            and set -g __ntfy_always (builtin string split -n ' ' -- $parts[2])
        end
        return 0
    end

    # Reads the settings anew if they may have changed: the variables, or after a command of a twentieth of a second, in
    # which reading a file is not noticed.
    function __ntfy_watch
        set -e __ntfy_folder
        __ntfy_threshold
        set -g __ntfy_known 1
        set -g __ntfy_gate 50
        builtin test $__ntfy_ms -lt 50
        and set -g __ntfy_gate $__ntfy_ms
        __ntfy_compare
        return 0
    end

    # Sets __ntfy_stale to what is tested at each prompt: is one of the places of the configuration newer than what ntfy
    # keeps of it? The program gives that file the time of the newest of them. A file that comes into a folder of ours
    # makes the folder newer.
    function __ntfy_compare
        set -l kept (__ntfy_state)/hook-settings
        set -l own "$HOME/.config/ntfy"
        builtin string match -q '/*' -- "$XDG_CONFIG_HOME"
        and set own $XDG_CONFIG_HOME/ntfy
        set -g __ntfy_stale $own -nt $kept
        for place in "$HOME/.ntfy.yml" /etc/xdg/ntfy/ntfy.yml $NTFY_CONFIG
            set -a __ntfy_stale -o $place -nt $kept
        end
        for place in $own/ntfy.{yml,yaml,json} "$HOME/Library/Application Support/ntfy/ntfy.yml"
            builtin test -e $place
            and set -a __ntfy_stale -o $place -nt $kept
        end
    end

    # What stands in these variables decides what is watched.
    function __ntfy_changed --on-variable NTFY_LONGER_THAN --on-variable AUTO_NTFY_DONE_LONGER_THAN --on-variable NTFY_CONFIG \
        --on-variable XDG_STATE_HOME --on-variable XDG_CONFIG_HOME --on-variable HOME
        set -e __ntfy_known
        set -e __ntfy_folder
    end

    # What was started before that is not asked for.
    function __ntfy_began --on-variable NTFY_BACKGROUND
        set -g __ntfy_seen $last_pid
    end

    # Has the program write what it keeps again, once for a change, and reads it when that is done.
    function __ntfy_renew
        if not builtin test $__ntfy_stale 2>/dev/null
            set -q __ntfy_renewing
            and __ntfy_watch
            set -e __ntfy_renewing
            return 0
        end
        if set -q __ntfy_renewing; or builtin test ! -x /bin/sh
            return 0
        end
        set -g __ntfy_renewing 1
        __ntfy_start 'exec "$2" shell-next --settings'
        return 0
    end

    # __ntfy_start SCRIPT [WORD...]: runs it with sh, which gets NTFY_NODE, the program, the number of this shell and the words, in the
    # background, with no word on the terminal and no trace in the table of jobs.
    function __ntfy_start
        set -l bin (__ntfy_find)
        set -l begin 'trap "" HUP INT QUIT TSTP; [ -z "$1" ] || export NTFY_NODE="$1"; '
        set -l before $last_pid
        set -l control full
        builtin status is-interactive-job-control
        and set control interactive
        builtin status is-no-job-control
        and set control none
        builtin status job-control full
        command /bin/sh -c $begin$argv[1] sh "$NTFY_NODE" $bin $fish_pid $argv[2..-1] </dev/null >/dev/null 2>&1 &
        builtin disown 2>/dev/null
        builtin status job-control $control
        set -g last_pid $before
        set -q last_pid[1]
        or set -eg last_pid
    end

    # At each prompt: most have nothing that has to be looked at.
    function __ntfy_postexec --on-event fish_postexec
        set -l code $status
        set -l took $CMD_DURATION
        set -q __ntfy_known
        or __ntfy_watch
        set -q __ntfy_always[1]
        or set -q __ntfy_renewing
        or set -q __ntfy_brought
        or set -q __ntfy_groups[1]
        or set -q NTFY_BACKGROUND
        or builtin jobs -q
        or builtin test "$took" -ge $__ntfy_gate
        or builtin test $__ntfy_stale 2>/dev/null
        and __ntfy_look $code $took "$argv[1]"
    end

    # __ntfy_look STATUS MILLISECONDS TEXT
    function __ntfy_look
        set -l code $argv[1]
        set -l took $argv[2]
        set -l text "$argv[3]"
        # A job of the background that was brought back has been notified of.
        set -l known $__ntfy_brought
        set -e __ntfy_brought
        set -q known[1]
        and builtin string match -qr '^\s*fg\b' -- "$text"
        and return
        set -g __ntfy_mark
        builtin test "$last_pid" = "$__ntfy_seen"
        or __ntfy_started $took "$text"
        if builtin jobs -q; or set -q __ntfy_groups[1]
            __ntfy_suspended "$text" $took
            and return
            set -q __ntfy_resumed
            and set text $__ntfy_resumed
        end
        __ntfy_renew
        builtin test "$took" -ge 50
        and __ntfy_take
        set -q __ntfy_always[1]
        or builtin test -n "$__ntfy_mark"
        or builtin test "$took" -ge $__ntfy_gate
        or return
        # The duration is an earlier command's when nothing but a comment was typed.
        builtin string match -qr '(?m)^\s*[^#\s]' -- "$argv[3]"
        or return
        builtin test "$took" -ge $__ntfy_gate
        and __ntfy_watch
        builtin test "$NTFY" != off
        or return
        set -g __ntfy_focus
        if builtin test -n "$__ntfy_mark"
            __ntfy_launch $code $took "$text" --marked=$__ntfy_mark
            return
        end
        builtin test $code -ne 130
        or return
        set -l short
        if set -q __ntfy_renewing; and builtin test -z "$NTFY_LONGER_THAN$AUTO_NTFY_DONE_LONGER_THAN" -a "$took" -ge 50
            # The configuration has just changed: the program knows what it says.
            set short --unsure
        else if builtin test "$took" -lt $__ntfy_ms
            __ntfy_listed $code "$text"
            or return
            set short --short
        end
        builtin test "$short" != --short
        and __ntfy_ask
        __ntfy_launch $code $took "$text" $short
    end

    # Counts the notifications.
    function __ntfy_count
        # Only as long as it has something to do: fish takes its time to call it.
        function __ntfy_preexec --on-event fish_preexec
            builtin functions -e __ntfy_preexec
            __ntfy_next
        end
        set -g __ntfy_turn (builtin math $__ntfy_turn + 1)
        set -l file (__ntfy_state)/shells/$fish_pid
        # Of an earlier shell that had the number of this one.
        builtin test $__ntfy_turn -eq 1 -a -f "$file"
        and __ntfy_mine $file
        and builtin printf '' >$file 2>/dev/null
        return 0
    end

    # Prints the folder of what ntfy keeps. In another user's home (sudo -E) root keeps nothing.
    function __ntfy_state
        if set -q __ntfy_folder
            builtin echo $__ntfy_folder
            return
        end
        set -l state $HOME/.local/state/ntfy
        builtin string match -q '/*' -- "$XDG_STATE_HOME"
        and set state $XDG_STATE_HOME/ntfy
        if builtin test "$EUID" = 0
            set -l folder
            for name in (builtin string split -n / -- $state)
                set folder "$folder/$name"
                if builtin test -e "$folder" -a ! -O "$folder"
                    set state ~root/.local/state/ntfy
                    break
                end
            end
        end
        # What is not there yet may become somebody else's.
        builtin test -d "$state"
        and set -g __ntfy_folder $state
        builtin echo $state
    end

    # Is FILE one of ours, or none at all? A pipe in its place would hold up the prompt, and a link lead to another file.
    function __ntfy_mine
        builtin test -O (builtin string replace -r '/[^/]*$' '' -- $argv[1]) -a ! -L "$argv[1]"
        or return
        builtin test ! -e "$argv[1]"
        or builtin test -f "$argv[1]" -a -O "$argv[1]"
    end

    # As the next command starts: records for the program that its last notification is out of date, and has it withdraw
    # what it still shows.
    function __ntfy_next
        set -l folder (__ntfy_state)/shells
        builtin test -d "$folder"
        or command mkdir -p -m 700 $folder </dev/null >/dev/null 2>&1
        builtin test -w "$folder"
        and __ntfy_mine $folder/$fish_pid
        and builtin printf %s $__ntfy_turn >$folder/$fish_pid 2>/dev/null
        set -l shown $XDG_RUNTIME_DIR/ntfy/desktop/thread-shell-$fish_pid-*
        builtin test -n "$shown" -a -x /bin/sh
        or return
        __ntfy_start 'exec "$2" shell-next --shell-pid "$3"'
    end

    # __ntfy_listed STATUS TEXT: may it be a command that always notifies? The program decides.
    function __ntfy_listed
        set -q __ntfy_always[1]
        or return
        builtin contains -- '*' $__ntfy_always
        and return
        builtin test $argv[1] -ne 0
        and builtin contains -- failure $__ntfy_always
        and return
        for word in (builtin string match -ra '[\w.+-]+' -- "$argv[2]" (__ntfy_expanded "$argv[2]"))
            builtin contains -- $word $__ntfy_always
            and return
        end
        return 1
    end

    # __ntfy_suspended TEXT MILLISECONDS: did the command stop, instead of ending? Only the table of jobs shows it. What was
    # typed is remembered for the time when it goes on: __ntfy_resumed is that, if it is over now.
    function __ntfy_suspended
        set -l fg (builtin string match -r '^\s*(?:ntfy\s+)?fg\b' -- $argv[1])
        set -l all
        set -l stopped
        set -l new
        for line in (builtin jobs)
            set -l fields (builtin string split \t -- $line)
            builtin string match -qr '^\d+$' -- "$fields[2]"
            or continue
            set -a all $fields[2]
            builtin test "$fields[-2]" = stopped
            or continue
            set -a stopped $fields[2]
            builtin contains -- $fields[2] $__ntfy_stopped
            or builtin string match -q '*&' -- $fields[-1]
            or set new $fields[2]
        end
        set -g __ntfy_stopped $stopped
        set -e __ntfy_resumed
        __ntfy_forget "$fg" $all
        __ntfy_serve $stopped
        if builtin test -n "$new"
            __ntfy_take
            builtin test -n "$__ntfy_mark"
            and __ntfy_ask_for $new (__ntfy_uptime $argv[2])
            set -g __ntfy_mark
            if not builtin contains -- $new $__ntfy_groups
                set -a __ntfy_groups $new
                set -a __ntfy_texts $argv[1]
            end
            return 0
        end
        # A job that was brought back and stopped again stands first.
        builtin test -n "$fg" -a -n "$stopped[1]" -a "$stopped[1]" = "$all[1]"
        and not set -q __ntfy_resumed
    end

    # __ntfy_forget FG GROUP...: drops what is remembered of jobs that are no more; by fg, one of them ended just now.
    function __ntfy_forget
        set -l groups $__ntfy_groups
        set -l texts $__ntfy_texts
        set -g __ntfy_groups
        set -g __ntfy_texts
        while set -q groups[1]
            if builtin contains -- $groups[1] $argv[2..-1]
                set -a __ntfy_groups $groups[1]
                set -a __ntfy_texts $texts[1]
            else
                if builtin test -n "$argv[1]"
                    set -g __ntfy_resumed $texts[1]
                end
                __ntfy_answer "$argv[1]" $groups[1] $texts[1]
            end
            set -e groups[1]
            set -e texts[1]
        end
    end

    # __ntfy_serve STOPPED...: serves `ntfy fg` only while there is a job for it, and no command of the user's with that name.
    function __ntfy_serve
        if not set -q argv[1]
            set -q __ntfy_serves
            and builtin functions -e ntfy
            set -e __ntfy_serves
            return 0
        end
        builtin functions -q ntfy
        and return
        set -g __ntfy_serves 1
        function ntfy
            __ntfy_command $argv
        end
    end

    # `ntfy fg [JOB]`: marks a suspended job and resumes it. Everything else is for the program.
    function __ntfy_command
        if builtin test "$argv[1]" != fg; or builtin string match -q -- '-*' "$argv[2]"
            command ntfy $argv
            return
        end
        set -l groups (builtin jobs --group $argv[2..-1] 2>/dev/null | builtin string match -r '^\d+$')
        set -q groups[1]
        and not builtin contains -- $groups[1] $__ntfy_asked
        and __ntfy_ask_for $groups[1] (__ntfy_uptime 0)
        builtin fg $argv[2..-1]
    end

    # __ntfy_ask_for GROUP BEGUN: its end notifies in any case; where that comes in the background, this keeps its status.
    function __ntfy_ask_for
        set -a __ntfy_asked $argv[1]
        set -a __ntfy_asked_since $argv[2]
        builtin eval "function __ntfy_job_$argv[1] --on-process-exit $argv[1]; set -g __ntfy_code_$argv[1] \$argv[3]; end"
    end

    # __ntfy_answer FG GROUP TEXT: a job that was suspended has ended; by fg it is the command that has just ended.
    function __ntfy_answer
        set -l at (builtin contains -i -- $argv[2] $__ntfy_asked)
        or return 0
        if builtin test -n "$argv[1]"
            set -g __ntfy_mark job
        else
            set -l code __ntfy_code_$argv[2]
            set -q $code
            or set -l $code 0
            set -g __ntfy_focus
            __ntfy_launch $$code (builtin math "round(("(__ntfy_uptime 0)" - $__ntfy_asked_since[$at]) * 1000)") "$argv[3]" --job --marked=job
        end
        builtin functions -e __ntfy_job_$argv[2]
        set -eg __ntfy_code_$argv[2]
        set -e __ntfy_asked[$at]
        set -e __ntfy_asked_since[$at]
    end

    # Sets __ntfy_mark to the mark that `ntfy this` left of the running command, and takes it away.
    function __ntfy_take
        set -l file (__ntfy_state)/marks/$fish_pid
        builtin test -s "$file"
        and __ntfy_mine $file
        or return 0
        builtin read -g __ntfy_mark <$file 2>/dev/null
        builtin printf '' >$file 2>/dev/null
        builtin test "$__ntfy_mark" = cancel
        or return 0
        set -g __ntfy_mark
        set -g __ntfy_asked
        set -g __ntfy_asked_since
    end

    # __ntfy_uptime MILLISECONDS: prints the seconds since the system was started, less that time.
    function __ntfy_uptime
        set -l now
        if builtin test -r /proc/uptime
            builtin read now </proc/uptime
        else
            set now (command date +%s)
        end
        builtin math (builtin string split -f1 ' ' -- $now) - $argv[1] / 1000
    end

    # __ntfy_started MILLISECONDS TEXT: fish says of each job in the background when it ends; there are new ones.
    function __ntfy_started
        set -g __ntfy_seen $last_pid
        builtin test -n "$NTFY_BACKGROUND" -a "$NTFY_BACKGROUND" != 0
        and not builtin string match -qr '^\s*bg\b' -- $argv[2]
        or return 0
        set -l begun (__ntfy_uptime $argv[1])
        set -l new
        set -l commands
        for line in (builtin jobs)
            set -l fields (builtin string split \t -- $line)
            builtin string match -qr '^\d+$' -- "$fields[2]"
            and builtin test "$fields[-2]" = running
            and not builtin contains -- $fields[2] $__ntfy_back
            or continue
            set -a new $fields[2]
            set -a commands $fields[-1]
        end
        # It has ended already.
        set -q new[1]
        or set new $last_pid
        # The newest is listed first; of a pipeline the last process has the status.
        set -l pid $last_pid
        while set -q new[1]
            set -l text $argv[2]
            # Of a line that does more than that, the job alone.
            builtin test (builtin string join '' x (builtin string replace -ra '[^&;|]' '' -- $text)) != 'x&' -a -n "$commands[1]"
            and not __ntfy_private "$text"
            and set text $commands[1]
            __ntfy_remember $new[1] $pid $begun "$text"
            set -e new[1]
            set -e commands[1]
            set pid $new[1]
        end
    end

    # __ntfy_remember GROUP PID BEGUN TEXT
    function __ntfy_remember
        set -a __ntfy_back $argv[1]
        set -a __ntfy_begun $argv[3]
        set -a __ntfy_lines "$argv[4]"
        builtin eval "function __ntfy_job_$argv[1] --on-job-exit $argv[2]; __ntfy_ended $argv[1]; end
            function __ntfy_code_$argv[1] --on-process-exit $argv[2]
                set -g __ntfy_code_$argv[1] \$argv[3]
                builtin contains -- $argv[1] (builtin jobs --group 2>/dev/null); or __ntfy_ended $argv[1]
            end"
        # While a command runs fish says nothing: this writes down when the first and the last process end.
        set -l folder (builtin string replace -r '/[^/]*$' '' -- (__ntfy_ends))
        builtin test -d "$folder"
        or command mkdir -p -m 700 $folder </dev/null >/dev/null 2>&1
        __ntfy_start 'umask 077; tail --pid="$4" -s 0.2 -f /dev/null && tail --pid="$5" -s 0.2 -f /dev/null && read -r now rest </proc/uptime && echo "$4 $now" >>"$6"' $argv[1] $argv[2] (__ntfy_ends)
    end

    # Prints where the ends of jobs are written down.
    function __ntfy_ends
        if builtin string match -q '/*' -- "$XDG_RUNTIME_DIR"; and builtin test -O "$XDG_RUNTIME_DIR"
            builtin echo $XDG_RUNTIME_DIR/ntfy/ended.$fish_pid
        else
            builtin echo (__ntfy_state)/ended.$fish_pid
        end
    end

    # __ntfy_ended GROUP: a job has ended.
    function __ntfy_ended
        set -l at (builtin contains -i -- $argv[1] $__ntfy_back)
        or return 0
        set -l code __ntfy_code_$argv[1]
        set -l file (__ntfy_ends)
        set -l end (__ntfy_uptime 0)
        set -l text
        __ntfy_mine $file
        and builtin read -z text <$file 2>/dev/null
        for line in (builtin string split \n -- $text)
            set -l parts (builtin string match -r "^$argv[1] ([\d.]+)\$" -- $line)
            and set end $parts[2]
        end
        set -l took (builtin math "max(0, round(($end - $__ntfy_begun[$at]) * 1000))")
        set -g __ntfy_brought 1
        set -g __ntfy_focus
        builtin test "$NTFY" != off -a $took -ge $__ntfy_ms
        and __ntfy_launch "$$code" $took "$__ntfy_lines[$at]" --job
        builtin functions -e __ntfy_code_$argv[1] __ntfy_job_$argv[1]
        set -eg $code
        set -e __ntfy_back[$at]
        set -e __ntfy_begun[$at]
        set -e __ntfy_lines[$at]
        set -q __ntfy_back[1]
        or builtin test ! -s "$file"
        or builtin printf '' >$file 2>/dev/null
        return 0
    end

    # The last command of the text, if it is an alias, with what the alias stands for.
    function __ntfy_expanded
        set -l last (builtin string split -n \n -- $argv[1])[-1]
        set last (builtin string replace -r '^.*(?:[;|&]|\b(?:and|or|not|if|while|begin|do)\s)\s*' '' -- (builtin string trim -- $last))
        set -l name (builtin string match -r '^[^\s<>()$"\']+' -- $last)
        and builtin functions -q -- $name
        or return
        set -l about (builtin functions --details --verbose -- $name)[5]
        set -l value (builtin string match -r '^alias [^\s=]+[\s=](.*)$' -- $about)[2]
        and builtin echo -n $value(builtin string sub -s (builtin math (builtin string length -- $name) + 1) -- $last)
    end

    # Does the history not keep it?
    function __ntfy_private
        builtin string match -qr '^(\s|$)' -- $argv[1]
        or builtin test -n "$fish_private_mode"
        or begin
            set -q fish_history
            and builtin test -z "$fish_history"
        end
        and return
        builtin functions -q fish_should_add_to_history
        and not fish_should_add_to_history $argv[1] >/dev/null 2>&1
    end

    # Does it notify even while somebody is looking?
    function __ntfy_foreground_too
        builtin test -n "$NTFY_FOREGROUND_TOO" -a "$NTFY_FOREGROUND_TOO" != 0 -a "$AUTO_NTFY_DONE_UNFOCUSED_ONLY" != -b
    end

    # Asks the terminal whether it has the focus (DEC 1004), if it is one that says so at once: sets __ntfy_focus to yes,
    # no, or nothing. fish cannot see whether something was typed ahead without taking it; bash can, and then asks nothing.
    function __ntfy_ask
        __ntfy_foreground_too
        and return
        __ntfy_answers
        or return
        set -l ask 'test "$BASH_VERSINFO" -ge 4 || exit
            trap "" INT QUIT TSTP; exec 3>&1 <>/dev/tty >&0
            stty -icanon -echo || exit
            if ! read -t 0; then
                printf "\\033[?1004h"; IFS= read -r -s -n 3 -t 0.013 answer; printf "\\033[?1004l"
                case ${answer#?} in "[I") echo yes ;; "[O") echo no ;; esac >&3
            fi
            exec stty icanon echo'
        builtin command -q bash
        and set -g __ntfy_focus (command bash --norc --noprofile -c $ask 2>/dev/null)
        return 0
    end

    # Is the terminal VTE, Ghostty or xterm.js? It is the parent of the session's first process, which it started, or that
    # process; the variables that terminals set are handed on to other terminals. Looked at once.
    function __ntfy_answers
        if set -q __ntfy_asks
            return $__ntfy_asks
        end
        set -g __ntfy_asks 1
        if not builtin test -r /proc/$fish_pid/stat
            builtin test -z "$TMUX$STY$SSH_CONNECTION"
            and builtin contains -- "$TERM_PROGRAM" ghostty vscode Hyper Tabby
            and set -g __ntfy_asks 0
            return $__ntfy_asks
        end
        set -l leader (__ntfy_stat (__ntfy_stat $fish_pid)[3])
        set -l comm (__ntfy_stat $leader[2])[1]
        for name in gnome-terminal- 'xfce4-terminal*' 'mate-terminal*' 'kgx*' 'ptyxis*' 'terminator*' 'tilix*' 'lxterminal*' \
            'guake*' 'tilda*' 'sakura*' 'io.elementary*' 'pantheon-termin*' 'ghostty*' '.ghostty*' \
            code code-insiders codium cursor hyper tabby
            builtin string match -q -- $name "$leader[1]" "$comm"
            and set -g __ntfy_asks 0
        end
        return $__ntfy_asks
    end

    # __ntfy_stat PID: prints name, parent and session of a process.
    function __ntfy_stat
        builtin test -r /proc/$argv[1]/stat
        or return
        builtin read -l line </proc/$argv[1]/stat
        set -l parts (builtin string match -r '^\d+ \((.*)\) \S (\d+) \d+ (\d+)' -- $line)
        and builtin printf '%s\n' $parts[2..4]
    end

    # In tmux: asks the terminals that show it to report their focus from now on, once each, in the background. tmux keeps
    # what they report, and @ntfy_focus when they were asked.
    function __ntfy_request
        set -l request 'now=$(date +%s) asked=" $(tmux show-options -sqv @ntfy_focus) " all=
            tmux list-clients -F "#{?client_control_mode,,#{client_tty} #{client_pid}}" | {
              while read -r tty pid; do
                case $pid,$asked in
                  ,*) ;;
                  *" $pid:"*) asked_at=${asked#*" $pid:"} all="$all $pid:${asked_at%% *}" ;;
                  *) printf "\\033[?1004h" >"$tty" && all="$all $pid:$now" ;;
                esac
              done
              tmux set-option -s @ntfy_focus "${all# }"
            }'
        set -l before $last_pid
        command sh -c $request </dev/null >/dev/null 2>&1 &
        builtin disown 2>/dev/null
        set -g last_pid $before
        set -q last_pid[1]
        or set -eg last_pid
    end

    # Does a command that the history does not keep notify, without its text? NTFY_PRIVATE decides, else the file that
    # ntfy keeps of its configuration.
    function __ntfy_hides
        if builtin test -n "$NTFY_PRIVATE"
            builtin test "$NTFY_PRIVATE" = hide
            return
        end
        set -l file (__ntfy_state)/hook-settings
        builtin test -r "$file"
        and __ntfy_mine $file
        or return
        set -l text
        builtin read -z -n 4096 text <$file 2>/dev/null
        builtin string match -qr '(?m)^private=hide\r?$' -- "$text"
    end

    # The program to call. An update of Node or npm may have taken away the one that was stored with the hooks: then PATH
    # may have another one, which is said once.
    function __ntfy_find
        set -l bin ntfy
        builtin test -n "$NTFY_BIN"
        and set bin $NTFY_BIN
        if not builtin string match -q '*/*' -- $bin; or builtin test -x "$bin"
            builtin echo -- $bin
            return
        end
        set -l instead (builtin command -s ntfy-done; or builtin command -s ntfy; or builtin echo nothing)
        if builtin test "$__ntfy_stored" = "$bin"
            set -g __ntfy_stored
            builtin echo "ntfy: $bin is gone; instead of it: $instead (ntfy shell-integration --install renews the hooks)" >/dev/tty 2>/dev/null
        end
        builtin echo -- $instead
    end

    # __ntfy_launch STATUS MILLISECONDS TEXT [--short...]
    function __ntfy_launch
        set -l flags --status $argv[1] --duration-ms $argv[2]
        if not builtin contains -- --job $argv[4..-1]
            __ntfy_count
            set -a flags --turn $__ntfy_turn
        end
        set -a flags --threshold-ms $__ntfy_ms $argv[4..-1]
        set -l text $argv[3]
        builtin string match -qr '(?s)^.{4097}' -- $text
        and set text (builtin string sub -l 4096 -- $text | builtin string collect)
        set -l last
        if __ntfy_private "$argv[3]"
            builtin string match -q -- '--marked*' $argv[4..-1]
            or __ntfy_hides
            or return
            set -a flags --private
            set text
        else
            set last (__ntfy_expanded "$argv[3]" | builtin string sub -l 4096)
        end
        builtin test -n "$__ntfy_focus"
        and set -a flags --focus $__ntfy_focus
        __ntfy_foreground_too
        and set -a flags --foreground-too
        set -q AUTO_NTFY_DONE_IGNORE
        and set -a flags --ignore "$AUTO_NTFY_DONE_IGNORE"
        if set -q AUTO_NTFY_DONE_OPTS[2]
            set -a flags --opts (builtin string escape -- $AUTO_NTFY_DONE_OPTS | builtin string join ' ')
        else if builtin test -n "$AUTO_NTFY_DONE_OPTS"
            set -a flags --opts "$AUTO_NTFY_DONE_OPTS"
        end
        set -l bin (__ntfy_find)
        builtin test -x /bin/sh
        or return
        # What reads the terminal's name needs a descriptor of it; sh complains of a folder that is gone on stderr. The text is in the environment, which nobody else can read, and
        # not in a pipe: a job that begins with a builtin is in the shell's own group.
        set -l start 'trap "" HUP INT QUIT TSTP; tty=$(tty <&3 2>/dev/null); exec 3<&-; node=$1 bin=$2 pid=$3; shift 3
            case $tty in /*) set -- --tty "$tty" "$@" ;; esac
            [ -z "$node" ] || export NTFY_NODE="$node"
            text=$__ntfy_text last=$__ntfy_last; unset __ntfy_text __ntfy_last
            [ -n "$text" ] || exec "$bin" shell-done --shell fish --shell-pid "$pid" "$@"
            printf "%s\\0%s" "$text" "$last" | "$bin" shell-done --shell fish --shell-pid "$pid" "$@"'
        set -l before $last_pid
        # An event's jobs are in the shell's own group otherwise, which Ctrl-C and the end of the terminal reach.
        set -l control full
        builtin status is-interactive-job-control
        and set control interactive
        builtin status is-no-job-control
        and set control none
        builtin status job-control full
        set -lx __ntfy_text $text
        set -lx __ntfy_last $last
        command /bin/sh -c $start sh "$NTFY_NODE" $bin $fish_pid $flags </dev/null >/dev/null 3<&2 2>/dev/null &
        builtin disown 2>/dev/null
        builtin status job-control $control
        set -g last_pid $before
        set -q last_pid[1]
        or set -eg last_pid
    end

    # Leaves word of this shell for `ntfy attend`, which may only come later, and starts that where it is wanted.
    function __ntfy_present
        builtin test -r /proc/$fish_pid/stat
        or return 0
        builtin read -l line </proc/$fish_pid/stat
        set -l state (__ntfy_state)
        set -l file $state/hooked-shells
        builtin string match -q '/*' -- "$XDG_RUNTIME_DIR"
        and builtin test -O "$XDG_RUNTIME_DIR"
        and set file $XDG_RUNTIME_DIR/ntfy-shells
        builtin test -d (builtin string replace -r '/[^/]*$' '' -- $file)
        and __ntfy_mine $file
        or return 0
        # Fields 7 and 22: the terminal and the start.
        set -l fields (builtin string split ' ' -- (builtin string replace -r '.*\) ' '' -- $line))
        builtin echo $fish_pid $fields[5] $fields[20] 2>/dev/null >>$file
        builtin test -e $state/attend
        and __ntfy_mine $state/attend
        or return 0
        set -l bin ntfy
        builtin test -n "$NTFY_BIN"
        and set bin $NTFY_BIN
        command /bin/sh -c 'NTFY_NODE=$1; export NTFY_NODE; shift; "$@" attend &' sh "$NTFY_NODE" $bin </dev/null >/dev/null 2>&1
    end

    function ntfy_unhook
        if builtin test "$argv[1]" != again
            # Those that `ntfy shell-integration` puts before this file are not exported.
            for name in NTFY_BIN NTFY_NODE
                set -qgx $name
                or set -eg $name
            end
        end
        __ntfy_serve
        for group in $__ntfy_back $__ntfy_asked
            builtin functions -e __ntfy_code_$group __ntfy_job_$group
            set -eg __ntfy_code_$group
        end
        set -e __ntfy_ms
        set -e __ntfy_stale
        set -e __ntfy_folder
        set -e __ntfy_renewing
        set -e __ntfy_stored
        set -e __ntfy_known
        set -e __ntfy_gate
        set -e __ntfy_groups
        set -e __ntfy_texts
        set -e __ntfy_stopped
        set -e __ntfy_resumed
        if builtin test "$argv[1]" != again
            set -e __ntfy_focus
            set -e __ntfy_asks
        end
        set -e __ntfy_always
        set -e __ntfy_turn
        for name in mark brought seen serves back begun lines asked asked_since
            set -eg __ntfy_$name
        end
        for name in serve command ask_for answer take uptime started remember ends ended parse threshold settings compare changed began renew start listed state mine count next preexec watch look postexec suspended forget expanded private hides find launch foreground_too ask answers \
            stat request present
            builtin functions -e __ntfy_$name
        end
        builtin functions -e ntfy_unhook
    end

    set -g __ntfy_stored $NTFY_BIN
    set -g __ntfy_groups
    set -g __ntfy_texts
    set -g __ntfy_stopped
    set -g __ntfy_turn 0
    set -g __ntfy_seen $last_pid
    set -g __ntfy_back
    set -g __ntfy_begun
    set -g __ntfy_lines
    set -g __ntfy_asked
    set -g __ntfy_asked_since
    set -g __ntfy_mark
    __ntfy_watch
    __ntfy_renew
    builtin test -z "$TMUX"
    or __ntfy_request
    __ntfy_present
end
