import { backendAliases, backends } from '../backends/index.ts'
import { type Command, globalFlags } from './command.ts'

/** What a shell offers behind `ntfy`, from the declarations of the commands. */
export interface Offers {
  /** Verbs with their summaries. */
  commands: { name: string; summary: string; flags: Offer[]; words: string[]; wraps: boolean }[]
  globals: Offer[]
}

interface Offer {
  /** `--priority`, `-L`. */
  spellings: string[]
  description: string
  takesValue: boolean
  choices: readonly string[]
}

export function offersOf(commands: Command[]): Offers {
  const visible = commands.filter(({ hidden }) => !hidden)
  const ordered: Offer[] = [
    { spellings: ['-b', '--backend'], description: 'use this backend or target', takesValue: true, choices: [] },
    {
      spellings: ['-o', '--option'],
      description: 'KEY VALUE: set an option of the backend',
      takesValue: true,
      choices: [],
    },
  ]
  return {
    globals: [...ordered, ...flagOffers(globalFlags)],
    commands: visible.map(({ name, summary, flags, words, wraps }) => ({
      name,
      summary,
      flags: flagOffers(flags),
      words: wordsOf(words, visible),
      wraps: wraps === true,
    })),
  }
}

/** What a command's `words` say may stand there: `path|check|schema`, a backend, a command. */
function wordsOf(words: string, visible: Command[]): string[] {
  if (/^\[(BACKEND|NAME)\]$/.test(words)) return [...Object.keys(backends), ...Object.keys(backendAliases)].sort()
  if (words === '[COMMAND]') return visible.map(({ name }) => name)
  return /^\[?[a-z]+(\|[a-z]+)+\]?/.exec(words)?.[0].replace(/[[\]]/g, '').split('|') ?? []
}

/** The completion script of a shell. It asks ntfy itself only for the targets of the user's configuration. */
export const completionScripts: Record<string, (offers: Offers) => string> = { bash, zsh, fish }

function flagOffers(flags: Command['flags']): Offer[] {
  return Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name, { short, description, kind, choices }]) => ({
      spellings: short ? [`-${short}`, `--${name}`] : [`--${name}`],
      description,
      takesValue: kind !== 'boolean',
      choices: choices ?? [],
    }))
}

/** A case of the shell: pattern and what is offered for it. */
const cases = (rows: [string, string][], indent: string) =>
  rows.map(([pattern, action]) => `${indent}${pattern}) ${action} ;;`).join('\n')

function valueCases({ globals, commands }: Offers, offer: (words: string) => string): [string, string][] {
  const rows: [string, string][] = commands.flatMap(({ name, flags }) =>
    flags
      .filter(({ choices }) => choices.length > 0)
      .flatMap(({ spellings, choices }): [string, string][] =>
        spellings.map((spelling) => [`${name}:${spelling}`, offer(choices.join(' '))]),
      ),
  )
  for (const { spellings, choices } of globals) {
    if (choices.length > 0)
      rows.push([spellings.map((spelling) => `*:${spelling}`).join('|'), offer(choices.join(' '))])
  }
  return rows
}

const spelled = (offers: Offer[]) => offers.flatMap(({ spellings }) => spellings).join(' ')

function bash(offers: Offers): string {
  const names = offers.commands.map(({ name }) => name)
  const offer = (words: string) => `words='${words}'`
  const wrapping = offers.commands.filter(({ wraps }) => wraps).map(({ name }) => name)
  return `# bash completion for ntfy: eval "$(ntfy completion bash)"
# Offers the names of targets, quoted: what they say is neither expanded here nor run when the line is.
_ntfy_targets() {
  local name quoted
  COMPREPLY=()
  while IFS= read -r name; do
    [[ $name == "$1"* ]] || continue
    printf -v quoted %q "$name"
    COMPREPLY+=("$quoted")
  done <<<"$(command ntfy completion --targets 2>/dev/null)"
}
# Offers numbers of processes. Where several fit they are shown with their names, of which nothing is put on the line.
_ntfy_pids() {
  local pid name
  COMPREPLY=()
  while IFS=$'\\t' read -r pid name; do
    [[ $pid == "$1"* && $pid != *[!0-9]* ]] && COMPREPLY+=("$pid  $name")
  done <<<"$(command ntfy completion --pids 2>/dev/null)"
  # Listing and completing; with other keys each candidate would be put on the line (bash's COMP_TYPE).
  if (( \${#COMPREPLY[@]} == 1 )) || [[ $COMP_TYPE != 9 && $COMP_TYPE != 63 && $COMP_TYPE != 33 && $COMP_TYPE != 64 ]]; then
    COMPREPLY=("\${COMPREPLY[@]%% *}")
  fi
}
_ntfy() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} verb='' words='' pids='' other='' at
  for (( at = 1; at < COMP_CWORD; at++ )); do
    case \${COMP_WORDS[at]} in
      ${names.join('|')}) [[ $verb ]] || verb=\${COMP_WORDS[at]} ;;
    esac
    case $verb:\${COMP_WORDS[at]} in
      done:-p|done:--pid) [[ $other ]] || pids=1 ;;
      done:-*) pids='' ;;
      done:*[!0-9]*) [[ \${COMP_WORDS[at]} == done || \${COMP_WORDS[at-1]} == -* ]] || other=1; pids='' ;;
    esac
  done
  if [[ $pids && $current != -* ]]; then _ntfy_pids "$current"; return; fi
  COMPREPLY=()
  case $verb:$previous in
    ${wrapping.map((name) => `${name}:-b|${name}:-o`).join('|')}) ;;
    *:-b|*:--backend) _ntfy_targets "$current"; return ;;
${cases(valueCases(offers, offer), '    ')}
  esac
  if [[ -z $words ]]; then
    case $verb in
      '') words='${names.join(' ')} ${spelled(offers.globals)}' ;;
${cases(
  offers.commands.map(({ name, flags, words }) => [
    name,
    offer([...words, spelled(flags), spelled(offers.globals)].filter(Boolean).join(' ')),
  ]),
  '      ',
)}
    esac
  fi
  case $verb in
    ${wrapping.join('|')})
      if [[ $current != -* ]]; then COMPREPLY=($(compgen -A command -- "$current")); return; fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _ntfy ntfy
`
}

function zsh(offers: Offers): string {
  const names = offers.commands.map(({ name }) => name)
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`
  const described = (list: Offer[]) =>
    list.flatMap(({ spellings, description }) =>
      spellings.map((spelling) => quote(spelling).replace(/'$/, `:${quote(description).slice(1)}`)),
    )
  const wrapping = offers.commands.filter(({ wraps }) => wraps).map(({ name }) => name)
  return `#compdef ntfy
# zsh completion for ntfy: eval "$(ntfy completion zsh)"
_ntfy() {
  local verb='' previous=\${words[CURRENT-1]} pids='' other='' at
  for (( at = 2; at < CURRENT; at++ )); do
    case \${words[at]} in
      ${names.join('|')}) [[ -n $verb ]] || verb=\${words[at]} ;;
    esac
    case $verb:\${words[at]} in
      (done:-p|done:--pid) [[ -n $other ]] || pids=1 ;;
      (done:-*) pids='' ;;
      (done:*[!0-9]*) [[ \${words[at]} == done || \${words[at-1]} == -* ]] || other=1; pids='' ;;
    esac
  done
  if [[ -n $pids && \${words[CURRENT]} != -* ]]; then
    local -a rows=(\${(f)"$(command ntfy completion --pids 2>/dev/null)"})
    local -a numbers=(\${rows%%$'\\t'*}) shown=(\${rows/$'\\t'/  })
    compadd -V pids -l -d shown -a numbers
    return
  fi
  case $verb:$previous in
    ${wrapping.map((name) => `${name}:-b|${name}:-o`).join('|')}) ;;
    *:-b|*:--backend) compadd -- \${(f)"$(command ntfy completion --targets 2>/dev/null)"}; return ;;
${cases(
  valueCases(offers, (words) => `compadd -- ${words}; return`),
  '    ',
)}
  esac
  local -a offered
  case $verb in
    '') offered=(${[...offers.commands.map(({ name, summary }) => `'${name}:${quote(summary).slice(1)}`), ...described(offers.globals)].join(' ')}) ;;
${cases(
  offers.commands.map(({ name, flags, words }) => [
    name,
    `offered=(${[...words.map(quote), ...described(flags), ...described(offers.globals)].join(' ')})`,
  ]),
  '    ',
)}
  esac
  case $verb in
    ${wrapping.join('|')}) [[ \${words[CURRENT]} == -* ]] || { _command_names; return } ;;
  esac
  _describe -t ntfy ntfy offered || _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _ntfy "$@"
elif (( $+functions[compdef] )); then
  compdef _ntfy ntfy
else
  print -ru2 -- 'ntfy: no completion: it is loaded before compinit (move it below compinit)'
fi
`
}

function fish(offers: Offers): string {
  const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
  const lines = ['# fish completion for ntfy: ntfy completion fish | source', 'complete -c ntfy -f']
  const flag = (condition: string, { spellings, description, takesValue, choices }: Offer) => {
    const parts = ['complete -c ntfy', `-n ${quote(condition)}`]
    for (const spelling of spellings) {
      parts.push(spelling.startsWith('--') ? `-l ${spelling.slice(2)}` : `-s ${spelling.slice(1)}`)
    }
    if (takesValue) parts.push('-x')
    if (choices.length > 0) parts.push(`-a ${quote(choices.join(' '))}`)
    if (spellings.includes('--backend')) parts.push("-a '(command ntfy completion --targets 2>/dev/null)'")
    if (spellings.includes('--pid')) parts.push("-ka '(command ntfy completion --pids 2>/dev/null)'")
    lines.push(`${parts.join(' ')} -d ${quote(description)}`)
  }
  for (const { name, summary } of offers.commands) {
    lines.push(`complete -c ntfy -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`)
  }
  const wrapping = offers.commands.filter(({ wraps }) => wraps).map(({ name }) => name)
  for (const one of offers.globals) flag(`not __fish_seen_subcommand_from ${wrapping.join(' ')}`, one)
  for (const { name, flags, words, wraps } of offers.commands) {
    for (const one of flags) flag(`__fish_seen_subcommand_from ${name}`, one)
    if (words.length > 0)
      lines.push(`complete -c ntfy -n '__fish_seen_subcommand_from ${name}' -a ${quote(words.join(' '))}`)
    if (wraps)
      lines.push(`complete -c ntfy -n '__fish_seen_subcommand_from ${name}' -xa '(__fish_complete_subcommand)'`)
  }
  return `${lines.join('\n')}\n`
}
