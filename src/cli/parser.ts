import yargs, { type Argv } from 'yargs'
import { exitCode, messageOf, NtfyError, UsageError } from '../platform/errors.ts'
import { print, say } from '../platform/output.ts'
import { version } from '../platform/program.ts'
import { style } from '../platform/style.ts'
import { didYouMean } from '../platform/suggest.ts'
import { oneLine } from '../platform/text.ts'
import { invocation, type SplitArguments, splitArguments } from './arguments.ts'
import {
  type Command,
  type Commands,
  commandGroups,
  type Flags,
  globalFlags,
  type Taken,
  type Typed,
} from './command.ts'
import { spellingsOf } from './spellings.ts'

/** Columns of the help: what every terminal has. */
const helpWidth = 80

/**
 * Parses what is not plain: help is printed, mistakes are explained.
 *
 * @returns nothing when help was printed
 * @throws UsageError
 */
export async function parseWithYargs(split: SplitArguments, command: Command): Promise<Typed | undefined> {
  const parser = describeFlags(bare(`ntfy ${command.name} [OPTIONS] ${command.words}\n\n${command.summary}`), {
    ...command.flags,
    ...globalFlags,
  })
  const parsed = (await parser.parse(split.own)) as Record<string, unknown>
  if (parsed['version']) {
    print(`ntfy ${version}\n`)
    return undefined
  }
  if (parsed['help']) {
    const length = split.own.includes('--help') ? 'long' : 'short'
    print(`${await commandHelp(command, length)}\n`)
    return undefined
  }
  const words = (parsed['_'] as string[]).map(String)
  if (words.length > (command.maxWords ?? Number.POSITIVE_INFINITY)) {
    const extra = words[command.maxWords ?? 0] ?? ''
    throw new UsageError(`${command.name}: ${extra}: unexpected argument (ntfy help ${command.name})`)
  }
  return invocation(split, command, parsed, words)
}

/** `ntfy --help`, `ntfy --version`, and `ntfy` alone, which is wrong usage. */
export async function answerWithoutVerb(argv: string[], commands: Commands): Promise<number> {
  // Without a command there is nothing that -v could make talk more.
  if (argv.includes('--version') || argv.includes('-V') || argv.join() === '-v') {
    print(`ntfy ${version}\n`)
    return exitCode.ok
  }
  if (argv.some((word) => word === '--help' || word === '-h')) {
    print(`${await overview(commands, argv.includes('--help') ? 'long' : 'short')}\n`)
    return exitCode.ok
  }
  if (argv.length > 0) {
    // What is wrong with the options is more to the point than the list of commands.
    await checkFlags(splitArguments(argv, -1, undefined).own, globalFlags)
    throw new UsageError('no command given (ntfy help lists them)')
  }
  say.error(await overview(commands, 'short'))
  return exitCode.usage
}

/** @throws UsageError for what is wrong with these options */
export async function checkFlags(words: string[], flags: Flags): Promise<void> {
  await describeFlags(bare(''), flags).parse(words.filter((word) => word !== '--'))
}

/** How much help is wanted: `-h` is what is typed every day, `--help` is everything. */
export type HelpLength = 'short' | 'long'

/** The help of ntfy as a whole, in groups: what people type, on one screen; the long one has all, with the shared options. */
export async function overview(commands: Commands, length: HelpLength): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map(async (load) => (await load()).default))
  const groups = Object.entries(commandGroups).filter(([group]) => length === 'long' || group !== 'scripts')
  const parts = groups.map(async ([group, title]) => {
    const members = loaded.filter((command) => command.group === group)
    const titled = bare('')
      .wrap(null)
      .updateStrings({ 'Commands:': `${title}:` })
    return rows(await members.reduce((all, { name, summary }) => all.command(name, summary), titled).getHelp())
  })
  const more = `ntfy help COMMAND shows its options and examples${length === 'long' ? '' : ', ntfy --help all commands'}.`
  const options = await showFlags(bare(''), { ...orderedFlags, ...globalFlags }, 'Options:').getHelp()
  const all = length === 'long' ? [options.trim(), '', 'man ntfy has all of it.'] : []
  return inColor(['Usage: ntfy [OPTIONS] COMMAND', ...(await Promise.all(parts)), ...all, more].join('\n'))
}

/** The help of one command: its own options, and in the long one those that other commands take, too. */
export async function commandHelp(command: Command, length: HelpLength): Promise<string> {
  const { name, words, summary, flags, examples = [] } = command
  const parser = bare(`${`ntfy ${name} [OPTIONS] ${words}`.trim()}\n\n${summary}`)
  const own = showFlags(parser, flags, 'Options:')
  const described = length === 'short' ? own : showFlags(own, sharedFlags(command), everywhere)
  const help = await examples.reduce((all, [line, effect]) => all.example(line, effect), described).getHelp()
  return inColor(length === 'short' ? `${help}\n\nntfy ${name} --help shows all options.` : help)
}

/** The options of all commands, as far as they mean something to this one. */
function sharedFlags({ wraps, takes, flags }: Command): Flags {
  const refusable: Record<Taken, true> = { backend: true, title: true, 'no-emoji': true, json: true }
  const isTaken = (name: string) => !(name in refusable) || takes === undefined || takes.includes(name as Taken)
  // Behind a command that wraps another, -b and -o are its own.
  const ordered = wraps || !isTaken('backend') ? {} : orderedFlags
  const shared = Object.entries({ ...ordered, ...globalFlags })
  return Object.fromEntries(shared.filter(([name]) => isTaken(name) && !Object.hasOwn(flags, name)))
}

/** In the help of one command, over the options that all commands take. */
const everywhere = 'Options of every command:'

/** The options that only their order gives a meaning, which are taken out before yargs parses. */
const orderedFlags: Flags = {
  backend: { kind: 'list', short: 'b', value: 'NAME', description: 'use this backend or target (repeatable)' },
  option: {
    kind: 'list',
    short: 'o',
    value: 'KEY VALUE',
    description: 'set an option of the preceding -b, or of all targets',
  },
}

/** For the help alone: each option with the name of its value, which yargs has no word for. */
function showFlags(parser: Argv, flags: Flags, group: string): Argv {
  const shown = Object.entries(flags).filter(([, { hidden }]) => !hidden)
  const names = shown.map(([name, { value }]) => [name, value].filter(Boolean).join(' '))
  return shown.reduce(
    (all, [, { short, description }], at) =>
      all.option(names[at] ?? '', { ...(short && { alias: short }), describe: description }),
    parser.group(names, group),
  )
}

/** yargs puts the program's name before every command, and aligns each list by itself. */
function rows(list: string): string {
  return list.trim().replace(/^ +ntfy (\S+) +/gm, (_, name: string) => `  ${name.padEnd(19)}`)
}

/** Headings are set off. */
function inColor(help: string): string {
  return help.replace(/^(Usage:|[A-Z][a-z ]+:$)/gm, (heading) => style.stdout.heading(heading))
}

/** A parser that exits nowhere, prints nothing, guesses nothing and speaks English whatever LANG says. */
function bare(usage: string): Argv {
  return yargs([])
    .locale('en')
    .scriptName('ntfy')
    .usage(usage)
    .wrap(helpWidth)
    .help(false)
    .version(false)
    .exitProcess(false)
    .strictOptions()
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': true,
      'greedy-arrays': false,
    })
}

function describeFlags(parser: Argv, flags: Flags): Argv {
  for (const [name, flag] of Object.entries(flags)) {
    const type = flag.kind === 'boolean' ? 'boolean' : 'string'
    parser = parser.option(name, {
      type,
      ...(flag.kind === 'list' && { array: true }),
      ...(flag.kind !== 'boolean' && { requiresArg: true }),
      ...(flag.short && { alias: flag.short }),
      ...(flag.choices && { choices: spellingsOf(flag) }),
      ...(flag.hidden && { hidden: true }),
      describe: flag.description,
    })
  }
  return parser.fail((message: string | null, error: Error | undefined) => {
    if (error instanceof NtfyError) throw error
    throw new UsageError(inOurWords(message ?? messageOf(error), flags))
  })
}

/** yargs names an unknown option without its dashes and several in one breath. */
function inOurWords(message: string, flags: Flags): string {
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)
  const lacking = /^Not enough arguments following: (.+)$/.exec(message)
  if (lacking) return `--${lacking[1]}: expected a value`
  const choice = /^Invalid values:\s+Argument: (\S+), Given: "(.*)", Choices: (.*)$/s.exec(message)
  if (choice) {
    const known = (flags[choice[1] ?? '']?.choices ?? []).map(String)
    return `--${choice[1]} ${choice[2]}: unknown${didYouMean(choice[2] ?? '', known)} (known: ${known.join(', ')})`
  }
  if (!unknown) return oneLine(message).trim()
  const name = unknown[1]?.split(', ')[0] ?? ''
  const typed = name.length === 1 ? `-${name}` : `--${name}`
  return `unknown option ${typed}${didYouMean(
    typed,
    Object.keys(flags).map((flag) => `--${flag}`),
  )}`
}
