import { allKeys, choiceRows, type Offers, type Option, ownLetters, patterns, pingEvents } from './offers.ts'

export function zsh(offers: Offers): string {
  const { verbs, globals, keys } = offers
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const described = (list: Option[]) =>
    list.flatMap(({ spellings, description }) =>
      spellings.map((spelling) => quote(`${spelling}:${description.replaceAll(':', '\\:')}`)),
    )
  const wrapping = verbs.filter(({ wraps }) => wraps).map(({ name }) => name)
  const wrap = (pattern: string) => wrapping.map((name) => `${name}:${pattern}`).join('|')
  const rows = (list: [string | string[], string][], indent: string) =>
    list.map(([pattern, action]) => `${indent}(${[pattern].flat().join('|')}) ${action} ;;`).join('\n')
  const offered = (list: readonly string[]) => `compadd -- ${list.map(quote).join(' ')}`
  return `#compdef ntfy ntfy-done
# zsh completion for ntfy: ntfy completion zsh --install
# Lines of a word, a tab and what it is: targets, pids, ids, pings. The file is written by ntfy itself.
_ntfy_rows() {
  local file rows config=''
  if [[ $1 == --targets && -z $ntfy_config ]]; then
    file=$HOME/.local/state/ntfy/completion
    [[ $XDG_STATE_HOME == /* ]] && file=$XDG_STATE_HOME/ntfy/completion
    [[ -f $file && -O $file ]] && IFS= read -r config <$file
    config=\${config#$'\\t'}
    if [[ -n $config && -e $config && ! $config -nt $file && ( -z $NTFY_CONFIG || $NTFY_CONFIG == $config ) ]]; then
      rows=$(<$file)
      print -r -- "\${rows#*$'\\n'}"
      return
    fi
  fi
  command $ntfy_program \${ntfy_config:+-c} \${ntfy_config:+$ntfy_config} completion "$@" 2>/dev/null
}
_ntfy_offer() {
  local -a rows=(\${(f)"$(_ntfy_rows "$@")"})
  rows=(\${rows:#$'\\t'*})
  local -a names=(\${rows%%$'\\t'*}) shown=(\${rows/$'\\t'/  })
  compadd -V ntfy -l -d shown -a names
}
# The options of a target's backend; of all where none is named.
_ntfy_keys() {
  local name=$1 row
  if [[ -n $name ]]; then
    for row in \${(f)"$(_ntfy_rows --targets)"}; do
      [[ \${row%%$'\\t'*} == $name && $row != *$'\\t'backend ]] && name=\${row#*$'\\t'}
    done
  fi
  case $name in
${rows(
  Object.entries(keys).map(([name, list]) => [name, offered(list)]),
  '    ',
)}
    (*) ${offered(allKeys(offers))} ;;
  esac
}
_ntfy() {
  local verb='' operand='' backend='' flag='' pids='' word ntfy_program=$words[1] ntfy_config=''
  local -i at left=0 count=0 wrapped=0
  (( $+commands[$ntfy_program] )) || [[ -x $ntfy_program ]] || ntfy_program=ntfy
  for (( at = 2; at < CURRENT; at++ )); do
    word=\${(Q)words[at]}
    if (( left > 0 )); then
      case $flag in
        (-b|--backend) backend=$word ;;
        (-c|--config) ntfy_config=$word ;;
      esac
      (( left -= 1 ))
      continue
    fi
    flag=$word
    case $verb:$word in
      (${wrap('--')}) wrapped=at+1; break ;;
      (${wrap('-p')}|${wrap('--pid')}) pids=1 ;;
      (${ownLetters(offers).join('|')}) pids='' ;;
      (${patterns(offers, ({ values }) => values === 1).join('|')}) left=1 pids='' ;;
      (${patterns(offers, ({ values }) => values === 2).join('|')}) left=2 ;;
      (*:--backend=*) backend=\${word#*=} ;;
      (*:-*) pids='' ;;
      (:*) verb=$word ;;
      (${wrap('*')}) if [[ -z $pids ]]; then wrapped=at; break; fi ;;
      (*) (( count == 0 )) && operand=$word; (( count += 1 )) ;;
    esac
  done
  if (( wrapped == 0 )) && [[ \${words[CURRENT]} == --*=* ]]; then
    flag=\${words[CURRENT]%%=*} left=1
    compset -P '*='
  fi
  if (( left > 0 )); then
    case $verb:$flag in
${rows(
  choiceRows(offers).map(([pattern, list]) => [pattern, offered(list)]),
  '      ',
)}
      (*:-b|*:--backend) _ntfy_offer --targets ;;
      (done:--ping) _ntfy_offer --pings ;;
      (*:-o|*:--option) if (( left == 2 )); then _ntfy_keys $backend; else _files; fi ;;
      (*) _files ;;
    esac
    return
  fi
  if (( wrapped > 0 && wrapped < CURRENT )); then
    words=("\${(@)words[wrapped,-1]}")
    (( CURRENT -= wrapped - 1 ))
    _normal
    return
  fi
  local -a offered
  if [[ \${words[CURRENT]} == -* ]] && (( wrapped == 0 )); then
    case $verb in
${rows(
  verbs.map(({ name, flags }) => [name, `offered=(${[...described(flags), ...described(globals)].join(' ')})`]),
  '      ',
)}
      (*) offered=(${described(globals).join(' ')}) ;;
    esac
    _describe -o -t ntfy ntfy offered
    return
  fi
  if [[ -n $pids ]]; then _ntfy_offer --pids; return; fi
  case $verb:$count in
    (:0) offered=(${verbs.map(({ name, summary }) => quote(`${name}:${summary.replaceAll(':', '\\:')}`)).join(' ')}) ;;
    (${wrap('*')}) _command_names -e; return ;;
    (ping:0) _ntfy_offer --pings; return ;;
    (ping:1) offered=(${pingEvents.map(quote).join(' ')}) ;;
${rows(
  verbs
    .filter(({ words }) => words.length > 0)
    .map(({ name, words }): [string, string] => [`${name}:0`, `offered=(${words.map(quote).join(' ')})`]),
  '    ',
)}
${rows(
  verbs
    .filter(({ takesTargets }) => takesTargets)
    .map(({ name }): [string, string] => [`${name}:*`, '_ntfy_offer --targets; return']),
  '    ',
)}
${rows(
  verbs
    .filter(({ takesIds }) => takesIds)
    .map(({ name }): [string, string] => [`${name}:*`, '_ntfy_offer --ids $operand; return']),
  '    ',
)}
  esac
  _describe -t ntfy ntfy offered || _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _ntfy "$@"
elif (( $+functions[compdef] )); then
  compdef _ntfy ntfy ntfy-done
else
  # compinit has yet to run.
  compinit() {
    unfunction compinit
    autoload -Uz compinit
    compinit "$@"
    local -i ended=$?
    (( $+functions[compdef] )) && compdef _ntfy ntfy ntfy-done
    return ended
  }
fi
`
}
