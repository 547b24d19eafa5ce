import yargs, { type Argv } from 'yargs'
import { exitCode, messageOf, NtfyError, UsageError } from '../platform/errors.ts'
import { print, say } from '../platform/output.ts'
import { version } from '../platform/program.ts'
import { didYouMean } from '../platform/suggest.ts'
import { invocation, type SplitArguments, splitArguments } from './arguments.ts'
import { type Command, type Commands, type Flags, globalFlags, type Typed } from './command.ts'

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
    print(`${await commandHelp(command)}\n`)
    return undefined
  }
  const words = (parsed['_'] as string[]).map(String)
  if (words.length > (command.maxWords ?? Number.POSITIVE_INFINITY)) {
    const extra = words[command.maxWords ?? 0] ?? ''
    throw new UsageError(`${command.name}: ${extra}: no more words were expected (ntfy help ${command.name})`)
  }
  return invocation(split, command, parsed, words)
}

/** `ntfy --help`, `ntfy --version`, and `ntfy` alone, which is wrong usage. */
export async function answerWithoutVerb(argv: string[], commands: Commands): Promise<number> {
  if (argv.includes('--version')) {
    print(`ntfy ${version}\n`)
    return exitCode.ok
  }
  if (argv.some((word) => word === '--help' || word === '-h')) {
    print(`${await overview(commands)}\n`)
    return exitCode.ok
  }
  if (argv.length > 0) {
    // What is wrong with the options is more to the point than the list of commands.
    await describeFlags(bare(''), globalFlags).parse(
      splitArguments(argv, -1, undefined).own.filter((word) => word !== '--'),
    )
    throw new UsageError('no command (ntfy help lists them)')
  }
  say.error(await overview(commands))
  return exitCode.usage
}

/** The help of ntfy as a whole. */
export async function overview(commands: Commands): Promise<string> {
  let parser = bare('ntfy [OPTIONS] COMMAND\n\nTells you when a command is done.')
  for (const load of Object.values(commands)) {
    const { default: command } = await load()
    if (!command.hidden) parser = parser.command(`${command.name} ${command.words}`.trim(), command.summary)
  }
  return describeFlags(describeOrdered(parser), globalFlags)
    .epilog('ntfy help COMMAND says more about a command.')
    .getHelp()
}

/** The help of one command. */
export async function commandHelp(command: Command): Promise<string> {
  const usage = `ntfy ${command.name} [OPTIONS] ${command.words}\n\n${command.summary}`
  const parser = bare(usage)
  // Behind a command that wraps another these letters are its own.
  return describeFlags(command.wraps ? parser : describeOrdered(parser), { ...command.flags, ...globalFlags }).getHelp()
}

/** The options that only their order gives a meaning, which are taken out before yargs parses. */
function describeOrdered(parser: Argv): Argv {
  return parser
    .option('backend', {
      alias: 'b',
      type: 'string',
      describe: 'the backend or target to use, instead of the default; may be given several times',
    })
    .option('option', {
      alias: 'o',
      type: 'string',
      describe: 'KEY VALUE: an option of the backend before it, or of all',
    })
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
      ...(flag.choices && { choices: flag.choices }),
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
  if (lacking) return `--${lacking[1]}: a value was expected`
  if (!unknown) return message.replaceAll(/\s*\n\s*/g, ' ').trim()
  const name = unknown[1]?.split(', ')[0] ?? ''
  const typed = name.length === 1 ? `-${name}` : `--${name}`
  return `unknown option ${typed}${didYouMean(
    typed,
    Object.keys(flags).map((flag) => `--${flag}`),
  )}`
}
