import type { AgentEventName } from '../notification/agent.ts'
import type { TargetRules } from './rules.ts'

/**
 * What is shown of a command: all of it, without its secrets, the program's name alone, or nothing. All but `full` keep
 * secrets out of the other texts, too.
 */
export const commandDisplays = ['full', 'redacted', 'name', 'hide'] as const
export type CommandDisplay = (typeof commandDisplays)[number]

/** A backend with its options, under a name. */
export interface Target {
  name: string
  /** The backend's own name. */
  backend: string
  /** Options as they stand in the file, by the backend's own names: references to secrets are not followed yet. */
  settings: Record<string, unknown>
  /** A title template of its own. */
  title?: string
  /** What it shows of commands, if not what the others do. */
  showCommand?: CommandDisplay
  /** Its own rules; what holds at the top is not in here. */
  rules?: TargetRules
  /** Where it stands in the file: `['notifications', 'ops']`. */
  at?: string[]
  /** What the file calls each option. */
  keys?: Record<string, string>
}

export interface Config {
  /** The file; nothing if there is none. */
  path: string | undefined
  /** Can the file be read again later? A pipe cannot. */
  lasting: boolean
  /** Names of targets, groups or backends that are used when none is named. */
  backends: string[]
  groups: Record<string, string[]>
  targets: Record<string, Target>
  /** Heartbeats, by their names. */
  pings: Record<string, Target>
  /** Are the durations of commands kept? */
  stats: boolean
  /** The title template. */
  title: string
  /** Rules for every target that has none of its own. */
  rules: TargetRules
  /** Patterns of commands that never notify from the hooks, besides the built-in list. */
  ignore: string[]
  /** Patterns of commands that notify from the hooks however short they are; `failure` is any that fails. */
  always: string[]
  /** Patterns of the only commands that notify from the hooks; all of them if there is none. */
  only: string[]
  /** The hooks notify of commands that ran this many milliseconds or longer. */
  longerThan: number | undefined
  /** What notifies of a coding agent. */
  agents: {
    /** Turns that took so long, milliseconds. */
    longerThan: number
    /** How long a question waits for its answer, milliseconds. */
    settle: number
    notify: AgentEventName[]
    text: 'answer' | 'prompt' | 'none'
    /** Of that text. */
    lines: number
    /** The targets on which permissions are asked for; none: only at the agent itself. */
    ask: string[]
    /** How long an answer is waited for, milliseconds. */
    askTimeout: number
    /** The only tools and commands that are asked for; any, if there is none. */
    askOnly: string[]
    /** Those that are never asked for. */
    never: string[]
  }
  /** Whether nobody looks at a terminal: found out, or taken for granted (always: nobody ever does). */
  away: {
    mode: 'always' | 'auto' | 'never'
    /** Milliseconds without input after which the user is away; undefined: never. */
    idle: number | undefined
  }
  /** What the user should know, but is no reason to refuse anything. */
  warnings: string[]
  /** What is wrong with a target, or a heartbeat (`ping:NAME`), by its name: the others can be used. */
  wrong: Record<string, string>
  /** Why the file says nothing at all: it cannot be read, or is no YAML. */
  unreadable?: string
  showCommand: CommandDisplay
  /** A command that the history does not keep notifies without its text, or not at all. */
  private: 'drop' | 'hide'
  /** Whether `done` watches for questions where nobody says so. */
  needsInput: 'auto' | 'any' | 'no'
}

export const defaultTitle = '{user}@{host}:{cwd}'

/** What holds where there is no configuration. */
export function emptyConfig(path: string | undefined): Config {
  return {
    path,
    lasting: true,
    backends: ['default'],
    // Names are the user's: one of them may be __proto__ or constructor.
    groups: Object.create(null),
    targets: Object.create(null),
    pings: Object.create(null),
    stats: true,
    title: defaultTitle,
    rules: {},
    ignore: [],
    always: [],
    only: [],
    longerThan: undefined,
    agents: {
      ...{ longerThan: 10_000, settle: 6000, notify: ['done', 'needs-you', 'failed'], text: 'answer', lines: 3 },
      ...{ ask: [], askTimeout: 5 * 60_000, askOnly: [], never: [] },
    },
    away: { mode: 'auto', idle: 120_000 },
    warnings: [],
    wrong: Object.create(null),
    showCommand: 'redacted',
    private: 'drop',
    needsInput: 'auto',
  }
}
