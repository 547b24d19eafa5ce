import type { AgentDetails } from './agent.ts'
import type { BatchDetails } from './batch.ts'

/** How much a notification may disturb. */
export const priorities = ['min', 'low', 'default', 'high', 'urgent'] as const
export type Priority = (typeof priorities)[number]

/** Which part of ntfy made a notification: a message, a wrapped command, a watched process, a shell's or an agent's hook. */
export type Source = 'send' | 'done' | 'pid' | 'hook' | 'agent' | 'test' | 'received'

/** How a command ended. */
export interface Outcome {
  /** The command as a shell would read it; nothing when it is not to be shown. */
  command?: string
  /** The exit status; nothing if a signal ended it or nobody can know. */
  status?: number
  /** The signal that ended it, `SIGKILL`. */
  signal?: string
  /** Nobody saw its end: the machine was restarted, or ntfy was killed with it. */
  lost?: true
  /** How long it ran; nothing if nobody measured it. */
  durationMs?: number
  /** The median of its last durations, if there are enough of them. */
  usualMs?: number
  /** Its CPU time, and the most memory that it used, in bytes. */
  cpuMs?: number
  peak?: number
  /** The kernel killed it for memory. */
  outOfMemory?: true
  /** The last lines of its output, if requested. */
  output?: string
  /** The same without its secrets, which are looked for before these lines are chosen. */
  redactedOutput?: string
}

/** The terminal whose command a notification is about. */
export interface TerminalReference {
  /** The device, `/dev/pts/3`. */
  tty?: string
  /** The shell that ran the command. */
  shellPid?: number
  /** Counts the commands of the shell that have notified, this one included: the shell records it when the next one starts. */
  turn?: number
  /** Nobody could say whether it is looked at: while it has the focus it is to show nothing, if it can decide that. */
  unlessFocused?: true
}

/** A button, or a line where the service has none. */
export interface Action {
  label: string
  url: string
}

/** A file that goes with a notification. */
export interface Attachment {
  name: string
  /** Where it was, for those who cannot get it. */
  path: string
  /** Bytes. */
  size: number
  /** The name of its copy in the outbox. */
  kept: string
}

export interface Notification {
  /** A UUID. */
  id: string
  /** When it happened, ISO 8601. */
  time: string
  source: Source
  /** The title that was given; without it each target's template makes one. */
  title?: string
  message: string
  priority: Priority
  url?: string
  tags: string[]
  actions?: Action[]
  attachments?: Attachment[]
  /** A picture to appear with: an address, or for the desktop a path or a name. */
  icon?: string
  outcome?: Outcome
  /** The coding agent that it is about. */
  agent?: AgentDetails
  /** The job of a batch system that it was made in. */
  batch?: BatchDetails
  /** Later notifications of the same thread replace earlier ones where the sink can. */
  thread?: string
  /** How often it was received and passed on. */
  hops?: number
  terminal?: TerminalReference
  /** Where it was made: what the title's template speaks of. */
  origin: { user: string; host: string; cwd: string }
}

/** Most that a notification's own words may take: tags, bytes of one, characters of the address. */
export const mostTags = 100
export const longestTag = 256
export const longestUrl = 8192
/** As many buttons as an ntfy server takes. */
export const mostActions = 3
export const longestLabel = 64

/** What a chat shows of a notification. */
export type ChatText = Pick<Notification, 'message' | 'url'> & { title: string }

/** Whether the command that a notification is about failed. */
export function hasFailed(notification: Pick<Notification, 'outcome'>): boolean {
  const outcome = notification.outcome
  return outcome !== undefined && (outcome.lost === true || outcome.signal !== undefined || (outcome.status ?? 0) !== 0)
}
