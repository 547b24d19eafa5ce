import { allKeys, choiceRows, type Offers, ownLetters, patterns, pingEvents, spelled } from './offers.ts'

/** For bash 3.2 and later. */
export function bash(offers: Offers): string {
  const { verbs, globals, keys } = offers
  const wrapping = verbs.filter(({ wraps }) => wraps).map(({ name }) => name)
  const rows = (list: [string | string[], string][], indent: string) =>
    list.map(([pattern, action]) => `${indent}${[pattern].flat().join('|')}) ${action} ;;`).join('\n')
  const words = (list: readonly string[]) => `words='${list.join(' ')}'`
  const wrap = (pattern: string) => wrapping.map((name) => `${name}:${pattern}`).join('|')
  return `# bash completion for ntfy: ntfy completion bash --install
# Lines of a word, a tab and what it is: targets, pids, ids, pings. The file is written by ntfy itself.
_ntfy_rows() {
  local file rows config=''
  if [[ $1 == --targets && -z $_ntfy_config ]]; then
    case \${XDG_STATE_HOME-} in /*) file=$XDG_STATE_HOME/ntfy/completion ;; *) file=\${HOME-}/.local/state/ntfy/completion ;; esac
    [[ -f $file && -O $file ]] && IFS= read -r config <"$file"
    config=\${config#$'\\t'}
    if [[ $config && -e $config && ! $config -nt $file && ( -z \${NTFY_CONFIG-} || $NTFY_CONFIG == "$config" ) ]]; then
      rows=$(<"$file")
      printf '%s\\n' "\${rows#*$'\\n'}"
      return
    fi
  fi
  command "$_ntfy_program" \${_ntfy_config:+-c "$_ntfy_config"} completion "$@" 2>/dev/null
}
# Offers rows: quoted, for what they say is neither expanded here nor run when the line is. Where several fit they are
# shown with what they are, of which nothing is put on the line.
_ntfy_offer() {
  local word what quoted
  while IFS=$'\\t' read -r word what; do
    [[ $word && $word == "$current"* && $word != "$_ntfy_skip"* ]] || continue
    printf -v quoted %q "$word"
    if [[ $1 ]]; then quoted+="  $what"; fi
    COMPREPLY+=("$quoted")
  done
  # Listing and completing; with other keys each candidate would be put on the line (bash's COMP_TYPE).
  if (( \${#COMPREPLY[@]} == 1 )) || [[ $COMP_TYPE != 9 && $COMP_TYPE != 63 && $COMP_TYPE != 33 && $COMP_TYPE != 64 ]]; then
    if [[ $1 ]]; then COMPREPLY=("\${COMPREPLY[@]%%  *}"); fi
  fi
}
_ntfy_targets() { _ntfy_offer '' <<<"$(_ntfy_rows --targets)"; }
_ntfy_described() { _ntfy_offer 1 <<<"$(_ntfy_rows "$@")"; }
_ntfy_words() { COMPREPLY=($(compgen -W "$1" -- "$current")); }
# The options of a target's backend; of all where none is named.
_ntfy_keys() {
  local name=$1 word what words
  while IFS=$'\\t' read -r word what; do
    if [[ $name && $word == "$name" && $what != backend ]]; then name=$what; fi
  done <<<"$([[ $name ]] && _ntfy_rows --targets)"
  case $name in
${rows(
  Object.entries(keys).map(([name, list]) => [name, words(list)]),
  '    ',
)}
    *) ${words(allKeys(offers))} ;;
  esac
  _ntfy_words "$words"
}
# Programs alone: no keywords, builtins, functions and aliases, each of which compgen names once more.
_ntfy_commands() {
  local IFS=$'\\n' name
  if (( BASH_VERSINFO[0] < 4 )); then COMPREPLY=($(compgen -c -- "$current")); return; fi
  local -A others=()
  for name in $(compgen -abk -A function -- "$current"); do (( others[x$name] += 1 )); done
  for name in $(compgen -c -- "$current"); do
    if (( \${others[x$name]:-0} > 0 )); then (( others[x$name] -= 1 )) || :; else COMPREPLY+=("$name"); fi
  done
  if [[ $current == */* ]]; then COMPREPLY=($(compgen -c -- "$current")); fi
}
_ntfy() {
  local current=\${COMP_WORDS[COMP_CWORD]} verb='' operand='' backend='' flag='' pids='' words='' word prefix='' at
  local -i left=0 count=0 wrapped=0
  local _ntfy_program=\${COMP_WORDS[0]} _ntfy_config='' _ntfy_skip=$'\\n'
  type -P -- "$_ntfy_program" >/dev/null || _ntfy_program=ntfy
  COMPREPLY=()
  for (( at = 1; at < COMP_CWORD; at++ )); do
    word=\${COMP_WORDS[at]}
    # readline takes --backend=phone for three words.
    if [[ $word == = ]]; then continue; fi
    if (( left > 0 )); then
      case $flag in
        -b|--backend) backend=$word ;;
        -c|--config) _ntfy_config=$word ;;
      esac
      left=left-1
      continue
    fi
    flag=$word
    case $verb:$word in
      ${wrap('--')}) wrapped=at+1; break ;;
      ${wrap('-p')}|${wrap('--pid')}) pids=1 ;;
      ${ownLetters(offers).join('|')}) pids='' ;;
      ${patterns(offers, ({ values }) => values === 1).join('|')}) left=1 pids='' ;;
      ${patterns(offers, ({ values }) => values === 2).join('|')}) left=2 ;;
      *:-*) pids='' ;;
      :*) verb=$word ;;
      ${wrap('*')}) if [[ -z $pids ]]; then wrapped=at; break; fi ;;
      *) if (( count == 0 )); then operand=$word; fi; count=count+1 ;;
    esac
  done
  if [[ $current == = ]]; then current=''; fi
  if [[ $current == --*=* ]]; then flag=\${current%%=*} prefix=\${current%%=*}= current=\${current#*=} left=1; fi
  if (( left > 0 )); then
    case $verb:$flag in
${rows(
  choiceRows(offers).map(([pattern, list]) => [pattern, words(list)]),
  '      ',
)}
      *:-b|*:--backend) _ntfy_targets ;;
      done:--ping) _ntfy_described --pings ;;
      *:-o|*:--option) if (( left == 2 )); then _ntfy_keys "$backend"; fi ;;
    esac
    if [[ $words ]]; then _ntfy_words "$words"; fi
    if [[ $prefix && \${#COMPREPLY[@]} -gt 0 ]]; then COMPREPLY=("\${COMPREPLY[@]/#/$prefix}"); fi
    return
  fi
  if (( wrapped == COMP_CWORD )) || [[ -z $pids && $current != -* ]] && (( wrapped == 0 )) && [[ '${wrapping.join(' ')}' == "$verb" ]]; then
    _ntfy_commands
  elif (( wrapped > 0 )); then
    if declare -F _command_offset >/dev/null; then _command_offset $wrapped; fi
  elif [[ $current == -* ]]; then
    case $verb in
${rows(
  verbs.map(({ name, flags }) => [name, words([spelled(flags), spelled(globals)].filter(Boolean))]),
  '      ',
)}
      *) ${words([spelled(globals)])} ;;
    esac
    _ntfy_words "$words"
  elif [[ $pids ]]; then
    _ntfy_described --pids
  else
    case $verb:$count in
      :0) ${words(verbs.map(({ name }) => name))} ;;
      ping:0) _ntfy_described --pings ;;
      ping:1) ${words(pingEvents)} ;;
${rows(
  verbs
    .filter(({ words: list }) => list.length > 0)
    .map(({ name, words: list }): [string, string] => [`${name}:0`, words(list)]),
  '      ',
)}
${rows(
  verbs.filter(({ takesTargets }) => takesTargets).map(({ name }): [string, string] => [`${name}:*`, '_ntfy_targets']),
  '      ',
)}
${rows(
  verbs
    .filter(({ takesIds }) => takesIds)
    .map(({ name }): [string, string] => [`${name}:*`, '_ntfy_described --ids "$operand"']),
  '      ',
)}
    esac
    if [[ $words ]]; then _ntfy_words "$words"; fi
  fi
}
complete -o default -F _ntfy ntfy ntfy-done
`
}
