import { allKeys, choiceRows, type Offers, type Option, ownLetters, patterns, pingEvents } from './offers.ts'

export function fish(offers: Offers): string {
  const { verbs, globals, keys } = offers
  const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
  const print = (list: readonly string[]) => `printf '%s\\n' ${list.map(quote).join(' ')}`
  const described = (list: Option[]) =>
    list.flatMap(({ spellings, description }) => spellings.map((spelling) => `${spelling}\t${description}`))
  const wrapping = verbs.filter(({ wraps }) => wraps).map(({ name }) => name)
  const wrap = (pattern: string) => wrapping.map((name) => quote(`${name}:${pattern}`)).join(' ')
  const rows = (list: [string | string[], string][], indent: string) =>
    list
      .map(([pattern, action]) => `${indent}case ${[pattern].flat().map(quote).join(' ')}\n${indent}    ${action}`)
      .join('\n')
  const quoted = (list: string[]) => list.map(quote).join(' ')
  return `# fish completion for ntfy: ntfy completion fish --install
# Lines of a word, a tab and what it is: targets, pids, ids, pings. The file is written by ntfy itself.
function __ntfy_rows
    if test "$argv[1]" = --targets; and test -z "$ntfy_config"
        set -l file $HOME/.local/state/ntfy/completion
        string match -q '/*' -- "$XDG_STATE_HOME"; and set file $XDG_STATE_HOME/ntfy/completion
        set -l config
        test -f "$file" -a -O "$file"; and read config <$file
        set config (string trim -c \\t -- "$config")
        if test -n "$config"; and test -e "$config"; and not test "$config" -nt "$file"; and begin; test -z "$NTFY_CONFIG"; or test "$NTFY_CONFIG" = "$config"; end
            string match -rv '^\\t' <$file
            return
        end
    end
    set -l named
    test -n "$ntfy_config"; and set named -c $ntfy_config
    command $ntfy_program $named completion $argv 2>/dev/null | string match -rv '^\\t'
end
# The options of a target's backend; of all where none is named.
function __ntfy_keys -a name
    if test -n "$name"
        for row in (__ntfy_rows --targets)
            set -l parts (string split -m1 \\t -- $row)
            test "$parts[1]" = "$name" -a "$parts[2]" != backend; and set name $parts[2]
        end
    end
    switch "$name"
${rows(
  Object.entries(keys).map(([name, list]) => [name, print(list)]),
  '        ',
)}
        case '*'
            ${print(allKeys(offers))}
    end
end
function __ntfy_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l verb ''
    set -l operand ''
    set -l backend ''
    set -l flag ''
    set -l pids ''
    set -l left 0
    set -l count 0
    set -l wrapped 0
    set -lx ntfy_program $words[1]
    set -lx ntfy_config ''
    command -q -- $ntfy_program; or set ntfy_program ntfy
    for at in (seq 2 (count $words))
        set -l word $words[$at]
        if test $left -gt 0
            switch $flag
                case -b --backend
                    set backend $word
                case -c --config
                    set ntfy_config $word
            end
            set left (math $left - 1)
            continue
        end
        set flag $word
        switch "$verb:$word"
            case ${wrap('--')}
                set wrapped (math $at + 1)
                break
            case ${wrap('-p')} ${wrap('--pid')}
                set pids 1
            case ${quoted(ownLetters(offers))}
                set pids ''
            case ${quoted(patterns(offers, ({ values }) => values === 1))}
                set left 1
                set pids ''
            case ${quoted(patterns(offers, ({ values }) => values === 2))}
                set left 2
            case '*:--backend=*'
                set backend (string replace -- --backend= '' $word)
            case '*:-*'
                set pids ''
            case ':*'
                set verb $word
            case ${wrap('*')}
                if test -z "$pids"
                    set wrapped $at
                    break
                end
            case '*'
                test $count -eq 0; and set operand $word
                set count (math $count + 1)
        end
    end
    set -l prefix ''
    if test $wrapped -eq 0; and string match -q -- '--*=*' $current
        set prefix (string replace -r '=.*' '=' -- $current)
        set flag (string replace -r '=.*' '' -- $current)
        set left 1
    end
    if test $left -gt 0
        switch "$verb:$flag"
${rows(
  choiceRows(offers).map(([pattern, list]) => [pattern, `${print(list)} | string replace -r '^' -- $prefix`]),
  '            ',
)}
            case '*:-b' '*:--backend'
                __ntfy_rows --targets | string replace -r '^' -- $prefix
            case 'done:--ping'
                __ntfy_rows --pings | string replace -r '^' -- $prefix
            case '*:-o' '*:--option'
                test $left -eq 2; and __ntfy_keys $backend
            case '*'
                __fish_complete_path (string replace -- "$prefix" '' $current) | string replace -r '^' -- $prefix
        end
        return
    end
    if test $wrapped -gt 0
        set -l rest
        test $wrapped -le (count $words); and set rest (string escape -- $words[$wrapped..-1])
        complete -C (string join ' ' -- $rest $current)
        return
    end
    if string match -q -- '-*' $current
        switch $verb
${rows(
  verbs.map(({ name, flags }) => [name, print(described([...flags, ...globals]))]),
  '            ',
)}
            case '*'
                ${print(described(globals))}
        end
        return
    end
    if test -n "$pids"
        __ntfy_rows --pids
        return
    end
    switch "$verb:$count"
        case ':0'
            ${print(verbs.map(({ name, summary }) => `${name}\t${summary}`))}
        case ${wrap('*')}
            complete -C "$current"
        case 'ping:0'
            __ntfy_rows --pings
        case 'ping:1'
            ${print(pingEvents)}
${rows(
  verbs.filter(({ words }) => words.length > 0).map(({ name, words }): [string, string] => [`${name}:0`, print(words)]),
  '        ',
)}
${rows(
  verbs
    .filter(({ takesTargets }) => takesTargets)
    .map(({ name }): [string, string] => [`${name}:*`, '__ntfy_rows --targets']),
  '        ',
)}
${rows(
  verbs
    .filter(({ takesIds }) => takesIds)
    .map(({ name }): [string, string] => [`${name}:*`, '__ntfy_rows --ids $operand']),
  '        ',
)}
    end
end
for command in ntfy ntfy-done
    complete -c $command -f -k -a '(__ntfy_complete)'
end
`
}
