import type { NotificationOptions } from '../config/select.ts'
import type { LogLevel } from '../platform/output.ts'
import { type ColorMode, colorModes } from '../platform/style.ts'

/** A flag of a command: what parses it, documents it and completes it. */
export interface Flag {
  /** A list may be given several times. */
  kind: 'boolean' | 'text' | 'list'
  /** One letter. */
  short?: string
  /** What the value is called in the help, `SECONDS`. */
  value?: string
  /** At the end of the line its value may be left out: it is empty then. */
  optional?: true
  choices?: readonly string[]
  /** Other spellings of a choice: `5` for `urgent`. */
  spellings?: Readonly<Record<string, string>>
  description: string
  /** Works, but is only there for older callers or for our own scripts. */
  hidden?: true
}

export type Flags = Record<string, Flag>

export type FlagValues<F extends Flags> = {
  [K in keyof F]: F[K] extends { kind: 'boolean' }
    ? boolean
    : F[K] extends { kind: 'list' }
      ? string[]
      : string | undefined
}

/** The parts of the overview that `ntfy --help` is, in its order. */
export const commandGroups = {
  everyday: 'Everyday',
  diagnosis: 'When something did not arrive',
  configuration: 'Configuration',
  scripts: 'Scripts and shells',
} as const
export type CommandGroup = keyof typeof commandGroups

/** A verb of the command line: declared once, for the parser, the help, the completion and the documentation. */
export interface Command<F extends Flags = Flags> {
  name: string
  /** What follows the name in the help, `[MESSAGE...]`. */
  words: string
  summary: string
  flags: F
  group?: CommandGroup
  /** Command lines, each with what it does. */
  examples?: readonly (readonly [line: string, effect: string])[]
  /** How many words it takes at most; any number if not given. */
  maxWords?: number
  /** The options of a notification that mean something to it; others are refused. All of them if not given. */
  takes?: readonly Taken[]
  /** The first word that is no flag begins somebody else's command line, which is not ours to read. */
  wraps?: true
  hidden?: true
  /** Unless somebody types it, it ends with 0 and says nothing: its caller takes anything else for an answer. */
  neverFails?: true
  /** @returns the exit code */
  run(invocation: Invocation<F>): Promise<number>
}

/** Every verb, loaded when it is typed, in the order of the help. */
export type Commands = Record<string, () => Promise<{ default: Command }>>

/** What was typed, sorted. */
export interface Typed<F extends Flags = Flags> {
  flags: FlagValues<F>
  words: string[]
  global: GlobalOptions
}

/** What a command gets. */
export interface Invocation<F extends Flags = Flags> extends Typed<F> {
  /** The verbs that there are, for those that speak about them. */
  commands: Commands
}

export interface GlobalOptions extends NotificationOptions {
  color: ColorMode
  json: boolean
  logLevel: LogLevel | undefined
}

export function defineCommand<const F extends Flags>(command: Command<F>): Command<F> {
  return command
}

/** What a command may take or refuse: `backend` is `-b` and `-o`. Everything else means something to every command. */
export type Taken = 'backend' | 'title' | 'no-emoji' | 'json'

/** Flags that every command takes. `-b` and `-o` depend on their order and are read before all others. */
export const globalFlags = {
  config: { kind: 'text', short: 'c', value: 'FILE', description: 'use this configuration file' },
  title: { kind: 'text', short: 't', value: 'TITLE', description: 'set the title of the notification' },
  'log-level': {
    kind: 'text',
    short: 'l',
    value: 'LEVEL',
    choices: ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'],
    description: 'what to log on stderr: CRITICAL, ERROR, WARNING, INFO or DEBUG',
  },
  verbose: { kind: 'boolean', short: 'v', description: 'same as --log-level DEBUG' },
  quiet: { kind: 'boolean', short: 'q', description: 'same as --log-level CRITICAL' },
  'no-emoji': { kind: 'boolean', short: 'E', description: 'use no emoji and leave :shortcodes: alone' },
  color: {
    kind: 'text',
    value: 'WHEN',
    choices: colorModes,
    description: 'use colors: auto (on a terminal), always or never',
  },
  json: { kind: 'boolean', description: 'print results as JSON, one object per line' },
  help: { kind: 'boolean', short: 'h', description: 'show help: -h the short one, --help all of it' },
  version: { kind: 'boolean', short: 'V', description: 'show the version' },
} as const satisfies Flags
