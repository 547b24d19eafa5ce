import type { Outcome, Priority } from '../../notification/index.ts'

/** What arrived at a service, as far as its protocol carries it; nothing of it is trusted. */
export interface Received {
  /** The service's own id. */
  id: string
  /** Seconds since 1970. */
  time: number
  title: string
  message: string
  priority: Priority
  tags: string[]
  url?: string
  /** A later one of the same thread replaces it. */
  thread?: string
  /** There is nothing to show: what was shown of the thread is no news any more. */
  withdraws?: true
  /** Buttons that open an address. */
  actions?: { label: string; url: string }[]
  /** Where it was made, and how the command ended that it is about: of a notification of ntfy itself. */
  host?: string
  outcome?: Pick<Outcome, 'command' | 'status' | 'signal' | 'durationMs'>
  /** How often ntfy has passed it on. */
  hops: number
}

/** What a backend that receives is given. */
export interface Flow {
  /** Where to go on: the id of the last one, or `all` where there was none when it began; nothing at the first run. */
  cursor(): string | undefined
  /** With `--since`: the time from which on everything is wanted, seconds since 1970, for the first look alone. */
  since: number | undefined
  /** Ends when what the service has kept was taken. */
  once: boolean
  /** At the first run: goes on behind this one. */
  begin(cursor: string): void
  /** Takes what arrived, in its order; what was taken before is left out. */
  take(messages: Received[]): Promise<void>
  /** Says that the service cannot be reached, once until it can be again. */
  lost(why: string): void
  found(): void
}
