import type { Host } from '../terminal/place.ts'

/** Whether nobody is looking. */
export type Answer = 'yes' | 'no' | 'unknown'

/** A terminal that somebody may be looking at. */
export interface View {
  tty: string
  /** A process in it, whose ancestors and environment say where it is shown. */
  pid: number | undefined
}

/** What is known of a view without asking anybody. */
export interface Scene extends View {
  environment: Record<string, string | undefined>
  /** What shows it: a terminal emulator or what stands in its place; nothing if nobody known is among the ancestors. */
  host: Host | undefined
  /** The process, and its ancestors up to the host: one of them has the window. */
  pids: number[]
  /** The focus that the terminal reported to the hook (DEC 1004). */
  focus?: 'yes' | 'no'
  /** It is the terminal that this process was called from: it may be queried through its tty. */
  ours: boolean
}

/** A sure answer, and how it is known. */
export interface Finding {
  answer: 'yes' | 'no'
  because: string
}

/** It is shown in other terminals: looking at one of them is looking at it. */
export interface Elsewhere {
  views: View[]
  /** The answer if those do not give one. */
  otherwise: Finding | undefined
  /** A `no` of one of them counts only if it is the only one. */
  perhaps?: true
}

/** Something that may know whether a terminal is looked at. */
export interface Source {
  name: string
  ask(scene: Scene, signal: AbortSignal): Promise<Finding | Elsewhere | undefined>
}

/** Something that may know whether anybody is there at all: returns why nobody is. */
export interface Presence {
  name: string
  /** @param idle how long there may be no input, in milliseconds; any time if not given */
  ask(scene: Scene, idle: number | undefined, signal: AbortSignal): Promise<string | undefined>
}
