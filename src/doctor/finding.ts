/** What a check found: one line of `doctor`. */
export interface Finding {
  /** What was looked at: `desktop`, `target`. */
  check: string
  /** Which of several. */
  target?: string
  ok: boolean
  text: string
  /** What to do about it. */
  todo?: string
  /** Nothing can go this way: the exit code says so. */
  broken?: true
  /** The configuration, or a secret, is wrong, and therefore broken: the exit code says that, too. */
  wrong?: true
}

/** Looks at one part of the world; it never throws and never waits for long. */
export type Check = (world: World) => Finding[] | Promise<Finding[]>

export interface World {
  /** The file of `-c`. */
  config: string | undefined
  /** A test notification may be shown on the desktop. */
  notify: boolean
  /** Ends what takes too long. */
  signal: AbortSignal
}
