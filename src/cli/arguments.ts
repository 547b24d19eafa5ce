import { UsageError } from '../platform/errors.ts'
import type { LogLevel } from '../platform/output.ts'
import type { ColorMode } from '../platform/style.ts'
import {
  type Command,
  type Flag,
  type Flags,
  type FlagValues,
  type GlobalOptions,
  globalFlags,
  type Typed,
} from './command.ts'
import { readOptions } from './read-options.ts'
import { ownValue, spellingsOf } from './spellings.ts'
import { refuseUnused } from './unused.ts'

/** A command line, split where the meaning of a word depends on its position. */
export interface SplitArguments {
  /** Options and words for the parser, without the verb and what stands below. */
  own: string[]
  /** The words of the wrapped command, byte for byte. */
  wrapped: string[]
  targets: GlobalOptions['targets']
  sharedOptions: GlobalOptions['sharedOptions']
}

/** The index of the verb, the first word that is neither an option nor an option's value; -1 if there is none. */
export function findVerb(argv: string[]): number {
  let at = 0
  while (at < argv.length && isOption(argv[at])) {
    if (argv[at] === '--') return -1
    at += 1 + valuesAfter(argv[at] ?? '', globalFlags, true)
  }
  return at < argv.length ? at : -1
}

/**
 * Splits a command line as dschep/ntfy's argparse did: an `-o KEY VALUE` belongs to the `-b` before it, a command that
 * wraps another gives `-b` and `-o` its own meaning, and its first word that is no flag begins the wrapped command.
 *
 * @throws UsageError when `-b` or `-o` lacks its words
 */
export function splitArguments(argv: string[], verbAt: number, command: Command | undefined): SplitArguments {
  const split: SplitArguments = { own: [], wrapped: [], targets: [], sharedOptions: Object.create(null) }
  const before = verbAt < 0 ? argv : argv.slice(0, verbAt)
  const after = verbAt < 0 ? [] : argv.slice(verbAt + 1)
  sort(before, globalFlags, true, split)
  if (command === undefined) return split
  const flags = { ...globalFlags, ...command.flags }
  if (!command.wraps) sort(after, flags, true, split)
  else {
    const end = wrappedFrom(after, flags)
    sort(after.slice(0, end), flags, false, split)
    split.wrapped = after.slice(after[end] === '--' ? end + 1 : end)
  }
  return split
}

/**
 * The fast way to an invocation: nothing that is odd in any way is understood here, so that whoever goes on (yargs) can
 * explain it; what is understood is what yargs would have made of it.
 *
 * @returns nothing if help is wanted or something is wrong
 */
export function quickInvocation(split: SplitArguments, command: Command): Typed | undefined {
  const flags: Flags = { ...globalFlags, ...command.flags }
  const read = readOptions(split.own, flags)
  if (read === undefined || read.values['help'] || read.values['version']) return undefined
  const { values, words } = read
  for (const [name, flag] of Object.entries(flags)) {
    const value = flag.choices && values[name] !== undefined ? String(values[name]) : undefined
    if (value !== undefined && !spellingsOf(flag).includes(value)) return undefined
  }
  if (words.length > (command.maxWords ?? Number.POSITIVE_INFINITY)) return undefined
  try {
    return invocation(split, command, values, words)
  } catch {
    return undefined
  }
}

/** An invocation from parsed values, whichever parser made them. */
export function invocation(
  split: SplitArguments,
  command: Command,
  values: Record<string, unknown>,
  words: string[],
): Typed {
  const flags: Record<string, unknown> = {}
  for (const [name, flag] of Object.entries(command.flags)) {
    const typed = values[name]
    const value = (typeof typed === 'string' && ownValue(flag.spellings, typed)) || typed
    flags[name] = flag.kind === 'boolean' ? value === true : flag.kind === 'list' ? (value ?? []) : value
  }
  const text = (name: string) => values[name] as string | undefined
  refuseUnused(split, command, values)
  const logLevel = values['verbose'] ? 'DEBUG' : values['quiet'] ? 'CRITICAL' : text('log-level')
  return {
    flags: flags as FlagValues<Flags>,
    words: command.wraps ? split.wrapped : words,
    global: {
      config: text('config'),
      targets: split.targets,
      sharedOptions: split.sharedOptions,
      title: text('title'),
      emoji: values['no-emoji'] !== true,
      json: values['json'] === true,
      logLevel: logLevel as LogLevel | undefined,
      color: (text('color') ?? 'auto') as ColorMode,
    },
  }
}

function isOption(word: string | undefined): boolean {
  return word?.startsWith('-') === true && word !== '-'
}

/** How many of the words behind an option are its values. */
function valuesAfter(option: string, flags: Flags, ordered: boolean): number {
  if (ordered && (option === '-b' || option === '--backend')) return 1
  if (ordered && isBackendOption(option, flags)) return 2
  if (ordered && isBackendOption(option.replace(/^(-o).|^(--option)=.*/s, '$1$2'), flags)) return 1
  if (option.startsWith('--'))
    return takesValue(Object.hasOwn(flags, option.slice(2)) ? flags[option.slice(2)] : undefined) ? 1 : 0
  const letters = option.slice(1)
  const first = [...letters].findIndex((letter) => takesValue(flagOf(letter, flags)))
  return first >= 0 && first === letters.length - 1 ? 1 : 0
}

/** `-o`, or `--option` unless the command has an option of that name. */
function isBackendOption(word: string, flags: Flags): boolean {
  return word === '-o' || (word === '--option' && !isOwnOption(word, flags))
}

function isOwnOption(word: string, flags: Flags): boolean {
  return /^--option(?:=|$)/.test(word) && Object.hasOwn(flags, 'option')
}

function takesValue(flag: Flag | undefined): boolean {
  return flag !== undefined && flag.kind !== 'boolean'
}

function flagOf(letter: string, flags: Flags): Flag | undefined {
  return Object.values(flags).find((flag) => flag.short === letter)
}

/** Where the wrapped command begins: its first word, or the `--` before it. */
function wrappedFrom(words: string[], flags: Flags): number {
  let at = 0
  while (at < words.length && isOption(words[at]) && words[at] !== '--') {
    at += 1 + valuesAfter(words[at] ?? '', flags, false)
  }
  return Math.min(at, words.length)
}

/** Puts each word where it belongs: with `ordered`, `-b` and `-o` to their lists, everything else to the parser. */
function sort(words: string[], flags: Flags, ordered: boolean, into: SplitArguments): void {
  const rest = [...words]
  const texts: string[] = []
  while (rest.length > 0) {
    const word = rest.shift() ?? ''
    if (word === '--') {
      texts.push(...rest.splice(0))
      break
    }
    if (isText(word, flags, ordered)) {
      texts.push(word)
      continue
    }
    const backend = ordered ? /^(?:-b|--backend=)(.+)$/s.exec(word) : null
    const option = ordered && !isOwnOption(word, flags) ? /^(?:-o|--option=)(.+)$/s.exec(word) : null
    if (backend) into.targets.push({ name: backend[1] ?? '', options: Object.create(null) })
    else if (ordered && (word === '-b' || word === '--backend')) {
      into.targets.push({
        name: wordAfter(word, 'the name of a backend or target', rest),
        options: Object.create(null),
      })
    } else if (option || (ordered && isBackendOption(word, flags))) {
      const key = option ? (option[1] ?? '') : wordAfter(word, 'a key and a value', rest)
      const owner = into.targets.at(-1)?.options ?? into.sharedOptions
      owner[key] = wordAfter(word, 'a key and a value', rest)
    } else into.own.push(...plainly(word, rest, flags))
  }
  into.own.push(...(texts.some(isOption) ? ['--'] : []), ...texts)
}

/**
 * Is this no option? What begins with a dash and holds a blank is text, as it was to argparse (`- all is done`), unless
 * the blank belongs to an option's value: `-tAll done`, `--title=All done`.
 */
function isText(word: string, flags: Flags, ordered: boolean): boolean {
  if (!isOption(word)) return true
  const [before = ''] = /^[^\s=]*/.exec(word) ?? []
  if (before === word || (before.startsWith('--') && word[before.length] === '=')) return false
  const letter = word[1] ?? ''
  return !takesValue(flagOf(letter, flags)) && !(ordered && /[bo]/.test(letter))
}

/**
 * One option in the spelling that leaves no doubt: `-vt T` and `-vtT` as `-v --title=T`, so that a value may begin with
 * a dash. What is unknown stays as it is, for the parser to explain.
 */
function plainly(option: string, rest: string[], flags: Flags): string[] {
  if (option.startsWith('--')) {
    const [name = '', value] = option.slice(2).split('=', 2)
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
    if (flag?.kind === 'boolean' && value !== undefined) throw new UsageError(`--${name} takes no value`)
    if (flag?.optional && value === undefined && rest.length === 0) return [`${option}=`]
    return takesValue(flag) && value === undefined && rest.length > 0 ? [`${option}=${rest.shift()}`] : [option]
  }
  const letters = option.slice(1)
  for (let at = 0; at < letters.length; at++) {
    const name = Object.keys(flags).find((known) => flags[known]?.short === letters[at])
    if (name === undefined || !takesValue(flags[name])) continue
    const value = letters.slice(at + 1).replace(/^=/, '') || (rest.shift() ?? (flags[name]?.optional ? '' : undefined))
    return [...(at > 0 ? [`-${letters.slice(0, at)}`] : []), value === undefined ? `--${name}` : `--${name}=${value}`]
  }
  return [option]
}

function wordAfter(option: string, expected: string, rest: string[]): string {
  const value = rest.shift()
  if (value === undefined) throw new UsageError(`${option}: expected ${expected} after it`)
  return value
}
