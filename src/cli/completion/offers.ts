import { shells } from '../../shell/shells.ts'
import { type Command, type Flag, globalFlags } from '../command.ts'

/** What `ping` says of a job, but for its exit status. */
export const pingEvents = ['start', 'fail', 'log'] as const

/** What a shell offers behind `ntfy`, from the declarations of the commands. */
export interface Offers {
  verbs: Verb[]
  globals: Option[]
  /** The options of each backend. */
  keys: Record<string, string[]>
}

export interface Verb {
  name: string
  summary: string
  flags: Option[]
  /** What its first word may be. */
  words: string[]
  /** Its words are names of targets or backends. */
  takesTargets: boolean
  /** The words behind the first are ids of deliveries. */
  takesIds: boolean
  wraps: boolean
}

export interface Option {
  /** `--priority`, `-L`. */
  spellings: string[]
  description: string
  /** How many of the words behind it are its own. */
  values: number
  /** What these are; nothing where only the user can know. */
  choices: 'targets' | 'keys' | 'files' | 'pids' | readonly string[]
}

export function offersOf(commands: Command[], keys: Offers['keys']): Offers {
  const visible = commands.filter(({ hidden }) => !hidden)
  const ordered: Option[] = [
    { spellings: ['-b', '--backend'], description: 'use this backend or target', values: 1, choices: 'targets' },
    { spellings: ['-o', '--option'], description: 'KEY VALUE: set an option', values: 2, choices: 'keys' },
  ]
  return {
    keys,
    globals: [...ordered, ...optionsOf(globalFlags)],
    verbs: visible.map(({ name, summary, flags, words, wraps }) => ({
      name,
      summary,
      flags: optionsOf(flags),
      words: wordsOf(words, visible),
      takesTargets: /\bTARGET\b/.test(words),
      takesIds: words.endsWith('[ID...]'),
      wraps: wraps === true,
    })),
  }
}

/** What a command's `words` say may stand there: `path|check|schema`, a command. */
function wordsOf(words: string, visible: Command[]): string[] {
  if (words === '[COMMAND]') return visible.map(({ name }) => name)
  return /^\[?[a-z]+(\|[a-z]+)+\]?/.exec(words)?.[0].replace(/[[\]]/g, '').split('|') ?? []
}

function optionsOf(flags: Command['flags']): Option[] {
  return Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name, flag]) => ({
      spellings: flag.short ? [`-${flag.short}`, `--${name}`] : [`--${name}`],
      description: flag.description,
      values: flag.kind === 'boolean' ? 0 : 1,
      choices: choicesOf(flag),
    }))
}

function choicesOf({ choices, value }: Flag): Option['choices'] {
  if (choices) return choices
  if (value === 'SHELL') return shells
  return value === 'FILE' ? 'files' : value === 'PID' ? 'pids' : []
}

/** The spellings of options, each of its verb (`send:--url`) or of all (`*:-t`), that `wanted` holds for. */
export function patterns({ verbs, globals }: Offers, wanted: (option: Option) => boolean): string[] {
  const of = (prefix: string, options: Option[]) =>
    options.filter(wanted).flatMap(({ spellings }) => spellings.map((spelling) => `${prefix}:${spelling}`))
  return [...verbs.flatMap(({ name, flags }) => of(name, flags)), ...of('*', globals)]
}

/** Those whose values are known words, with the words. */
export function choiceRows({ verbs, globals }: Offers): [patterns: string[], words: readonly string[]][] {
  const of = (prefix: string, options: Option[]) =>
    options.flatMap(({ spellings, choices }): [string[], readonly string[]][] =>
      typeof choices === 'object' && choices.length > 0
        ? [[spellings.map((spelling) => `${prefix}:${spelling}`), choices]]
        : [],
    )
  return [...verbs.flatMap(({ name, flags }) => of(name, flags)), ...of('*', globals)]
}

/** Options of a command that wraps another mean nothing else there, whatever they are elsewhere. */
export function ownLetters({ verbs }: Offers): string[] {
  return verbs.filter(({ wraps }) => wraps).flatMap(({ name }) => [`${name}:-b`, `${name}:-o`])
}

/** All options of all backends. */
export function allKeys({ keys }: Offers): string[] {
  return [...new Set(Object.values(keys).flat())].sort()
}

export function spelled(options: Option[]): string {
  return options.flatMap(({ spellings }) => spellings).join(' ')
}
