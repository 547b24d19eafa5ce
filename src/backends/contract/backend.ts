import type { Http } from '../../http/index.ts'
import type { Notification } from '../../notification/index.ts'
import type { Limit } from '../../platform/text.ts'
import type { RunProgram } from '../../process/run-program.ts'
import type { Addresses } from './address.ts'
import type { Options, OptionValues } from './options.ts'
import type { Asked, Asking, Question } from './question.ts'
import type { Flow } from './receiving.ts'

/**
 * A service that can take notifications: what it is called, what it needs, and the one function that talks to it.
 * Everything else about it (validation, documentation, redaction, completion, tests) comes from this declaration.
 */
export interface Backend<O extends Options = Options> {
  name: string
  /** The service's own name. */
  title: string
  /** What its server is called in a sentence, where that is not its title: `an ntfy server`. */
  server?: string
  homepage: string
  /** How to get what it needs, step by step, in whole sentences. */
  setup?: readonly string[]
  /** Other names that configurations use for it. */
  aliases?: readonly string[]
  options: O
  /** How addresses of Apprise name it. */
  addresses?: Addresses
  /** The smallest configuration, where options are alternatives and those that are required alone are not enough. */
  example?: Record<string, unknown>
  /** What fits, in the service's own unit; what is longer is cut before `send` sees it. */
  limits: { title?: Limit; message?: Limit }
  /**
   * What is missing of options that need one another, as a problem of the configuration. Values may still be references
   * to secrets: only that they are there counts.
   */
  missing?(settings: Record<string, unknown>): string | undefined
  /** That the service has ended, unless the options name another one that speaks its protocol. */
  ended?(settings: Record<string, unknown>): string | undefined
  /** What another program's file says of options that the configuration lacks. */
  inherited?(): Record<string, unknown>
  /** What the service answers when it took a message, as its documentation shows it; only this counts as a yes. */
  answer?: { status?: number; json?: unknown; text?: string }
  /** What the service answers where a key, a token or an address is wrong, as its documentation shows it. */
  refusal?: { status: number; json?: unknown; text?: string }
  /** Stays on this machine. It gets no more of a command than others do, as the outbox keeps a copy. */
  local?: true
  /** Shows a notification's actions as buttons; elsewhere they are lines of the message. */
  takesActions?: true
  /**
   * Takes files up to so many bytes each, or all together; nothing where the options do not allow for it. Others are
   * named in the message.
   */
  takesFiles?(
    options: Record<string, unknown>,
  ): { max: number; together?: true; count?: number; pictures?: true } | undefined
  /** A duplicate does harm (an SMS costs): after an answer was lost on its way there is no second attempt. */
  once?: true
  /** Takes any option that the configuration gives it: a function of somebody's own, which declares none. */
  freeOptions?: boolean
  /** How long a notification is worth keeping when it cannot be delivered, milliseconds. */
  keepFor?: number
  /** How long one attempt may take, in milliseconds, if not as long as any. */
  longestAttempt?(options: Record<string, unknown>): number | undefined
  /**
   * Delivers one notification.
   *
   * @returns what the service answered, for `--json`; returning means that the service took it
   * @throws TransientError later may help
   * @throws ConfigError options, secrets, or the service's address must change
   * @throws PermanentError this message can never go
   */
  send(notification: Outgoing, options: OptionValues<O>, context: Context): Promise<Answer | undefined>
  /**
   * Asks the service whether it would take a notification, without sending one: what `doctor` shows.
   *
   * @returns what it says: whose token that is
   * @throws as `send` does
   */
  probe?(options: OptionValues<O>, context: Context): Promise<string>
  /** What it can do with a question; together with `ask`. */
  asks?: Asking
  /**
   * Puts a question. What comes back waits for the answer, which is data from a stranger: only words of the question
   * count, each by a code of its own that is good for this question alone.
   *
   * @throws as `send` does
   */
  ask?(question: Question, options: OptionValues<O>, context: AskContext): Promise<Asked>
  /**
   * Reads what arrives at the service and gives it to the flow, until the signal ends that. A service that cannot be
   * reached is waited for.
   *
   * @throws ConfigError the service refuses
   */
  receive?(options: OptionValues<O>, context: AskContext, flow: Flow): Promise<void>
}

/** A file on its way to a service. */
export interface OutgoingFile {
  name: string
  /** `text/plain` */
  type: string
  content: Buffer
}

/** A notification with its title made and both texts cleaned and cut for the target. */
export type Outgoing = Omit<Notification, 'attachments'> & { title: string; files?: OutgoingFile[] }

/** What a service answered, as JSON. */
export type Answer = Record<string, unknown>

/** All that a backend has access to. */
export interface Context {
  /** The delivery's id, the same for every attempt: the idempotency key. */
  id: string
  /** The target's name, which may be an alias of the backend. */
  target: string
  http: Http
  /** Runs a program without a shell and without the terminal. */
  run: RunProgram
  /**
   * What was kept between runs under a name that distinguishes accounts: of all targets of the backend, and of the
   * commands that speak with its service.
   */
  cache(name: string): Cache
  /** Ends the attempt: its deadline has passed or nobody wants it any more. */
  signal: AbortSignal
  now(): Date
  /**
   * Whether a further command was started in the shell whose command this is about: what is shown to who sits there is
   * no news any more. Never for what a rule kept for later.
   */
  isStale(): boolean
  /** A note for `-l DEBUG`. */
  debug(text: string): void
  /** What the person has to know although the notification was delivered. */
  warn(text: string): void
  /** Where the process that made the notification stands: the chain of `default` ends there. */
  foreground: boolean
}

/** What a backend has for a question: `http` gives each request ten seconds, also after the question has ended. */
export interface AskContext extends Pick<Context, 'id' | 'target' | 'cache' | 'debug' | 'warn' | 'now' | 'http'> {
  /** Ends with the question. */
  signal: AbortSignal
  /** Requests that wait for an answer as long as the question does. */
  waiting: Http
}

/** A JSON value that outlives the process, so that not every message needs a login of its own. */
export interface Cache {
  /** What was kept, or nothing. Anybody may have written it: its shape has to be checked. */
  read(): unknown
  /**
   * Keeps a value instead; where nothing can be written, for as long as this process lives.
   *
   * @returns whether it will be there in a later run
   */
  write(value: unknown): boolean
  /**
   * Works while no other process, and nothing else in this one, does so under the same name.
   *
   * @throws TransientError the others took too long
   */
  alone<T>(work: () => Promise<T>): Promise<T>
}

/** Gives a declaration the type that its options imply. */
export function defineBackend<const O extends Options>(backend: Backend<O>): Backend<O> {
  return backend
}
