/** Whether nobody is looking. */
export type Answer = 'yes' | 'no' | 'unknown'

/** A terminal that somebody may be looking at. */
export interface View {
  tty: string
  /** A process in it, whose ancestors and environment say where it is shown. */
  pid: number | undefined
}

/** It is shown in other terminals: whoever looks at one of them looks at it. */
export interface Elsewhere {
  views: View[]
  /** The answer if those do not give one. */
  otherwise: Answer
}

/** Something that may know whether a terminal is looked at. */
export interface Source {
  name: string
  ask(view: View, signal: AbortSignal): Promise<Answer | Elsewhere>
}
