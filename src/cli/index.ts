import { isatty } from 'node:tty'
import { mayHaveCalls } from '../inbox/waiting.ts'
import { exitCode, messageOf, NtfyError, UsageError } from '../platform/errors.ts'
import { leaveStreamsBlocking, say, setLogLevel } from '../platform/output.ts'
import { stateNotice } from '../platform/paths.ts'
import { colorModes, loadStyle } from '../platform/style.ts'
import { didYouMean } from '../platform/suggest.ts'
import { endPhase, printPhases } from '../platform/trace.ts'
import { forgetNotes, inheritedDescriptors } from '../process/launcher.ts'
import { lookAfterJobs } from '../running/jobs/start.ts'
import { findVerb, quickInvocation, splitArguments } from './arguments.ts'
import { type Command, type Commands, globalFlags, type Typed } from './command.ts'

/** Runs a command line and exits with what became of it. */
export async function runCommandLine(argv: string[], commands: Commands): Promise<never> {
  let code: number
  leaveStreamsBlocking()
  try {
    code = await dispatch(argv, commands)
  } catch (error) {
    // What is wrong with the command line is said before its --color is known.
    await loadStyle(colorModes.find((mode) => argv.includes(`--color=${mode}`)) ?? 'auto')
    code = explain(error)
  }
  printPhases()
  process.exit(code)
}

async function dispatch(argv: string[], commands: Commands): Promise<number> {
  // Before we open anything ourselves: what is open now is the caller's.
  inheritedDescriptors()
  const verbAt = findVerb(argv)
  const verb = argv[verbAt]
  if (verb === undefined) return (await import('./parser.ts')).answerWithoutVerb(argv, commands)
  const load = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  if (load === undefined) {
    // The value of an option that is misspelt looks like the command.
    await (await import('./parser.ts')).checkFlags(
      splitArguments(argv.slice(0, verbAt), -1, undefined).own,
      globalFlags,
    )
    throw new UsageError(`unknown command ${verb}${didYouMean(verb, Object.keys(commands))} (ntfy help lists them)`)
  }
  const command = (await load()).default
  endPhase('load')
  if (!command.wraps) {
    forgetNotes()
    // It means the job, and Node would warn of it on our stderr.
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  }
  if (!command.neverFails || isatty(0)) return runCommand(argv, verbAt, command, commands)
  setLogLevel('CRITICAL')
  await runCommand(argv, verbAt, command, commands).catch(() => {})
  return exitCode.ok
}

async function runCommand(argv: string[], verbAt: number, command: Command, commands: Commands): Promise<number> {
  const typed = await parse(argv, verbAt, command)
  if (typed === undefined) return exitCode.ok
  await loadStyle(typed.global.color)
  if (typed.global.logLevel !== undefined) setLogLevel(typed.global.logLevel)
  const code = await command.run({ ...typed, commands })
  if (command.name !== 'inbox' && mayHaveCalls()) (await import('../inbox/start.ts')).readLeftOver()
  if (command.name !== 'jobs') lookAfterJobs()
  const notice = stateNotice()
  // Of a wrapped command's stderr nothing of ours becomes a part unless somebody reads it.
  if (notice !== undefined && (!command.wraps || isatty(2))) say.warning(notice)
  return code
}

/** yargs takes 10 ms to load: it parses what the quick way does not understand, and explains what nobody does. */
async function parse(argv: string[], verbAt: number, command: Command): Promise<Typed | undefined> {
  const split = splitArguments(argv, verbAt, command)
  const quick = quickInvocation(split, command)
  return quick ?? (await import('./parser.ts')).parseWithYargs(split, command)
}

/** The one place where an error becomes a line and an exit code. */
function explain(error: unknown): number {
  if (error instanceof NtfyError) {
    say.error(error.message)
    return error.exitCode
  }
  say.error(`this is a bug of ntfy, please report it: ${messageOf(error)}`)
  if (error instanceof Error) say.debug(error.stack ?? '')
  return exitCode.bug
}
